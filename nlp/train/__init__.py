"""Trains the weights in nlp/models. Needs the extra ``train``; nothing that runs imports it."""
