"""Phrase lists and rules of the pipelines."""
