"""The policy texts: a folder of them, divided into passages, and the passage that answers."""

from store.policies.answer import Answer, Passage
from store.policies.by_name import TextOrSection
from store.policies.library import Policies
from store.policies.texts import PolicyText

__all__ = ["Answer", "Passage", "Policies", "PolicyText", "TextOrSection"]
