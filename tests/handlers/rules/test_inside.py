"""Who sees a matter is worked out for all at once: that is what each is to it by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.rules import access
from store.model.records import About, Person, Poster, Role, Status, Subject, Summary
from store.model.words import words_of
from tests.desks import shipped_procedure

NOW = datetime(2026, 11, 10, 9, tzinfo=UTC)
PROCEDURE = shipped_procedure()
CATEGORIES = (None, "other", "threat", *(each.key for each in PROCEDURE.category))
NAMES = ("Ben Okafor", "Cleo Martin", "Dev Rao", "Efua Mensah", "Nia Bell")
IDS = tuple(name.split()[0].lower() for name in NAMES)
WORDS = (
    "",
    "The kitchen is dirty",
    "Mr Okafor shouted",
    "ask the headteacher",
    "cleo, and the chair of governors",
)


def tuples(what: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.lists(what, max_size=2).map(tuple)


ids = st.sampled_from(IDS)
abouts = st.builds(
    About,
    subject=st.sampled_from((*Subject, *Poster)),
    person=st.none() | ids,
    name=st.sampled_from(("", "Ben Okafor", "Mrs Martin", "the head", "Tom")),
    heads=tuples(ids),
    candidates=tuples(ids),
    nobody_of=tuples(ids),
    not_meant=tuples(ids),
    appointed=st.booleans(),
)
people = [
    st.builds(
        Person,
        id=st.just(id),
        name=st.just(name),
        roles=st.lists(st.sampled_from(Role), max_size=2).map(tuple),
        accounts=st.just(()),
        since=st.just(NOW),
    )
    for id, name in zip(IDS, NAMES, strict=True)
]


def parts(reference: str, joined_to: str | None) -> st.SearchStrategy[Summary]:
    return st.builds(
        Summary,
        reference=st.just(reference),
        version=st.just(1),
        status=st.just(Status.OPEN),
        opened_at=st.sampled_from((NOW, NOW - timedelta(minutes=5), NOW - timedelta(hours=1))),
        touched_at=st.just(NOW),
        category=st.sampled_from(CATEGORIES),
        urgent=st.booleans(),
        withheld=st.booleans(),
        withholds=st.booleans(),
        about=st.none() | abouts,
        owner=st.none() | ids,
        joined_to=st.just(joined_to),
        settled=st.just(True),
        reporters=st.lists(ids, min_size=1, max_size=2).map(tuple),
        last_report_at=st.just(NOW),
        sources=st.just(()),
        links=st.just(()),
        hashes=st.just(()),
        likenesses=st.just(()),
        unkept=st.just(0),
        outcome=st.just(""),
        closed_at=st.none(),
        held=st.just(False),
        due=st.none(),
        wake_at=st.none(),
        also_about=tuples(abouts),
        posters=tuples(abouts),
        open_words=st.sampled_from(WORDS).map(lambda words: words_of([words])),
        speaks_of_head=st.booleans(),
        chair_recused=st.booleans(),
        head_recused=st.booleans(),
        lead_recused=st.booleans(),
        last_inside=tuples(ids),
    )


@settings(max_examples=300, deadline=None)
@given(
    root=parts("2222", None),
    joined=st.none() | parts("3333", "2222"),
    persons=st.tuples(*people),
    at=st.sampled_from((NOW, NOW + timedelta(hours=2))),
)
def test_those_inside_are_those_who_are_by_themselves(
    root: Summary, joined: Summary | None, persons: Sequence[Person], at: datetime
) -> None:
    matter = (root, joined) if joined else (root,)
    expected = []
    for person in persons:
        if access.relations(person, root, matter, PROCEDURE, at) & access.INSIDE:
            expected.append(person)
    assert access.inside(persons, matter, PROCEDURE, at) == expected
