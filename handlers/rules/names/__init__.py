"""Whose name it is: names that are alike, offices, accounts, and whom words speak of."""
