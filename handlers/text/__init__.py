"""How things read: words, days, links, pages and print."""
