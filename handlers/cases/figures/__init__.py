"""How many cases of each kind, as a table, a page and a CSV file."""
