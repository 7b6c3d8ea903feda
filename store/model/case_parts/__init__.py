"""What a case is made of: its fields, and its moves by what they are about."""
