"""Frozen records, the case and its moves, kinds, addresses and memos."""
