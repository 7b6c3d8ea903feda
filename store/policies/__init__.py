"""The policy texts: loads a folder of them, divides them into passages, and finds the one that answers."""

from store.policies.answer import Answer, Passage
from store.policies.library import Place, Policies
from store.policies.texts import PolicyText

__all__ = ["Answer", "Passage", "Place", "Policies", "PolicyText"]
