"""Arbitrary records, as hypothesis makes them up."""

from __future__ import annotations

import string
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from hypothesis import strategies as st

from store.model.case import Case
from store.model.evidence import Evidence, Picture
from store.model.invitations import Invitation
from store.model.memos import Searched, Showing, Shown
from store.model.records import (
    About,
    Awaiting,
    Entry,
    FollowUp,
    Notice,
    Person,
    Progress,
    Report,
    Role,
    State,
    Status,
    Subject,
)
from store.model.removals import PostRemoval, RemovalRequest

R = TypeVar("R")

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
    "very long " * 2_000,
)

texts = st.text(max_size=40) | st.sampled_from(NASTY)
times = st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
days = st.dates(date(1990, 1, 1), date(2200, 1, 1))
ids = st.text(string.ascii_lowercase, min_size=1, max_size=6)
digests = st.text("0123456789abcdef", min_size=64, max_size=64)
mappings = st.dictionaries(texts, texts, max_size=3)
addresses = texts.map(lambda text: f"slack:{text}")


def optional(what: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.none() | what


def tuples(
    what: st.SearchStrategy[object], least: int = 0, most: int = 3
) -> st.SearchStrategy[object]:
    return st.lists(what, min_size=least, max_size=most).map(tuple)


def record(kind: type[R], /, **drawn: st.SearchStrategy[Any]) -> st.SearchStrategy[R]:
    """Records of a kind, with every field drawn: one that is added later is not left at its default."""
    missing = {field.name for field in fields(kind)} - drawn.keys()  # type: ignore[arg-type]
    assert not missing, f"draw {missing} of {kind.__name__} too"
    return st.builds(kind, **drawn)


pictures = record(
    Picture,
    width=st.integers(1, 100_000),
    height=st.integers(1, 100_000),
    likeness=st.just("") | st.integers(0, 2**64 - 1).map("{:016x}".format),
)
evidence = record(
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
    machine_read=texts,
)
entries = st.builds(Entry.make, times, ids, texts, mappings, st.just("") | digests)
notices = record(
    Notice,
    key=texts,
    kind=texts,
    to=addresses,
    due=times,
    reference=texts,
    step=texts,
    stage=st.integers(0, 99),
    waits=st.booleans(),
    settled=optional(times),
    result=texts,
    message=texts,
    tries=st.integers(0, 99),
    beside=tuples(texts),
    first_due=optional(times),
)


abouts = record(
    About,
    subject=st.sampled_from(Subject),
    person=optional(ids),
    name=texts,
    heads=tuples(ids),
    names=tuples(texts),
    nobody_of=tuples(ids),
    candidates=tuples(ids),
    not_meant=tuples(ids),
    appointed=st.booleans(),
)
follow_ups = record(
    FollowUp,
    key=texts,
    what=texts,
    owner=texts,
    due=times,
    clock=st.sampled_from(["school", "legal", "now"]),
    person=optional(ids),
    urgent=st.booleans(),
    outcomes=tuples(texts),
    passage=texts,
    progress=st.sampled_from(Progress),
    opened_at=optional(times),
    settled_at=optional(times),
    postponed=st.integers(0, 9),
    told=st.integers(-1, 9),
    whose=tuples(ids),
)


requests = record(
    RemovalRequest,
    way=texts,
    on=days,
    by=ids,
    to=texts,
    number=texts,
    answer=texts,
    answered_on=optional(days),
    refused=st.booleans(),
    waits_until=optional(times),
    silent=st.booleans(),
)
removals = record(
    PostRemoval,
    number=st.integers(0, 99),
    requests=tuples(requests),
    gone_on=optional(days),
    gone_by=texts,
)


def cases(reference: str) -> st.SearchStrategy[Case]:
    """Cases with this reference; source keys hold it, so that no other case has them."""
    sources = texts.map(lambda text: f"slack:{reference}:{text}")
    several = st.lists(sources, min_size=1, max_size=3).map(tuple)
    return record(
        Case,
        reference=st.just(reference),
        opened_at=times,
        reports=tuples(record(Report, by=ids, at=times, sources=several, place=addresses), 1),
        evidence=tuples(evidence, most=4),
        chronology=tuples(entries, most=4),
        notices=st.lists(notices, max_size=3, unique_by=lambda n: n.key).map(tuple),
        status=st.sampled_from(Status),
        category=optional(texts),
        urgent=st.booleans(),
        withheld=st.booleans(),
        about=optional(abouts),
        also_about=tuples(abouts),
        posters=tuples(abouts),
        chair_recused=st.booleans(),
        head_recused=st.booleans(),
        lead_recused=st.booleans(),
        last_inside=tuples(ids),
        owner=optional(ids),
        joined_to=optional(ids),
        settled=st.booleans(),
        outcome=texts,
        follow_ups=tuples(follow_ups),
        again=st.integers(0, 9),
        rung=st.integers(0, 9),
        alarm_at=optional(times),
        untaken_since=optional(times),
        wake_at=optional(times),
        hold=texts,
        speaks_of_head=st.booleans(),
        removals=tuples(removals),
        version=st.just(0),
    )


def people(id: str) -> st.SearchStrategy[Person]:
    awaiting = record(
        Awaiting,
        command=texts,
        place=addresses,
        until=times,
        short=st.booleans(),
        used=st.lists(texts, max_size=2).map(tuple),
        name=st.booleans(),
    )
    return record(
        Person,
        id=st.just(id),
        name=texts,
        roles=tuples(st.sampled_from(Role)),
        accounts=tuples(texts.map(lambda text: f"slack:{id}:{text}")),
        since=times,
        earlier=tuples(ids.map(lambda earlier: f"{id}-{earlier}")),
        awaiting=optional(awaiting),
        hints=tuples(texts),
        former_names=tuples(texts),
        invited=st.booleans(),
        version=st.just(0),
    )


def invitations(digest: str) -> st.SearchStrategy[Invitation]:
    return record(
        Invitation,
        digest=st.just(digest),
        name=texts,
        roles=tuples(st.sampled_from(Role)),
        until=times,
        person=optional(ids),
        by=ids,
        agreed_by=texts,
        claimed_by=texts,
        claimed_name=texts,
    )


def shown(reference: str) -> st.SearchStrategy[Shown]:
    showings = record(Showing, person=ids, message=texts, at=times)
    return record(Shown, reference=st.just(reference), showings=tuples(showings))


def searched(id: str) -> st.SearchStrategy[Searched]:
    return record(Searched, id=st.just(id), by=ids, words=texts, at=times, found=tuples(ids))
