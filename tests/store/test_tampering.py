"""Whoever changes what is stored, and knows how to seal it again, is found: in each store, and for each thing changed.

What is not found is listed here, with why, and named in docs/threat-model.md.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest

from store.base import Store
from store.comparing import OlderStore, compare_with_older
from store.disk.seal import seal
from store.documents import case_from, case_tables, record_tables, to_json
from store.model.case import Case, Classification
from store.model.digests import digests_of_words
from store.model.kinds import ARRIVALS, EntryKind, RoleChangeKind
from store.model.memos import RoleChange
from store.model.proofs import FACTS, is_proof, with_proofs
from store.model.records import (
    About,
    Entry,
    FollowUp,
    Person,
    Poster,
    Report,
    State,
)
from store.model.removals import PostRemoval, RemovalRequest, RemovalWay
from store.postgres.documents import to_jsonb
from store.tiny import TinyStore, verifying
from store.tiny.verifying import verify
from store.verifying import Mismatch, Walk, look_through
from tests.databases import server
from tests.store.conftest import Opened, Postgres, Tiny
from tests.store.made import ASHA, BEN, CLEO, MINUTE, NOW, case, item, notice, person
from tests.store.test_evidence import BYTES, pieces

LINK = "https://example.org/post"
OTHER_LINK = "https://example.org/another"

Change = Callable[[Case], Case]
#: Stands for the details of an entry that people read, made to fit as well.
Reworded = Callable[[Entry], Entry]


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "AGAIN", 0.0)


class Told:
    """A case that is changed as the bot does it: each change by an entry that proves it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        evidence = (
            item(1, "text", text="They write about Year 4."),
            item(2, "link", text=LINK, normal="example.org/post"),
            item(3, state=State.WAITING, pointer={"file": "F1"}),
            item(4, state=State.WAITING, pointer={"file": "F2"}),
        )
        made = case()
        details = {"source": made.reports[0].sources[0], "words": digests_of_words(evidence)}
        opened = Case(made.reference, NOW, made.reports, evidence)
        self.case = with_proofs(opened.enter(NOW, ASHA, EntryKind.OPENED, **details), None, NOW)

    async def changes(self, change: Change) -> None:
        moved = change(self.case)
        self.case = await self.store.save(with_proofs(moved, self.case, NOW))


async def furnish(store: Store) -> Case:
    """A case to which all has happened that its entries tell."""
    told = Told(store)
    await store.add(told.case)
    chosen = Classification("bullying", urgent=True, withhold=False, releases=())
    await told.changes(lambda c: c.categorise(chosen, by=ASHA, at=NOW))
    await told.changes(lambda c: c.concern(About("staff", "dev", "Dev"), by=ASHA, at=NOW))
    await told.changes(lambda c: c.concern_also(About("pupil", name="Ann"), by=ASHA, at=NOW))
    poster = About(Poster.STAFF, "gita", "Gita")
    await told.changes(lambda c: c.posted_by(poster, by=ASHA, at=NOW))
    step = FollowUp("reply", "Reply to the reporter", "head", NOW + MINUTE, "school", opened_at=NOW)
    await told.changes(lambda c: c.with_follow_up(step).owe(notice("n")))
    await told.changes(lambda c: c.add_step("Ring home", NOW + MINUTE, "dsl", by=BEN, at=NOW))
    await told.changes(lambda c: c.hand_step("own-1", CLEO, by=BEN, at=NOW))
    later = NOW + 5 * MINUTE
    await told.changes(lambda c: c.postpone_step("own-1", later, "ill", by=CLEO, at=NOW))
    more = Report(CLEO, NOW + MINUTE, ("slack:T1:D2:9",), "slack:D2")
    words = (replace(item(1, "text", text="I saw it too."), by=CLEO),)
    await told.changes(lambda c: c.receive(more, words, EntryKind.RECEIVED))
    kept = await store.keep(told.case.reference, pieces(BYTES), len(BYTES))

    def fetched(c: Case) -> Case:
        found = replace(c.evidence[2], state=State.KEPT, sha256=kept.sha256, size=kept.size)
        return c.with_evidence(found).enter(
            NOW, "headsup", EntryKind.KEPT, number="3", sha256=kept.sha256
        )

    await told.changes(fetched)
    await told.changes(lambda c: c.give(BEN, by=BEN, at=NOW))
    await told.changes(lambda c: c.posted_again(by=ASHA, at=NOW))
    asked = PostRemoval(2).ask(RemovalRequest(RemovalWay.SITE, NOW.date(), BEN, number="12345"))
    details = {"by": BEN, "at": NOW}
    await told.changes(lambda c: c.note_removals(EntryKind.REMOVAL_ASKED, [asked], **details))
    await told.changes(lambda c: c.hold_back("the police have it", by=BEN, at=NOW))
    await told.changes(lambda c: c.note("Rang the parents.", by=BEN, at=NOW))
    return told.case


async def with_people(store: Store) -> None:
    """Ben, who joined as the head, and the log that says so."""
    await store.add_person(person(BEN, roles=("staff", "head")))
    [account] = (await store.person(BEN)).accounts
    began = RoleChange("begun", RoleChangeKind.BEGAN, NOW, "", "", (), (), "headsup", "")
    joined = replace(
        began,
        id="joined ben",
        what=RoleChangeKind.JOINED,
        person=BEN,
        name="Ben",
        roles=("staff",),
        after=("staff",),
        account=account,
    )
    given = replace(
        joined,
        id="w1",
        what=RoleChangeKind.GIVEN,
        at=NOW + MINUTE,
        roles=("head",),
        after=("staff", "head"),
        account="",
    )
    for each in (began, joined, given):
        await store.put(each)


# --- whoever can write ----------------------------------------------------------------------------


class Hand:
    """Writes past the store, so that all of it fits as a store writes it."""

    def __init__(self, opened: Opened) -> None:
        self.opened = opened

    async def rewrites(self, case: Case) -> None:
        backend = self.opened.backend
        if isinstance(backend, Tiny):
            await self.opened.store.close()
            path = backend.folder / "cases" / case.reference / "case.json"
            path.write_bytes(seal(to_json(case_tables(case))))
            self.opened.store = await backend.open()
            return
        assert isinstance(backend, Postgres)
        sql = "UPDATE cases SET document = %s, summary = %s WHERE school = %s AND reference = %s"
        given = (to_jsonb(case), to_jsonb(case.summary), backend.school, case.reference)
        _as_superuser(sql, given)

    async def rewrites_person(self, person: Person) -> None:
        backend = self.opened.backend
        if isinstance(backend, Tiny):
            path = backend.folder / "people" / f"{person.id}.json"
            path.write_bytes(seal(to_json(record_tables(person))))
            self.opened.store = await self.opened.anew()
            return
        assert isinstance(backend, Postgres)
        sql = "UPDATE people SET document = %s WHERE school = %s AND id = %s"
        _as_superuser(sql, (to_jsonb(person), backend.school, person.id))

    async def finds(self) -> list[Mismatch]:
        """What `headsup verify` says."""
        found = [mismatch async for mismatch in look_through(self.opened.store, Walk())]
        backend = self.opened.backend
        if isinstance(backend, Tiny):
            in_files = {each.what for each in verify(backend.folder, Walk())}
            assert in_files >= {each.what for each in found}
        return found


def _as_superuser(sql: str, values: Sequence[object]) -> None:
    assert _superuser().execute(sql, values).rowcount


@cache
def _superuser() -> psycopg.Connection:
    return psycopg.connect(server().get_uri("headsup"), autocommit=True)


@pytest.fixture
def hand(opened: Opened) -> Hand:
    return Hand(opened)


def chained(case: Case, entries: Sequence[Entry]) -> Case:
    """The case with these entries, each chained to the one before it."""
    made = replace(case, chronology=())
    for entry in entries:
        made = made.enter(entry.at, entry.by, entry.what, **entry.details)
    return made


def with_evidence(number: int, **changes: Any) -> Change:
    def change(case: Case) -> Case:
        return case.with_evidence(replace(case.evidence[number - 1], **changes))

    return change


def without_evidence(number: int) -> Change:
    return lambda case: replace(
        case, evidence=tuple(each for each in case.evidence if each.number != number)
    )


def with_report(**changes: Any) -> Change:
    return lambda case: replace(
        case, reports=(replace(case.reports[0], **changes), *case.reports[1:])
    )


def with_step(key: str, **changes: Any) -> Change:
    def change(case: Case) -> Case:
        found = case.follow_up(key)
        assert found
        return case.with_follow_up(replace(found, **changes))

    return change


def with_removal(**changes: Any) -> Change:
    """The only request for a removal that there is, with other values."""

    def change(case: Case) -> Case:
        [post] = case.removals
        [request] = post.requests
        return replace(case, removals=(replace(post, requests=(replace(request, **changes),)),))

    return change


def without_step(key: str) -> Change:
    return lambda case: replace(
        case, follow_ups=tuple(each for each in case.follow_ups if each.key != key)
    )


@pytest.fixture(params=["tiny", "postgres"])
def backend_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


TAMPERED: dict[str, Change] = {
    "words changed": with_evidence(1, text="They write about nobody."),
    "link swapped": with_evidence(2, text=OTHER_LINK, normal="example.org/another"),
    "link dropped": without_evidence(2),
    "file dropped": without_evidence(3),
    "file never fetched": with_evidence(3, sha256="", state=State.WAITING),
    "file to be fetched": with_evidence(4, state=State.WANTED),
    "who sent it": with_evidence(1, by=BEN),
    "when it was sent": with_evidence(1, at=NOW - MINUTE),
    "subject changed": lambda case: replace(case, about=About("pupil", name="Somebody")),
    "subject dropped": lambda case: replace(case, also_about=()),
    "no subject": lambda case: replace(case, about=None, also_about=()),
    "a look-alike cleared": lambda case: replace(
        case, about=replace(case.subjects[0], nobody_of=("dev",))
    ),
    "poster changed": lambda case: replace(
        case, posters=(About(Poster.STAFF, "dev", "Dev"), *case.posters[1:])
    ),
    "poster dropped": lambda case: replace(case, posters=()),
    "poster added": lambda case: replace(
        case, posters=(*case.posters, About(Poster.STAFF, "dev", "Dev"))
    ),
    "a poster's look-alike cleared": lambda case: replace(
        case, posters=(replace(case.posters[0], nobody_of=("dev",)),)
    ),
    "shown to the chair": lambda case: replace(case, head_recused=True),
    "left with who is named": lambda case: replace(case, last_inside=("f" * 12,)),
    "shown to the safeguarding lead": lambda case: replace(case, chair_recused=True),
    "shown to another headteacher": lambda case: replace(case, lead_recused=True),
    "kept from the head": lambda case: replace(case, speaks_of_head=True),
    "reporter changed": with_report(by=BEN),
    "reporter added": lambda case: replace(
        case, reports=(*case.reports, Report("eve", NOW, ("slack:T1:D9:1",), "slack:D9"))
    ),
    "answered elsewhere": with_report(place="slack:D666"),
    "step removed": without_step("own-1"),
    "step of the procedure removed": without_step("reply"),
    "step reworded": with_step("reply", what="Do nothing"),
    "step done": with_step("own-1", progress="done", settled_at=NOW),
    "step given to another": with_step("own-1", person=BEN),
    "step put off": with_step("own-1", due=NOW + timedelta(days=90)),
    "urgent no more": lambda case: replace(case, urgent=False),
    "withheld": lambda case: replace(case, withheld=True),
    "category": lambda case: replace(case, category="other"),
    "closed": lambda case: replace(case, status="closed"),
    "outcome": lambda case: replace(case, outcome="nothing to it"),
    "owner": lambda case: replace(case, owner=CLEO),
    "joined": lambda case: replace(case, joined_to="2222"),
    "held no more": lambda case: replace(case, hold=""),
    "removal dropped": lambda case: replace(case, removals=()),
    "report renumbered": with_removal(number="54321"),
    "removal asked by another": with_removal(by=CLEO),
    "removal refused": with_removal(refused=True),
    "post gone": lambda case: replace(case, removals=(case.removals[0].see_gone(NOW.date(), BEN),)),
    "seen again": lambda case: replace(case, again=0),
    "opened at": lambda case: replace(case, opened_at=NOW - timedelta(days=4000)),
}


def as_it_is(before: Case, case: Case) -> Case:
    """The entries stay."""
    return case


def without_last_telling(before: Case, case: Case) -> Case:
    """The newest entry that proves what was changed is taken out, and all after it chained anew."""
    changed = [fact.detail for fact in FACTS if fact.digest(before) != fact.digest(case)]
    entries = list(case.chronology)
    for entry in reversed(entries):
        if not entry.details.keys().isdisjoint(changed):
            entries.remove(entry)
            break
    return chained(case, entries)


def chained_from_there(before: Case, case: Case) -> Case:
    """What people read of the entries is made to fit, and all of them are chained anew."""
    about = case.subjects[0] if case.subjects else About("unsure")
    entries = []
    for entry in case.chronology:
        details = dict(entry.details)
        if entry.what in (EntryKind.ABOUT, EntryKind.ALSO_ABOUT):
            details |= {"subject": about.subject, "name": about.name, "person": about.person or ""}
        if entry.what in ARRIVALS:
            details["words"] = digests_of_words(case.evidence)
        entries.append(replace(entry, details=details))
    return chained(case, entries)


#: What was undone together with the one entry that told it, and chained anew, as if it had never
#: been: nothing within knows of it.
UNDONE_WHOLE = {"subject dropped", "poster dropped", "removal dropped", "seen again"}
RECHAINED = (as_it_is, without_last_telling, chained_from_there)


@pytest.mark.parametrize("opened", ["tiny", "postgres"], indirect=True)
@pytest.mark.parametrize("rechained", RECHAINED, ids=lambda each: each.__name__)
async def test_whatever_is_changed_and_sealed_again_is_found(
    opened: Opened, hand: Hand, rechained: Callable[[Case, Case], Case]
) -> None:
    made = await furnish(opened.store)
    assert await hand.finds() == []
    for what, change in TAMPERED.items():
        await hand.rewrites(rechained(made, change(made)))
        found = await hand.finds()
        is_undone = rechained is without_last_telling and what in UNDONE_WHOLE
        assert bool(found) != is_undone, what
        assert all(made.reference in mismatch.where for mismatch in found), what
    await hand.rewrites(made)
    assert await hand.finds() == []


@pytest.mark.parametrize("opened", ["tiny", "postgres"], indirect=True)
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"roles": ("staff", "head", "chair")}, "has the role chair"),
        ({"roles": ("staff",)}, "lacks the role head"),
        ({"accounts": ("slack:T1:ben", "slack:T1:eve")}, "has the account slack:T1:eve"),
    ],
)
async def test_a_role_that_nobody_gave_is_found(
    opened: Opened, hand: Hand, change: dict[str, Any], said: str
) -> None:
    await with_people(opened.store)
    assert await hand.finds() == []
    await hand.rewrites_person(replace(await opened.store.person(BEN), **change))
    [mismatch] = await hand.finds()
    assert said in mismatch.what


@pytest.mark.parametrize("opened", ["tiny", "postgres"], indirect=True)
async def test_somebody_whom_nobody_let_in_is_found(opened: Opened, hand: Hand) -> None:
    await with_people(opened.store)
    await opened.store.add_person(person("eve", roles=("chair",)))
    said = [mismatch.what for mismatch in await hand.finds()]
    assert any("has the role chair" in what for what in said)
    assert any("has the account slack:T1:eve" in what for what in said)


@pytest.mark.parametrize("opened", ["tiny", "postgres"], indirect=True)
async def test_what_is_rewritten_whole_is_found_beside_an_older_copy(
    opened: Opened, hand: Hand, tmp_path: Path
) -> None:
    """Entries that were made again with their proofs fit: only the copy knows better."""
    made = await furnish(opened.store)
    await with_people(opened.store)
    copy = TinyStore.open(tmp_path / "copy")
    await copy.add(made)
    for change in await opened.store.memos(RoleChange):
        await copy.put(change)

    async def lost() -> list[str]:
        comparing = compare_with_older(OlderStore(copy), opened.store)
        return [mismatch.what async for mismatch in comparing]

    assert await lost() == []
    for what, tamper in TAMPERED.items():
        forged = tamper(made)
        entries = []
        for entry in chained_from_there(made, forged).chronology:
            details = {name: each for name, each in entry.details.items() if not is_proof(name)}
            entries.append(replace(entry, details=details))
        await hand.rewrites(with_proofs(chained(forged, entries), None, NOW))
        assert await lost(), what

    # The chain as it was, with reports and evidence that are not.
    for what in ("words changed", "link swapped", "link dropped", "reporter changed"):
        await hand.rewrites(TAMPERED[what](made))
        [said] = await lost()
        assert "report 1" in said or "evidence" in said, what
    await hand.rewrites(made)
    assert await lost() == []
    assert await opened.store.drop(RoleChange, "w1")
    [said] = await lost()
    assert "given, Ben" in said
    await copy.close()


# --- any one leaf ---------------------------------------------------------------------------------

#: What may be changed in a case without being found, and why.
NOT_FOUND = {
    "case.version": "a counter of its writes, of which no entry tells",
    "case.rung": "how often an urgent case has gone further: the clock's, and nobody's word",
    "case.alarm_at": "as the one before",
    "case.untaken_since": "as the one before",
    "case.wake_at": "when the bot looks again: computed anew at the next change",
    "case.evidence.#.picture": "how a picture looks: computed from bytes that are proved",
    "case.evidence.#.machine_read": "what a program read in a picture: no evidence",
    "case.evidence.#.problem": "why it is not kept yet; that it is not, is proved",
    "case.evidence.#.tries": "how a fetch goes on",
    "case.evidence.#.next_try": "as the one before",
    "case.evidence.#.first_try": "as the one before",
    "follow_ups.#.whose": "who was last told that it is theirs; whose it is, is told by entries",
    "follow_ups.#.told": "how far the reminders have come",
    **{
        f"notices.#.{name}": "what the bot owes and has sent: it changes with each message"
        for name in (
            *("key", "kind", "to", "due", "reference", "step", "beside"),
            *("stage", "waits", "settled", "result", "message", "tries", "first_due"),
        )
    },
}


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in inner:
        here = (*path, str(key))
        if isinstance(each, dict | list) and each:
            yield from leaves(each, here)
        else:
            yield here


def changed(value: Any) -> list[Any]:
    """Other values in the place of one, of which at least one can be read."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1]
    if isinstance(value, str):
        return [f"{value}x", value.replace("2026-11-24T09", "2026-11-24T08")]
    if value is None:
        return ["x", 7, "2026-11-24T08:00:00+00:00", {"width": 1, "height": 1, "likeness": ""}]
    if isinstance(value, dict):
        return [{"x": "y"}]
    return [["x"], [{"subject": "pupil"}]]


def with_leaf(document: dict[str, Any], path: Sequence[str], value: Any) -> dict[str, Any]:
    made = deepcopy(document)
    place: Any = made
    for key in path[:-1]:
        place = place[int(key)] if isinstance(place, list) else place[key]
    last: Any = int(path[-1]) if isinstance(place, list) else path[-1]
    place[last] = value
    return made


def leaf_at(document: Any, path: Sequence[str]) -> Any:
    for key in path:
        document = document[int(key)] if isinstance(document, list) else document[key]
    return document


def named(path: Sequence[str]) -> str:
    """`case.1.evidence.0.text` -> `case.evidence.#.text`."""
    table, _, *rest = path
    if table != "case":
        rest = ["#", *rest]
    return re.sub(r"\.\d+(?=\.|$)", ".#", ".".join([table, *rest]))


@pytest.mark.parametrize("opened", ["tiny", "postgres"], indirect=True)
async def test_any_one_leaf_of_a_stored_case(opened: Opened, hand: Hand) -> None:
    made = await furnish(opened.store)
    document = json.loads(to_json(case_tables(made)))
    found: set[str] = set()
    not_found: set[str] = set()
    looked_at = Counter[str]()
    for path in leaves(document):
        looked_at[named(path)] += 1
        # Of a list, the first and the second: the others are like them.
        if looked_at[named(path)] > 2:
            continue
        for value in changed(leaf_at(document, path)):
            if value == leaf_at(document, path):
                continue
            try:
                forged = case_from(with_leaf(document, path, value))
            except ValueError:
                # Nobody can read it: that is found.
                continue
            if forged == made or forged.reference != made.reference:
                continue
            await hand.rewrites(forged)
            (found if await hand.finds() else not_found).add(named(path))
    assert not_found == set(NOT_FOUND)
    assert not found & not_found
    assert len(found) > 60
