"""The policy texts: a folder of them, divided into passages, and the passage that answers."""

from store.policies.answer import Answer, Passage
from store.policies.library import Policies, TextOrSection
from store.policies.texts import PolicyText

__all__ = ["Answer", "Passage", "Policies", "PolicyText", "TextOrSection"]
