"""Who may do what, when, and whose name it is: pure, without a store or a sentence."""
