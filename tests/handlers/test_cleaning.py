"""What comes in can be kept, whatever the platform lets people write: no file holds half of a character."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.cleaning import clean
from handlers.messages import Attachment, Forwarded, Incoming, Origin, Sender

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
texts = st.text(st.characters(), max_size=8) | st.sampled_from(
    ["\ud83d", "half \udc00 a character", "\ud83d\udc4b"]
)
origins = st.builds(Origin, st.just("person"), texts, texts, texts, texts, texts, st.none(), texts)
attachments = st.builds(
    Attachment,
    st.just("picture"),
    st.dictionaries(texts, texts, max_size=2),
    name=texts,
    media_type=texts,
    origin=st.none() | origins,
)
incomings = st.builds(
    Incoming,
    source=st.just("slack:T1:D1:1"),
    sender=st.builds(Sender, st.just("slack:T1:U1"), texts),
    place=st.just("slack:D1"),
    at=st.just(NOW),
    text=texts,
    links=st.lists(texts, max_size=2).map(tuple),
    forwarded=st.lists(st.builds(Forwarded, texts, origins), max_size=2).map(tuple),
    attachments=st.lists(attachments, max_size=2).map(tuple),
    command=st.none() | texts,
)


def strings(value: Any) -> list[str]:
    """Every string in a value, however deep."""
    if isinstance(value, str):
        return [value]
    if is_dataclass(value):
        return [s for field in fields(value) for s in strings(getattr(value, field.name))]
    if isinstance(value, Mapping):
        return [s for pair in value.items() for s in strings(pair)]
    return [s for one in value for s in strings(one)] if isinstance(value, tuple) else []


@settings(max_examples=60, deadline=None, database=None)
@given(incoming=incomings)
def test_whatever_comes_in_can_be_kept(incoming: Incoming) -> None:
    for text in strings(clean(incoming, NOW)):
        text.encode()


def test_whole_characters_stay_as_they_are() -> None:
    said = "\0 שלום \u202e 👋🏽 \ufeff"
    origin = Origin("person", author=said)
    incoming = Incoming(
        "s",
        Sender("a", said),
        "p",
        NOW,
        text=said,
        forwarded=(Forwarded(said, origin),),
        command=said,
    )
    assert clean(incoming, NOW) == incoming
