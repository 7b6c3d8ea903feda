"""Ranking and refusing; the word lists and the weights are data."""
