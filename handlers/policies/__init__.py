"""Policy questions, texts, the statement that staff accept, and questions to the leadership."""
