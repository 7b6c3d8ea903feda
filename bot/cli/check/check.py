"""`headsup check`: what is wrong, one line each with the mend. It changes nothing, so the bot may run meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from bot.cli.check import backups, cases, chats, machine, people, school, store
from bot.cli.check.finding import Facts, Finding, Looked, Part, Report
from bot.cli.check.tokens import tokens
from bot.open_store import address
from bot.settings import Settings, addressed
from store.errors import Trouble
from store.school.procedure import load_procedure
from store.school.school import load_school

PARTS: tuple[tuple[str, Part], ...] = (
    ("settings", chats.fit_together),
    ("settings", chats.channels),
    ("settings", machine.env_file),
    ("school", school.facts),
    ("texts", school.texts),
    ("machine", machine.disk),
    ("machine", machine.locks),
    ("store", store.unbound),
    ("store", store.damaged),
    ("people", people.missing),
    ("people", people.out_of_reach),
    ("people", people.known_twice),
    ("cases", cases.seen_by_nobody),
    ("notices", cases.undelivered),
    ("notices", cases.unheard),
    ("notices", cases.late),
    ("backup", backups.backups),
)
"""Everything that is looked at without the network, in the order in which it is said."""

T = TypeVar("T")


async def check(
    settings: Settings, clock: Callable[[], datetime], *, offline: bool = False
) -> Report:
    """All that is wrong. `clock` gives this machine's time, UTC; `offline` leaves the platforms in peace."""
    found: list[Finding] = []

    def tried(name: str, attempt: Callable[[], T]) -> T | None:
        try:
            return attempt()
        except Trouble as error:
            found.extend(Finding(name, line) for line in str(error).split("\n"))
            return None

    looked = Looked(
        settings,
        clock(),
        tried("school", partial(load_school, settings.school_file)),
        tried("procedure", partial(load_procedure, settings.policy_texts)),
    )
    looked, trouble = await store.read_store(looked)
    if trouble:
        found.append(Finding("store", trouble))
    if trouble := await store.bucket(settings):
        found.append(Finding("evidence", trouble))
    if not offline:
        found += [Finding("tokens", line) async for line in tokens(settings, clock)]
        found += [Finding("settings", line) async for line in chats.groups(looked)]
    found += [Finding(name, line) for name, part in PARTS for line in part(looked)]
    return Report(found, _facts(looked))


async def check_all(
    settings: Settings, clock: Callable[[], datetime], *, offline: bool = False
) -> Report:
    """The same for each school of several, or the one that is meant. Raises Trouble."""
    from bot.schools.open import schools_with_chats

    found: list[Finding] = []
    for key, its, trouble in await schools_with_chats(settings):
        found += [Finding("tokens", trouble, key)] if trouble else []
        if not its.is_of_one_of_several:
            continue
        report = await check(its, clock, offline=offline)
        found += [
            replace(each, says=addressed(each.says, its), school=key) for each in report.found
        ]
    return Report(found)


def _facts(looked: Looked) -> Facts:
    facts = Facts(people=len(looked.people), last_digest=cases.last_digest(looked))
    with suppress(OSError, Trouble):
        if address(looked.settings) is None:
            facts = replace(facts, running=machine.is_owned(looked.settings.headsup_data))
    return facts
