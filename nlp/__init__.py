"""Reads texts: relevance, places, stance, sentiment, complaints with evidence, urgency.

Start at nlp/analyser.py. What the rules know is data in nlp/rules/*.yaml.
"""
