"""Whom a case is about, and who posted it: in buttons and in words."""
