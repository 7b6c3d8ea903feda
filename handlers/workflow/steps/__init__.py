"""The steps of a case: which are open, whose they are, and what those hear of them."""
