"""The check as lines, or as JSON for a monitor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime

import orjson

from bot.cli.check.check import check, check_all
from bot.cli.check.finding import CheckReport, Facts, Finding
from bot.monitoring.logs import to_standard_error
from bot.settings import load
from bot.version import current, version_line
from handlers.text.words import ago
from store.errors import Trouble

WELL = "All is well."
RUNNING, NOT_RUNNING = "The bot is running.", "The bot is not running."
LAST_DIGEST = "The last weekly digest was sent on {at:%d %B %Y at %H:%M} UTC."
READS = "Words in pictures can be found: tesseract is there."
READS_NOT = "Words in pictures cannot be found: tesseract is not installed, and need not be."
NO_DIGEST = "No weekly digest has been sent yet."
LAST_BACKUP = "The last backup by headsup backup is of {at:%d %B %Y at %H:%M} UTC, {age}."
NO_BACKUP = "No backup is known. To have one made every night, set BACKUP_TO."


def _now() -> datetime:
    return datetime.now(UTC)


async def print_check(say: Callable[[str], object], *, offline: bool, as_json: bool) -> bool:
    """Look, and say each line. Returns whether all is well.

    Settings that cannot be read are a finding like others.
    """
    try:
        settings = load()
        look = check_all if settings.schools else check
        with to_standard_error():
            report = await look(settings, _now, offline=offline)
    except Trouble as error:
        report = CheckReport([Finding("settings", line) for line in str(error).split("\n")])

    lines = [_json(report)] if as_json else _lines(report)
    for line in lines:
        say(line)
    return not report.found


def _lines(report: CheckReport) -> Iterator[str]:
    for finding in report.found:
        if finding.school:
            yield f"{finding.school}: {finding.says}"
        else:
            yield finding.says
    if not report.found:
        yield WELL
    yield f"{version_line()}."
    if report.facts:
        yield from _facts(report.facts)


def _facts(facts: Facts) -> Iterator[str]:
    if facts.running is not None:
        yield RUNNING if facts.running else NOT_RUNNING
    if facts.last_digest:
        yield LAST_DIGEST.format(at=facts.last_digest)
    else:
        yield NO_DIGEST
    yield READS if facts.reads_pictures else READS_NOT
    if facts.last_backup:
        yield LAST_BACKUP.format(at=facts.last_backup, age=ago(_now() - facts.last_backup))
    else:
        yield NO_BACKUP


def _json(report: CheckReport) -> str:
    summary: dict[str, object] = {
        "well": not report.found,
        "version": current(),
        "found": [asdict(finding) for finding in report.found],
    }
    if report.facts:
        summary |= asdict(report.facts)
    if report.schools:
        summary["schools"] = {key: asdict(facts) for key, facts in report.schools.items()}
    return orjson.dumps(summary, option=orjson.OPT_INDENT_2).decode()
