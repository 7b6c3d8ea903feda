"""The policy texts: a folder of them, divided into passages, and the passage that answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from store.policies.answer import Answer, Passage
    from store.policies.by_name import TextOrSection
    from store.policies.library import Policies
    from store.policies.texts import PolicyText

__all__ = ["Answer", "Passage", "Policies", "PolicyText", "TextOrSection"]

_PLACES = {
    "Answer": "answer",
    "Passage": "answer",
    "Policies": "library",
    "PolicyText": "texts",
    "TextOrSection": "by_name",
}


def __getattr__(name: str) -> Any:
    """Import it when it is first asked for: a process that reads one file needs none of them."""
    from importlib import import_module

    if name not in _PLACES:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
