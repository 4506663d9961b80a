"""Drills: a scripted hour through the real chain, into a home of its own, and what came of it."""
