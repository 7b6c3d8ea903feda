"""`headsup setup`: the questions, and the files that they fill."""
