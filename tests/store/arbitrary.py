"""Arbitrary records, as hypothesis makes them up."""

from __future__ import annotations

import string
from datetime import UTC, datetime

from hypothesis import strategies as st

from store.records import (
    About,
    Awaiting,
    Case,
    Entry,
    Evidence,
    Invitation,
    Notice,
    Person,
    Picture,
    Report,
    Role,
    State,
    Status,
    Subject,
)

NASTY = (
    "\0",
    "a\0b",
    "\u202eשלום\u202c عالم",
    "👩\u200d👩\u200d👧\u200d👦🏴\U000e0067\U000e0062\U000e007f",
    "<!channel> *bold* <b>&amp;",
    "\r\n\u2028\u2029\t",
    "\ufeff",
    "\uffff\U0010ffff",
    "é é",
    "{}[]\"'\\",
    "very long " * 5_000,
)

texts = st.text(max_size=40) | st.sampled_from(NASTY)
times = st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
ids = st.text(string.ascii_lowercase, min_size=1, max_size=6)
digests = st.text("0123456789abcdef", min_size=64, max_size=64)
mappings = st.dictionaries(texts, texts, max_size=3)
addresses = texts.map(lambda text: f"slack:{text}")


def optional(what: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.none() | what


def tuples(what: st.SearchStrategy[object], least: int = 0, most: int = 3) -> st.SearchStrategy[object]:
    return st.lists(what, min_size=least, max_size=most).map(tuple)


pictures = st.builds(
    Picture,
    st.integers(1, 100_000),
    st.integers(1, 100_000),
    st.just("") | st.integers(0, 2**64 - 1).map("{:016x}".format),
)
evidence = st.builds(
    Evidence,
    number=st.integers(1, 99),
    kind=st.sampled_from(["text", "link", "picture", "video", "audio", "file"]),
    source=addresses,
    by=ids,
    at=times,
    state=st.sampled_from(State),
    text=texts,
    normal=texts,
    name=texts,
    media_type=texts,
    size=optional(st.integers(0, 2**53)),
    pointer=mappings,
    origin=mappings,
    sha256=st.just("") | digests,
    kept_at=optional(times),
    picture=optional(pictures),
    problem=texts,
    tries=st.integers(0, 99),
    next_try=optional(times),
    first_try=optional(times),
)
entries = st.builds(Entry.make, times, ids, texts, mappings, st.just("") | digests)
notices = st.builds(
    Notice,
    key=texts,
    kind=texts,
    to=addresses,
    due=times,
    reference=texts,
    settled=optional(times),
    result=texts,
    message=texts,
    tries=st.integers(0, 99),
)


def cases(reference: str) -> st.SearchStrategy[Case]:
    """Cases with this reference; source keys hold it, so that no other case has them."""
    sources = texts.map(lambda text: f"slack:{reference}:{text}")
    reports = st.builds(
        Report,
        by=ids,
        at=times,
        sources=st.lists(sources, min_size=1, max_size=3).map(tuple),
        place=addresses,
    )
    return st.builds(
        Case,
        reference=st.just(reference),
        opened_at=times,
        reports=tuples(reports, 1),
        evidence=tuples(evidence, most=4),
        chronology=tuples(entries, most=4),
        notices=st.lists(notices, max_size=3, unique_by=lambda n: n.key).map(tuple),
        status=st.sampled_from(Status),
        category=optional(texts),
        urgent=st.booleans(),
        about=optional(st.builds(About, st.sampled_from(Subject), optional(ids), texts)),
        owner=optional(ids),
        joined_to=optional(ids),
        settled=st.booleans(),
        outcome=texts,
    )


def people(id: str) -> st.SearchStrategy[Person]:
    return st.builds(
        Person,
        id=st.just(id),
        name=texts,
        roles=tuples(st.sampled_from(Role)),
        accounts=tuples(texts.map(lambda text: f"slack:{id}:{text}")),
        since=times,
        earlier=tuples(ids.map(lambda earlier: f"{id}-{earlier}")),
        awaiting=optional(st.builds(Awaiting, texts, addresses, times, st.booleans())),
        hints=tuples(texts),
    )


def invitations(digest: str) -> st.SearchStrategy[Invitation]:
    return st.builds(Invitation, st.just(digest), texts, tuples(st.sampled_from(Role)), times, optional(ids))
