"""`headsup check`: what is wrong, one line each with the mend.

It changes nothing, so the bot may run meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from bot.cli.check import backups, cases, chats, machine, people, school, store
from bot.cli.check.finding import Check, CheckReport, Facts, Finding, Looked
from bot.cli.check.installed import installed
from bot.cli.check.mail import mail
from bot.cli.check.tokens import tokens
from bot.open_store import address
from bot.settings import Settings, addressed
from handlers.school.last_digest import last_digest
from handlers.workflow.pictures.words import program
from store.disk.lock import is_locked
from store.errors import Trouble
from store.school.procedure import load_procedure
from store.school.school import load_school

#: Everything that is looked at without the network, in the order in which it is said.
CHECKS: tuple[tuple[str, Check], ...] = (
    ("settings", machine.unknown_settings),
    ("settings", chats.fit_together),
    ("settings", chats.channels),
    ("settings", machine.env_file),
    ("school", school.facts),
    ("school", school.examples),
    ("texts", school.texts),
    ("procedure", school.passages),
    ("machine", machine.disk),
    ("machine", machine.locks),
    ("store", store.unbound),
    ("store", store.damaged),
    ("people", people.missing),
    ("people", people.out_of_reach),
    ("roles", people.roles_out_of_reach),
    ("people", people.known_twice),
    ("cases", cases.seen_by_nobody),
    ("cases", cases.without_category),
    ("notices", cases.undelivered),
    ("notices", cases.unheard),
    ("notices", cases.late),
    ("backup", backups.backups),
)

#: An only school is connected by its settings.
NOTHING: Mapping[str, str] = {}

T = TypeVar("T")


async def check(
    settings: Settings,
    clock: Callable[[], datetime],
    *,
    offline: bool = False,
    connected_to: Mapping[str, str] = NOTHING,
) -> CheckReport:
    """Look at one school, and report all that is wrong.

    `clock` gives this machine's time, UTC; `offline` leaves the platforms in peace. `connected_to`:
    the keys with which one school of several was connected, by platform.
    """
    found: list[Finding] = []
    looked = Looked(
        settings,
        clock(),
        _read_or_note(
            partial(load_school, settings.school_file, settings.trust_file), "school", found
        ),
        _read_or_note(
            partial(load_procedure, settings.policy_texts, settings.trust_texts), "procedure", found
        ),
    )

    looked, store_trouble = await store.read_store(looked)
    troubles = {
        "store": store_trouble,
        "evidence": await store.bucket(settings),
        "backup": await backups.dump(settings),
    }
    for part, trouble in troubles.items():
        if trouble:
            found.append(Finding(part, trouble))

    if not offline:
        found += await _ask_platforms(looked, clock, connected_to)

    for part, look in CHECKS:
        found += [Finding(part, line) for line in look(looked)]
    return CheckReport(found, _facts(looked))


async def _ask_platforms(
    looked: Looked, clock: Callable[[], datetime], connected_to: Mapping[str, str]
) -> list[Finding]:
    asked = (
        ("tokens", tokens(looked.settings, clock)),
        ("tokens", installed(looked, connected_to)),
        ("settings", chats.groups(looked)),
        ("mail", mail(looked)),
    )
    found: list[Finding] = []
    for part, lines in asked:
        found += [Finding(part, line) async for line in lines]
    return found


async def check_all(
    settings: Settings, clock: Callable[[], datetime], *, offline: bool = False
) -> CheckReport:
    """Look at each school of several, or at the one that is meant. Raises Trouble.

    `clock` and `offline` are those of `check`.
    """
    from bot.schools.open import schools_with_chats

    found: list[Finding] = []
    facts: dict[str, Facts] = {}
    for each in await schools_with_chats(settings):
        if each.trouble:
            found.append(Finding("tokens", each.trouble, each.key))
        # A school without a folder has nothing else to look at.
        if not each.settings.is_of_one_of_several:
            continue
        report = await check(each.settings, clock, offline=offline, connected_to=each.connected_to)
        if report.facts:
            facts[each.key] = report.facts
        for finding in report.found:
            says = addressed(finding.says, each.settings)
            found.append(replace(finding, says=says, school=each.key))
    return CheckReport(found, schools=facts)


def _read_or_note(read: Callable[[], T], part: str, found: list[Finding]) -> T | None:
    """What was read; None where that is a Trouble, whose lines are added to `found`."""
    try:
        return read()
    except Trouble as error:
        found += [Finding(part, line) for line in str(error).split("\n")]
        return None


def _facts(looked: Looked) -> Facts:
    facts = Facts(
        people=len(looked.people),
        last_digest=last_digest(looked.notices),
        reads_pictures=bool(program()),
        last_backup=looked.last_backup.done_at if looked.last_backup else None,
        running=looked.running,
    )
    with suppress(OSError, Trouble):
        if address(looked.settings) is None:
            facts = replace(facts, running=is_locked(looked.settings.headsup_data))
    return facts
