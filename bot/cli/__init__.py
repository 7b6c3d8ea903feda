"""One module for each `headsup …` command; `bot/__main__.py` is the list."""
