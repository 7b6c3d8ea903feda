"""Whom a case concerns: who may be meant, who is kept from it, and what they were shown."""
