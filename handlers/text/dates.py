"""Days as people type them: `friday`, `27/11`, `in 3 school days`; day before month, as in Britain."""

from __future__ import annotations

import re
import warnings
from datetime import date, datetime, timedelta

from handlers.messages import Refused
from handlers.rules.calendar import DAY, Calendar

CANNOT_READ = "I cannot read “{words}” as a day. Type it like friday, 27/11 or in 3 school days."
IN_THE_PAST = "{day} is past. Type a day from today on."
TOO_FAR = "{day} is more than a year away. Type a nearer day."
MOVED = "The school is closed that day, so it is due on {day}."
OVER_FOR_TODAY = "School is over for today, so it is due on {day}."

LONGEST = 60  # characters
FURTHEST = timedelta(days=366)
JUST_PAST = timedelta(days=60)
"""A day without a year that lies so little back is a slip; further back it is next year's."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY = r"(?:the\s+)?(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_MONTH = rf"(?P<month>(?:{'|'.join(MONTHS)})[a-z]*)\.?"
_YEAR = r"(?P<year>\d{4}|\d{2})"
_WEEKDAY = rf"(?P<weekday>{'|'.join(WEEKDAYS)})(?:s|nes|r|rs|ur)?(?:day)?"

LEAD = re.compile(r"^(?:by|until|till|on|for|before)\s+", re.IGNORECASE)
SCHOOL_DAYS = re.compile(r"(?:in\s+)?(\d{1,3}) school days?")
ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})")
DATES = (
    re.compile(rf"(?P<day>\d{{1,2}})(?P<mark>[/.-])(?P<month>\d{{1,2}})(?:(?P=mark){_YEAR})?"),
    re.compile(rf"(?:{_WEEKDAY},?\s+)?{_DAY}\s+(?:of\s+)?{_MONTH}(?:,?\s+{_YEAR})?"),
    re.compile(rf"(?:{_WEEKDAY},?\s+)?{_MONTH}\s+{_DAY}(?:,?\s+(?P<year>\d{{4}}))?"),
    re.compile(rf"(?:{_WEEKDAY},?\s+)?{_DAY}"),
)
A_WEEKDAY = re.compile(rf"(?:(?:next|this|coming)\s+)?{_WEEKDAY}(?P<week>\s+week|\s+next\s+week)?")


def day_named(words: str, now: datetime, calendar: Calendar) -> date:
    """The day that is meant, from today on, and within a year. Raises Refused."""
    typed = LEAD.sub("", " ".join(words.split()).strip(" .,;!"), count=1) if words else ""
    today = calendar.local(now).date()
    found = _found(typed.lower(), today, calendar) if len(typed) <= LONGEST else None
    if found is None:
        raise Refused(CANNOT_READ.format(words=typed[:LONGEST]))
    if found < today:
        raise Refused(IN_THE_PAST.format(day=_said(found)))
    if found > today + FURTHEST:
        raise Refused(TOO_FAR.format(day=_said(found)))
    return found


def _found(typed: str, today: date, calendar: Calendar) -> date | None:
    if match := SCHOOL_DAYS.fullmatch(typed):
        return calendar.school_days_after(today, int(match[1]))
    if match := ISO.fullmatch(typed):
        return _made(int(match["year"]), int(match["month"]), int(match["day"]))
    if match := A_WEEKDAY.fullmatch(typed):
        return _weekday(match["weekday"], (match["week"] or "").split(), today)
    for form in DATES:
        if match := form.fullmatch(typed):
            return _date(match.groupdict(), today)
    return _parsed(typed, today)


def _weekday(name: str, week: list[str], today: date) -> date:
    """The next one, which today is not; `friday week` a week later, `friday next week` in the week that begins next."""
    number = WEEKDAYS.index(name)
    if "next" in week:
        return today + timedelta(days=7 - today.weekday() + number)
    ahead = (number - today.weekday() - 1) % 7 + 1
    return today + timedelta(days=ahead + (7 if week else 0))


def _date(named: dict[str, str | None], today: date) -> date | None:
    day, month, year = int(named["day"] or 0), named.get("month"), named.get("year")
    if not month:
        return next((d for d in (today + n * DAY for n in range(62)) if d.day == day), None)
    number = int(month) if month.isdigit() else MONTHS.index(month[:3]) + 1
    if year:
        return _made(int(year) + (2000 if len(year) == 2 else 0), number, day)
    years = [_made(today.year + n, number, day) for n in range(-1, 9)]  # 29 February needs some
    coming = next((d for d in years if d and d >= today), None)
    past = next((d for d in reversed(years) if d and d < today), None)
    return past if past and today - past <= JUST_PAST else coming


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _parsed(words: str, today: date) -> date | None:
    """Everything else that means a day: `tomorrow`, `in a fortnight`, `next week`."""
    from dateparser import parse

    settings = {
        "DATE_ORDER": "DMY",
        "PREFER_DATES_FROM": "future",
        "RELATIVE_BASE": datetime.combine(today, datetime.min.time()),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = parse(words, languages=["en"], settings=settings) if words else None
        except (OverflowError, ValueError):  # in 9999 years
            return None
    return found.date() if found else None


def due_on(day: date, now: datetime, calendar: Calendar) -> tuple[datetime, str]:
    """When school closes on that day, or on the next school day; and what to say of that."""
    over = calendar.closing(day) <= now
    school_day = calendar.school_day_from(day + DAY if over else day)
    if school_day == day:
        return calendar.closing(day), ""
    moved = (OVER_FOR_TODAY if over else MOVED).format(
        day=f"{school_day:%a} {school_day.day} {school_day:%b}"
    )
    return calendar.closing(school_day), moved


def _said(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}"
