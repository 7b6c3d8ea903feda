"""Records: a change is a new record, an illegal move raises, and the chronology is one unbroken chain."""

from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.model.case import Case, Classification
from store.model.evidence import Picture
from store.model.identifiers import REFERENCE_ALPHABET, new_reference
from store.model.records import (
    About,
    Entry,
    FollowUp,
    IllegalMove,
    Progress,
    Report,
    State,
    Status,
    Subject,
)
from tests.store import arbitrary
from tests.store.made import ASHA, BEN, CLEO, MINUTE, NOW, case, item, notice, wanted

HEAD = About(Subject.HEAD, person=BEN)


def _receive(made: Case) -> Case:
    return made.receive(Report(ASHA, NOW, ("slack:2",), "slack:D1"), (item(),), "received")


MOVES: dict[str, Callable[[Case], Case]] = {
    "receive": _receive,
    "categorise": lambda c: c.categorise(
        Classification("threat", urgent=True, withhold=False), by=ASHA, at=NOW
    ),
    "make urgent": lambda c: c.make_urgent(by=BEN, at=NOW),
    "give": lambda c: c.give(CLEO, by=BEN, at=NOW),
    "be posted again": lambda c: c.posted_again(by=ASHA, at=NOW),
    "close": lambda c: c.close("unfounded", by=BEN, at=NOW),
}


def test_of_a_closed_case_it_can_be_said_whom_it_is_about() -> None:
    """Else it would have to be opened again first, and be told to whom it is about."""
    closed = case().close("unfounded", by=BEN, at=NOW).concern(HEAD, by=CLEO, at=NOW)
    assert (closed.status, closed.subjects) == (Status.CLOSED, (HEAD,))


@pytest.mark.parametrize("move", MOVES)
def test_a_closed_case_does_not_move(move: str) -> None:
    closed = case().close("unfounded", by=BEN, at=NOW)
    with pytest.raises(IllegalMove, match=rf"Case {closed.reference} is closed\. Reopen it first"):
        MOVES[move](closed)
    MOVES[move](closed.reopen("there is more", by=BEN, at=NOW))


def test_an_open_case_is_not_reopened() -> None:
    with pytest.raises(IllegalMove, match="is open already"):
        case().reopen("why", by=BEN, at=NOW)


def test_a_case_is_not_joined_to_itself() -> None:
    made = case()
    with pytest.raises(IllegalMove, match="cannot be joined to itself"):
        made.join(made.reference, by=BEN, at=NOW)


def test_a_closed_case_still_takes_notes_and_its_words_stay() -> None:
    closed = case().close("unfounded", by=BEN, at=NOW)
    assert closed.note("rang the parents", by=BEN, at=NOW).chronology[-1].details == {
        "text": "rang the parents"
    }
    assert closed.reopen("more", by=BEN, at=NOW).outcome == ""


def test_nothing_changes_in_place() -> None:
    made = case(evidence=(item(),))
    with pytest.raises(FrozenInstanceError):
        made.urgent = True  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        made.chronology[0].what = "closed"  # type: ignore[misc]
    before = replace(made)
    for move in MOVES.values():
        move(made)
    assert made == before


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("withhold", [False, True])
def test_saying_what_it_is_about_lets_fetch_only_what_waited(state: State, withhold: bool) -> None:
    made = case(evidence=(item(state=state),))
    said = made.categorise(
        Classification("x", urgent=False, withhold=withhold, releases=(1,)), by=ASHA, at=NOW
    ).evidence[0]
    if withhold:
        expected = State.WITHHELD if state in (State.WAITING, State.WANTED) else state
    else:
        expected = State.WANTED if state == State.WAITING else state
    assert said.state == expected
    assert (said.next_try == NOW) is (state == State.WAITING and not withhold)


def test_what_is_withheld_stays_so() -> None:
    made = case(evidence=(item(1, state=State.WAITING), wanted(2)))
    held = made.categorise(Classification("undressed", urgent=True, withhold=True), by=ASHA, at=NOW)
    with pytest.raises(IllegalMove, match="about a child undressed"):
        held.categorise(Classification("other", urgent=False, withhold=False), by=ASHA, at=NOW)
    lifted = held.categorise(
        Classification("other", urgent=False, withhold=False, lift=True), by=CLEO, at=NOW
    )
    assert [e.state for e in lifted.evidence] == [State.WITHHELD] * 2
    assert lifted.urgent


def test_only_the_pieces_that_it_names_are_let_go() -> None:
    waiting = tuple(item(number, state=State.WAITING) for number in (1, 2, 3))
    said = case(evidence=waiting).categorise(
        Classification("x", urgent=False, withhold=False, releases=(1, 3)), by=ASHA, at=NOW
    )
    assert [e.state for e in said.evidence] == [State.WANTED, State.WAITING, State.WANTED]


def test_nothing_is_left_by_which_what_is_withheld_could_be_fetched() -> None:
    pointer = {"file": "F1", "url": "https://files.example/F1", "path": "/home/one.png"}
    looks = Picture(9, 9, "0f" * 8)
    states = (State.WAITING, State.WANTED, State.KEPT, State.TOO_LARGE, State.LOST)
    pieces = tuple(
        item(number, state=state, pointer=pointer, picture=looks)
        for number, state in enumerate(states, 1)
    )
    held = case(evidence=pieces).categorise(
        Classification("undressed", urgent=True, withhold=True), by=ASHA, at=NOW
    )
    for before, after in zip(pieces, held.evidence, strict=True):
        assert not set(pointer.values()) & set(after.pointer.values())
        assert after.picture is None
        assert after.file_id == before.file_id != ""


def test_more_for_a_case_that_is_withheld_is_withheld_too() -> None:
    held = case().categorise(
        Classification("undressed", urgent=True, withhold=True), by=ASHA, at=NOW
    )
    more = held.receive(
        Report(BEN, NOW, ("slack:2",), "slack:D2"), (item(0, state=State.WAITING),), "received"
    )
    assert [e.state for e in more.evidence] == [State.WITHHELD]


def test_more_of_a_report_is_one_report_and_numbered_on() -> None:
    made = case("slack:1", evidence=(item(1),))
    later = Report(ASHA, NOW + MINUTE, ("slack:1", "slack:2"), "slack:D9")
    more = made.receive(later, (item(0), item(0)), "received")
    assert [e.number for e in more.evidence] == [1, 2, 3]
    assert more.reports == (
        replace(made.reports[0], sources=("slack:1", "slack:2"), place="slack:D9"),
    )
    others = more.receive(Report(BEN, NOW, ("slack:3",), "slack:D2"), (item(0),), "received")
    assert [r.by for r in others.reports] == [ASHA, BEN]


def test_whoever_looked_after_it_can_give_it_up() -> None:
    made = case().give(BEN, by=BEN, at=NOW)
    given_up = made.give_up(by=CLEO, at=NOW)
    assert (given_up.owner, given_up.chronology[-1].what) == (None, "given up")
    assert given_up.give_up(by=CLEO, at=NOW) is given_up


# --- follow-ups ----------------------------------------------------------------------------------------


def _with_step(**more: Any) -> Case:
    return case().with_follow_up(FollowUp("first", "Do this", "head", NOW, "school", **more))


STEPS: dict[str, Callable[[Case], Case]] = {
    "settle": lambda c: c.settle_step("first", Progress.DONE, by=BEN, at=NOW),
    "hand on": lambda c: c.hand_step("first", CLEO, by=BEN, at=NOW),
    "postpone": lambda c: c.postpone_step("first", NOW + MINUTE, "waiting", by=BEN, at=NOW),
}


@pytest.mark.parametrize("move", STEPS)
def test_a_follow_up_that_was_settled_or_never_was_does_not_move(move: str) -> None:
    made = _with_step()
    STEPS[move](made)
    settled = made.settle_step("first", Progress.DONE, by=BEN, at=NOW)
    with pytest.raises(IllegalMove, match="settled before"):
        STEPS[move](settled)
    with pytest.raises(IllegalMove, match="no follow-up"):
        STEPS[move](case())
    with pytest.raises(IllegalMove, match="is closed"):
        STEPS[move](made.close("unfounded", by=BEN, at=NOW))


def test_a_follow_up_ends_only_as_it_may() -> None:
    made = _with_step(outcomes=(Progress.REFUSED,))
    with pytest.raises(IllegalMove, match="cannot end as"):
        made.settle_step("first", Progress.NOT_REMOVED, by=BEN, at=NOW)
    with pytest.raises(IllegalMove, match="why"):
        made.settle_step("first", Progress.NOT_NEEDED, by=BEN, at=NOW)
    refused = made.settle_step("first", Progress.REFUSED, by=BEN, at=NOW)
    assert refused.follow_ups[0].progress == Progress.REFUSED
    assert (
        made.settle_step("first", Progress.NOT_NEEDED, by=BEN, at=NOW, why="gone").summary.due
        is None
    )


@pytest.mark.parametrize(
    ("what", "worked"),
    [("looked", False), ("read", False), ("evidence", False), ("exported", False), ("kept", True)],
)
def test_who_only_looked_has_not_touched_it(what: str, worked: bool) -> None:
    made = case().note("he wrote again", by=BEN, at=NOW)
    assert made.enter(NOW + MINUTE, BEN, what).summary.touched_at == (
        NOW + MINUTE if worked else NOW
    )


def test_a_case_is_closed_over_an_urgent_follow_up_for_a_reason_only() -> None:
    made = _with_step(urgent=True)
    with pytest.raises(IllegalMove, match="urgent follow-up"):
        made.close("unfounded", by=BEN, at=NOW)
    closed = made.close("unfounded", by=BEN, at=NOW, reason="the police have it")
    assert closed.follow_ups[0].progress == Progress.ENDED
    assert closed.chronology[-1].details["reason"] == "the police have it"


def test_steps_of_ones_own_are_numbered() -> None:
    made = (
        case()
        .add_step("Ring", NOW, "owner", by=BEN, at=NOW)
        .add_step("Write", NOW, "owner", by=BEN, at=NOW)
    )
    assert [f.key for f in made.follow_ups] == ["own-1", "own-2"]
    with pytest.raises(IllegalMove, match="is closed"):
        made.close("done", by=BEN, at=NOW).add_step("Late", NOW, "owner", by=BEN, at=NOW)


def test_a_move_that_changes_nothing_is_not_entered() -> None:
    made = case().give(BEN, by=BEN, at=NOW).make_urgent(by=BEN, at=NOW)
    assert made.give(BEN, by=CLEO, at=NOW) is made
    assert made.make_urgent(by=CLEO, at=NOW) is made
    assert [e.what for e in made.chronology] == ["opened", "taken", "urgent"]
    assert made.give(CLEO, by=BEN, at=NOW).chronology[-1].what == "given"


def test_a_notice_is_owed_once() -> None:
    made = case().owe(notice("n"), notice("m"))
    sent = replace(made.notices[0], settled=NOW)
    settled = made.settle(sent)
    assert settled.owe(notice("n", NOW + MINUTE), notice("o")).notices == (
        sent,
        made.notices[1],
        notice("o"),
    )
    assert settled.settle(notice("unknown")) == settled


def test_a_reference_spells_nothing_and_tells_nothing() -> None:
    made = [new_reference() for _ in range(500)]
    assert all(len(r) == 4 and set(r) <= set(REFERENCE_ALPHABET) for r in made)
    assert not set("AEIOU01") & set(REFERENCE_ALPHABET)
    assert len(REFERENCE_ALPHABET) == 28
    assert len(set(made)) > 480
    assert {c for r in made for c in r} == set(REFERENCE_ALPHABET)


# --- the chronology ------------------------------------------------------------------------------------

who = st.sampled_from([ASHA, BEN, CLEO])
reports = st.builds(
    Report,
    who,
    st.just(NOW),
    st.lists(arbitrary.texts, min_size=1, max_size=2).map(tuple),
    arbitrary.texts,
)
abouts = st.builds(About, st.sampled_from(Subject), st.none() | who, arbitrary.texts)
moves = st.one_of(
    st.tuples(st.just("receive"), reports),
    st.tuples(st.just("categorise"), arbitrary.texts, st.booleans(), st.booleans()),
    st.tuples(st.just("make_urgent")),
    st.tuples(st.just("concern"), abouts),
    st.tuples(st.just("concern_also"), abouts),
    st.tuples(st.just("concern_instead"), st.lists(abouts, max_size=2), abouts),
    st.tuples(st.just("posted_by"), abouts),
    st.tuples(st.just("posted_by_instead"), st.lists(abouts, max_size=2), abouts),
    st.tuples(st.just("give"), who),
    st.tuples(st.just("note"), arbitrary.texts),
    st.tuples(st.just("close"), arbitrary.texts),
    st.tuples(st.just("reopen"), arbitrary.texts),
    st.tuples(st.just("join"), arbitrary.texts),
    st.tuples(st.just("separate")),
    st.tuples(st.just("give_up")),
    st.tuples(st.just("posted_again")),
    st.tuples(
        st.just("note_removals"),
        st.just("removal asked"),
        st.lists(arbitrary.removals, min_size=1, max_size=2),
    ),
    st.tuples(st.just("add_step"), arbitrary.texts, arbitrary.times, st.just("owner")),
    st.tuples(st.just("hand_step"), st.just("own-1"), who),
    st.tuples(st.just("settle_step"), st.just("own-1"), st.sampled_from(Progress)),
    st.tuples(st.just("postpone_step"), st.just("own-1"), arbitrary.times, arbitrary.texts),
)


def _moved(made: Case, move: tuple[object, ...], by: str, n: int) -> Case:
    name, *words = move
    acted = {"by": by, "at": NOW + n * timedelta(seconds=1)}
    if name == "receive":
        return made.receive(words[0], (item(),), "received")  # type: ignore[arg-type]
    if name == "categorise":
        return made.categorise(
            Classification(words[0], urgent=words[1], withhold=words[2]), **acted
        )  # type: ignore[arg-type]
    return getattr(made, str(name))(*words, **acted)  # type: ignore[no-any-return]


@settings(max_examples=60, deadline=None, database=None)
@given(steps=st.lists(st.tuples(moves, who), max_size=12))
def test_after_any_moves_the_chronology_is_sound_and_unbroken(
    steps: list[tuple[tuple[object, ...], str]],
) -> None:
    made = case()
    for n, (move, by) in enumerate(steps):
        before = made
        try:
            made = _moved(made, move, by, n)
        except IllegalMove:
            continue
        assert made.chronology[: len(before.chronology)] == before.chronology
        assert len(made.chronology) - len(before.chronology) == (made is not before)
        assert made.evidence[: len(before.evidence)] == before.evidence or move[0] == "categorise"
        assert made.status in Status
    assert [entry.before for entry in made.chronology] == [
        "",
        *(e.hash for e in made.chronology[:-1]),
    ]
    assert all(entry.sound for entry in made.chronology)


@settings(max_examples=60, deadline=None, database=None)
@given(entry=arbitrary.entries, other=arbitrary.entries)
def test_an_entry_that_was_altered_is_not_sound(entry: Entry, other: Entry) -> None:
    assert entry.sound
    for name in ("at", "by", "what", "details", "before", "hash"):
        altered = replace(entry, **{name: getattr(other, name)})
        assert altered.sound is (altered == entry)
