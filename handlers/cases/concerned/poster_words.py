"""Who posted it: the question, and the answers in words."""

from __future__ import annotations

from collections.abc import Iterable

from handlers.messages import Choice, Choices, Reply, Text
from store.model.case import Case
from store.model.records import About, Poster

WHO_POSTED = "Who posted it?"
TAP_OR_TYPE = f"{WHO_POSTED} Tap one, or type a name."
POSTERS: tuple[tuple[str, str], ...] = (
    (Poster.PARENT, "A parent"),
    (Poster.PUPIL, "A pupil"),
    (Poster.STAFF, "A colleague"),
    (Poster.HEAD, "The headteacher"),
    (Poster.ACCOUNT, "An account or page"),
    (Poster.OTHER, "Somebody else"),
    (Poster.UNKNOWN, "Not known"),
)
#: Before what a parent or pupil is known by, where their own name is not: `of Year 5`.
OF = "of "


def poster_question(case: Case) -> Reply:
    """Who posted it? With a button for each kind of person; or a name is typed."""
    command = f"case posted {case.reference}"
    options = tuple(Choice(name, f"{command} {key}") for key, name in POSTERS)
    return Reply((Text(TAP_OR_TYPE), Choices(options, typed=command)))


def poster_choice(case: Case) -> Choice:
    """The button that asks who posted it."""
    return Choice(WHO_POSTED, f"case posted {case.reference}")


def posters_words(posters: Iterable[About]) -> str:
    """Who posted it, in words: each once; nothing where nothing was said."""
    return "; ".join(dict.fromkeys(poster_words(poster) for poster in posters))


def poster_words(poster: About) -> str:
    """One of those who posted it: `a parent of Year 5`, `Ben Okafor (a colleague)`."""
    label = dict(POSTERS)[poster.subject].lower()
    if not poster.name:
        return label
    if poster.name.startswith(OF):
        return f"{label} {poster.name}"
    if poster.subject == Poster.ACCOUNT:
        return f"the account {poster.name}"
    return poster.name if poster.subject == Poster.OTHER else f"{poster.name} ({label})"
