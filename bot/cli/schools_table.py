"""`headsup schools --check`: all schools in one table, a line each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from bot.cli.check.check import check_all
from bot.cli.check.finding import CheckReport, Facts, Finding
from bot.monitoring.logs import to_standard_error
from bot.settings import Settings, schools_of

HEADINGS = ("school", "people", "last digest", "last backup", "wrong", "first of it")
NOBODY_KNOWS = "–"
#: Characters of a finding that are shown.
SHOWN = 60
MORE = "headsup --school KEY check says all of it."


async def print_table(
    settings: Settings, say: Callable[[str], object], *, offline: bool = False
) -> bool:
    """Look at each school, and say the table. Returns whether all is well. Raises Trouble."""
    schools_of(settings)
    with to_standard_error():
        report = await check_all(settings, lambda: datetime.now(UTC), offline=offline)
    for line in _table(_rows(report)):
        say(line)
    if report.found:
        say(MORE)
    return not report.found


def _rows(report: CheckReport) -> list[tuple[str, ...]]:
    found: dict[str, list[Finding]] = {}
    for finding in report.found:
        found.setdefault(finding.school, []).append(finding)
    keys = sorted({*report.schools, *found})
    return [HEADINGS, *(_row(key, report.schools, found.get(key, ())) for key in keys)]


def _row(key: str, facts: Mapping[str, Facts], found: Sequence[Finding]) -> tuple[str, ...]:
    known = facts.get(key)
    first = found[0].says if found else ""
    if len(first) > SHOWN:
        first = first[: SHOWN - 1] + "…"
    return (
        key,
        str(known.people) if known else NOBODY_KNOWS,
        _day(known.last_digest if known else None),
        _day(known.last_backup if known else None),
        str(len(found)) if found else "nothing",
        first,
    )


def _day(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else NOBODY_KNOWS


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        lines.append("  ".join(cells).rstrip())
    return lines
