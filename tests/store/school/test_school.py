"""The school's own calendar file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from handlers.rules.calendar import Calendar
from store.school.school import load_school
from store.school.toml import FileMistake

TERMS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Hillside//Terms//EN
BEGIN:VEVENT
UID:1
DTSTART;VALUE=DATE:20261026
DTEND;VALUE=DATE:20261031
SUMMARY:Autumn half term
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTART;VALUE=DATE:20270104
SUMMARY:INSET day
END:VEVENT
BEGIN:VEVENT
UID:3
DTSTART;VALUE=DATE:20261127
DTEND;VALUE=DATE:20261128
SUMMARY:Year 4 trip
END:VEVENT
BEGIN:VEVENT
UID:4
DTSTART:20261130T090000Z
DTEND:20261130T100000Z
SUMMARY:Office closed for an hour
END:VEVENT
END:VCALENDAR
"""


def school(folder: Path, ics: str | bytes | None) -> Path:
    path = folder / "school.toml"
    path.write_text('calendar = "terms.ics"\nclosed = [2026-12-21]\n')
    if ics is not None:
        (folder / "terms.ics").write_bytes(
            ics if isinstance(ics, bytes) else ics.replace("\n", "\r\n").encode()
        )
    return path


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        (date(2026, 10, 23), True),
        (date(2026, 10, 26), False),
        (date(2026, 10, 30), False),
        (date(2026, 11, 2), True),
        (date(2026, 11, 27), True),
        (date(2026, 11, 30), True),
        (date(2026, 12, 21), False),
        (date(2027, 1, 4), False),
        (date(2027, 1, 5), True),
    ],
)
def test_holidays_and_inset_days_of_the_file_are_closed(
    day: date, is_open: bool, tmp_path: Path
) -> None:
    assert Calendar(load_school(school(tmp_path, TERMS))).is_school_day(day) is is_open


@pytest.mark.parametrize("ics", [None, b"\xff\xfe\x00nothing", "BEGIN:VCALENDAR\nBEGIN:VEVENT\n"])
def test_a_calendar_that_cannot_be_read_is_named(ics: str | bytes | None, tmp_path: Path) -> None:
    with pytest.raises(FileMistake, match=r"terms\.ics"):
        load_school(school(tmp_path, ics))


@pytest.mark.parametrize(
    "days",
    [
        "DTSTART;VALUE=DATE:20261221\r\nDTEND:20270104T000000Z",
        "DTSTART;VALUE=DATE:20261221\r\nDTSTART;VALUE=DATE:20261222",
    ],
)
def test_an_event_whose_days_cannot_be_read_is_named(tmp_path: Path, days: str) -> None:
    event = f"BEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Christmas holiday\r\n{days}\r\nEND:VEVENT"
    (tmp_path / "terms.ics").write_text(
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{event}\r\nEND:VCALENDAR\r\n"
    )
    (tmp_path / "school.toml").write_text('calendar = "terms.ics"\n')
    with pytest.raises(FileMistake, match="the days of “Christmas holiday” cannot be read"):
        load_school(tmp_path / "school.toml")


@pytest.mark.parametrize(
    ("opens", "said"),
    [("8", ""), ("07:30:00", ""), ("24", "opens"), ('"08:00Z"', "by the school's own clock")],
)
def test_hours_are_the_schools_own(tmp_path: Path, opens: str, said: str) -> None:
    path = tmp_path / "school.toml"
    path.write_text(f"opens = {opens}\n")
    if not said:
        assert load_school(path).opens.hour in (7, 8)
        return
    with pytest.raises(FileMistake, match=said):
        load_school(path)
