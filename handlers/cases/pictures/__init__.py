"""Pictures that few may see, and who has seen them."""
