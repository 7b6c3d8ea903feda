"""`headsup put-back`: what an older copy has otherwise, decided case by case."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from bot.cli.keeping.older_copy import CopyOrder, older_copy
from bot.open_store import WHICH, open_even_moved
from bot.settings import Settings, SettingsError, addressed
from handlers.text.words import counted
from store.backup.places import BUCKET
from store.base import Store
from store.errors import Trouble
from store.model.case import Case
from store.putting_back import (
    Difference,
    find_differences,
    put_aside,
    put_case_back,
    put_others_back,
)
from store.tiny import TinyStore
from store.verifying import Walk, look_through

MISSING = "Case {reference} is in the older copy ({there}), but not here."
DAMAGED = "Case {reference} is in the older copy ({there}), but cannot be read here."
WENT_ON = (
    "Case {reference} has gone on since: {there} in the older copy, {here} here. Nothing of it "
    "is lost, so keep it. With the older one, what was said since is gone, and whoever it was "
    "kept from since may see it again."
)
DIFFERS = (
    "Case {reference} differs: {there} in the older copy, {here} here. Only the older one has: "
    "{lost}."
)
LOCKED = (
    "Case {reference} is locked here, as it may show a child undressed, and was not in the older "
    "copy. It stays as it is."
)
VERSION = "{entries}, the last of {at:%d/%m/%Y %H:%M} UTC"
QUESTION = (
    "o: take the older one  k: keep it as it is here  a: from here on, the older one wherever "
    "something is lost  n: keep all the rest"
)
SAME = "No case differs."
SUMMARY = "Put back: {put_back}. Kept as they are here: {kept}."
ASIDE = (
    "What was replaced is in {folder}, as it was here, and not encrypted. To bring it back: "
    "headsup put-back {folder}. Delete the folder when you do not need it any more."
)
NO_FOLDER = "{folder} cannot be made ({why}), so nothing was changed."
PEOPLE = (
    "These people were missing here and are back, with the roles that the log of roles gives "
    "them now: {names}. To check: headsup roles"
)
DIFFERING = "These people are different in the older copy, and stay as they are here: {names}."
RECORDS = "Also put back: {records} (the log of roles, acceptances, duties)."
NOT_WELL = "Not all is well here yet:"
TAKE, KEEP, ALL, NONE = "o", "k", "a", "n"

#: Asks a question at the command line, and gives one of the letters.
Ask = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Decided:
    """What becomes of the cases that differ."""

    older: Sequence[Difference]
    kept: Sequence[str]


async def put_back(
    order: CopyOrder,
    settings: Settings,
    ask: Ask | None,
    say: Callable[[str], object],
    at: datetime,
) -> bool:
    """Show what differs, and bring back what is decided; whether all is well afterwards.

    `ask` is None where all older ones are taken. `at`: UTC. No bot may work with the school
    meanwhile. Raises Trouble.
    """
    if settings.schools and not settings.is_of_one_of_several:
        raise SettingsError(WHICH)
    here = await open_even_moved(settings)
    try:
        async with here.kept_still(), older_copy(_of_school(order, settings), settings) as older:
            decided = await _decide(older, here, ask, say)
            await _keep_aside(decided, here, say, at)
            for difference in decided.older:
                await put_case_back(difference, older, here, at)
            for line in await _word_others(decided, older, here):
                say(addressed(line, settings))
            found = [str(finding) async for finding in look_through(here, Walk())]
    finally:
        await here.close()
    if found:
        say(NOT_WELL)
    for line in found:
        say(line)
    return not found


def _of_school(order: CopyOrder, settings: Settings) -> CopyOrder:
    """With SCHOOLS, a place of backups has a folder for each school."""
    if not settings.is_of_one_of_several:
        return order
    its = f"{order.source.rstrip('/')}/{settings.headsup_school}"
    is_place_of_all = (Path(its) / "generations").is_dir() or order.source.startswith(BUCKET)
    return replace(order, source=its) if is_place_of_all else order


async def _decide(
    older: Store, here: Store, ask: Ask | None, say: Callable[[str], object]
) -> Decided:
    taken: list[Difference] = []
    kept: list[str] = []
    answer = KEEP if ask else ALL
    async for difference in find_differences(older, here):
        say(_word(difference))
        if ask and not difference.is_locked and answer not in (ALL, NONE):
            answer = ask(QUESTION)
        if _is_taken(difference, answer):
            taken.append(difference)
        else:
            kept.append(difference.reference)
    if not taken and not kept:
        say(SAME)
    return Decided(taken, kept)


def _is_taken(difference: Difference, answer: str) -> bool:
    """The older one goes into the place of what is here, by the last answer."""
    if difference.is_locked:
        return False
    # Of what only went on here, nothing is lost; and who must not see it may be said since.
    is_for_all = answer == ALL and not _only_went_on(difference)
    return answer == TAKE or is_for_all


def _only_went_on(difference: Difference) -> bool:
    is_here = difference.now is not None and not difference.is_damaged
    return is_here and not difference.lost


def _word(difference: Difference) -> str:
    """What differs, without a word of what the case says."""
    reference, there = difference.reference, _word_version(difference.before)
    if difference.is_locked:
        return LOCKED.format(reference=reference)
    if difference.is_damaged:
        return DAMAGED.format(reference=reference, there=there)
    if difference.now is None:
        return MISSING.format(reference=reference, there=there)
    here = _word_version(difference.now)
    if not difference.lost:
        return WENT_ON.format(reference=reference, there=there, here=here)
    return DIFFERS.format(reference=reference, there=there, here=here, lost=difference.lost)


def _word_version(case: Case) -> str:
    entries = counted(len(case.chronology), "entry", "entries")
    return VERSION.format(entries=entries, at=case.chronology[-1].at)


async def _keep_aside(
    decided: Decided, here: Store, say: Callable[[str], object], at: datetime
) -> None:
    """Copy what is about to be replaced into a new folder. Raises Trouble."""
    replaced = [difference.now for difference in decided.older if difference.now]
    if not replaced:
        return
    folder = _make_folder(f"replaced-{at:%Y%m%d-%H%M%S}")
    aside = TinyStore.open(folder)
    try:
        await put_aside(replaced, here, aside)
    finally:
        await aside.close()
    say(ASIDE.format(folder=folder))


def _make_folder(name: str) -> Path:
    """In the folder in which the command was typed; nobody else may read it. Raises Trouble."""
    folder = Path(name).absolute()
    try:
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise Trouble(NO_FOLDER.format(folder=folder, why=error.strerror)) from error
    return folder


async def _word_others(decided: Decided, older: Store, here: Store) -> list[str]:
    others = await put_others_back(older, here)
    put_back = ", ".join(difference.reference for difference in decided.older)
    lines = [SUMMARY.format(put_back=put_back or "none", kept=", ".join(decided.kept) or "none")]
    if others.people:
        lines.append(PEOPLE.format(names=", ".join(others.people)))
    if others.differing:
        lines.append(DIFFERING.format(names=", ".join(others.differing)))
    if others.records:
        lines.append(RECORDS.format(records=counted(others.records, "record")))
    return lines
