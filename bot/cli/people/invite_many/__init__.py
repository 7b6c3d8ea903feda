"""`headsup invite --from`: a whole staff list, and a slip of paper for each person in it."""
