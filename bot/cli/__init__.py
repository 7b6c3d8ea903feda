"""One module for each `headsup …` command; `commands/` has their options."""
