"""Commands about cases, and the views that they draw."""
