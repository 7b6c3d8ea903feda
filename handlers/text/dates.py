"""Days as people type them: `friday`, `27/11`, `in 3 school days`; the day before the month."""

from __future__ import annotations

import calendar as calendar_names
import re
import warnings
from datetime import date, datetime, time, timedelta

from handlers.messages import Refused
from handlers.rules.calendar import DAY, Calendar
from handlers.text.hours import NUMBERS, number_named

CANNOT_READ = (
    "I cannot read “{words}” as a day. Type it like friday, tomorrow 3pm or in 3 school days."
)
CANNOT_READ_PAST = "I cannot read “{words}” as a day. Type it like today, Monday or 24/11."
NOT_OF_THE_PAST = "{day} is not a day of the last year. Type it like today, Monday or 24/11."
IN_THE_PAST = "{day} is past. Type a day from today on."
OTHER_WEEKDAY = "{day} is no {weekday}. Which day do you mean?"
TOO_FAR = "{day} is more than a year away. Type a nearer day."

#: Characters. Nobody needs more to name a day, and reading them is slow.
LONGEST = 60
FURTHEST = timedelta(days=366)

#: A day without a year that lies so little back is a slip; further back it is next year's.
JUST_PAST = timedelta(days=60)

#: Within so many days each day of a month comes, the 31st too.
TWO_MONTHS = 62

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY = r"(?:the\s+)?(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_MONTH = rf"(?P<month>(?:{'|'.join(MONTHS)})[a-z]*)\.?"
_YEAR = r"(?P<year>\d{4}|\d{2})"
_WEEKDAY = rf"(?P<weekday>{'|'.join(WEEKDAYS)})(?:s|nes|r|rs|ur)?(?:day)?"

LEAD = re.compile(r"^(?:by|until|till|on|for|before)\s+", re.IGNORECASE)
SCHOOL_DAYS = re.compile(rf"(?:in\s+)?(\d{{1,3}}|an?|{'|'.join(NUMBERS)}) school days?")
#: Of what is read freely: what may be an hour, and would be dropped.
PERHAPS_AN_HOUR = re.compile(r"\d++(?!\s*(?:day|week|month|year))|midnight")
TOMORROW = re.compile(r"\b(?:tmrw|tmr|2moro|2morrow|tomm?orr?ow)\b", re.IGNORECASE)
ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})")
DATES = (
    re.compile(rf"(?P<day>\d{{1,2}})(?P<mark>[/.-])(?P<month>\d{{1,2}})(?:(?P=mark){_YEAR})?"),
    re.compile(rf"(?:{_WEEKDAY},?\s+)?{_DAY}\s+(?:of\s+)?{_MONTH}(?:,?\s+{_YEAR})?"),
    re.compile(rf"(?:{_WEEKDAY},?\s+)?{_MONTH}\s+{_DAY}(?:,?\s+(?P<year>\d{{4}}))?"),
    re.compile(rf"(?:{_WEEKDAY},?\s+)?{_DAY}"),
)
A_WEEKDAY = re.compile(rf"(?:(?:next|this|coming)\s+)?{_WEEKDAY}(?P<week>\s+week|\s+next\s+week)?")


def day_named(words: str, now: datetime, calendar: Calendar) -> date:
    """The local day that is meant, from today on, and within a year. Raises Refused."""
    typed = TOMORROW.sub("tomorrow", without_lead(words))
    today = calendar.local(now).date()
    found = _read_day(typed.lower(), today, calendar) if len(typed) <= LONGEST else None
    if found is None:
        raise Refused(CANNOT_READ.format(words=typed[:LONGEST]))
    if found < today:
        raise Refused(IN_THE_PAST.format(day=_short_day(found)))
    if found > today + FURTHEST:
        raise Refused(TOO_FAR.format(day=_short_day(found)))
    return found


def whole_date(words: str) -> date | None:
    """A date with its year, of any time: `1/9/2026`, `1 September 2026`, `2026-09-01`."""
    typed = " ".join(words.lower().split())
    if len(typed) > LONGEST:
        return None
    iso = ISO.fullmatch(typed)
    if iso:
        return _day_of(int(iso["year"]), int(iso["month"]), int(iso["day"]))
    for form in DATES[:3]:
        match = form.fullmatch(typed)
        if match and match["year"]:
            # Today matters only where there is no year.
            return _read_date(match.groupdict(), date.min)
    return None


def past_day_named(words: str, now: datetime, calendar: Calendar) -> date:
    """The local day that is meant, up to today, and of the last year. Raises Refused.

    `today`, `yesterday`, `Monday` (the last), `24 November`, `24/11`, `2026-11-24`.
    """
    typed = without_lead(words)
    today = calendar.local(now).date()
    found = _read_past_day(typed.lower(), today) if len(typed) <= LONGEST else None
    if found is None:
        raise Refused(CANNOT_READ_PAST.format(words=typed[:LONGEST]))
    if not today - FURTHEST <= found <= today:
        raise Refused(NOT_OF_THE_PAST.format(day=_short_day(found)))
    return found


def _read_past_day(typed: str, today: date) -> date | None:
    if typed in ("today", "yesterday"):
        return today - (DAY if typed == "yesterday" else timedelta())
    weekday = A_WEEKDAY.fullmatch(typed.removeprefix("last "))
    if weekday:
        return today - timedelta(days=(today.weekday() - WEEKDAYS.index(weekday["weekday"])) % 7)
    with_year = whole_date(typed)
    if with_year is not None:
        return with_year
    # Without its year, it is the last that there was.
    mark = next((mark for mark in "/.-" if mark in typed), " ")
    for year in (today.year, today.year - 1):
        found = whole_date(f"{typed}{mark}{year}")
        if found is not None and found <= today:
            return found
    return None


def without_lead(words: str) -> str:
    """`by  friday.` -> `friday`."""
    line = " ".join(words.split()).strip(" .,;!")
    return LEAD.sub("", line, count=1)


def _read_day(typed: str, today: date, calendar: Calendar) -> date | None:
    """The day that words in small letters mean, past or far as it may be; None for none."""
    school_days = SCHOOL_DAYS.fullmatch(typed)
    if school_days:
        return calendar.school_days_after(today, number_named(school_days[1]))

    # Before the other dates, whose day comes before the month.
    iso = ISO.fullmatch(typed)
    if iso:
        return _day_of(int(iso["year"]), int(iso["month"]), int(iso["day"]))

    weekday = A_WEEKDAY.fullmatch(typed)
    if weekday:
        week = (weekday["week"] or "").split()
        return _coming_weekday(weekday["weekday"], week, today)

    for form in DATES:
        match = form.fullmatch(typed)
        if match:
            found = _read_date(match.groupdict(), today)
            _must_be(match.groupdict().get("weekday"), found)
            return found
    return _parse_freely(typed, today)


def _must_be(weekday: str | None, day: date | None) -> None:
    """`monday 3` may be the 3rd, or an hour: refused, where the 3rd is no Monday."""
    if weekday and day and WEEKDAYS[day.weekday()] != weekday:
        named = calendar_names.day_name[WEEKDAYS.index(weekday)]
        raise Refused(OTHER_WEEKDAY.format(day=_short_day(day), weekday=named))


def _coming_weekday(name: str, week: list[str], today: date) -> date:
    """The next day of this name, which today is not.

    `friday week` is a week later, `friday next week` in the week that begins next Monday.
    """
    number = WEEKDAYS.index(name)
    if "next" in week:
        next_monday = today + timedelta(days=7 - today.weekday())
        return next_monday + timedelta(days=number)

    ahead = (number - today.weekday() - 1) % 7 + 1
    if week:
        ahead += 7
    return today + timedelta(days=ahead)


def _read_date(named: dict[str, str | None], today: date) -> date | None:
    """The date whose `day`, and perhaps `month` and `year`, were typed; None for none."""
    day = int(named["day"] or 0)
    month = named.get("month")
    year = named.get("year")
    if not month:
        return _coming_day_of_month(day, today)

    number = int(month) if month.isdigit() else MONTHS.index(month[:3]) + 1
    if not year:
        return _nearest_date(number, day, today)
    century = 2000 if len(year) == 2 else 0
    return _day_of(century + int(year), number, day)


def _coming_day_of_month(day: int, today: date) -> date | None:
    """`the 27th`: today, or the next that there is."""
    for ahead in range(TWO_MONTHS):
        candidate = today + ahead * DAY
        if candidate.day == day:
            return candidate
    return None


def _nearest_date(month: int, day: int, today: date) -> date | None:
    """A date without its year: the last one where that has only just passed, or else the next."""
    past = coming = None
    # It takes up to eight years until there is another 29 February.
    for year in range(today.year - 1, today.year + 9):
        candidate = _day_of(year, month, day)
        if candidate is None:
            continue
        if candidate >= today:
            coming = candidate
            break
        past = candidate

    if past is not None and today - past <= JUST_PAST:
        return past
    return coming


def _day_of(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _parse_freely(words: str, today: date) -> date | None:
    """Everything else that means a day: `tomorrow`, `in a fortnight`, `next week`."""
    if not words or PERHAPS_AN_HOUR.search(words):
        return None

    # Slow to load: only for what is not read above.
    from dateparser import parse

    settings = {
        "DATE_ORDER": "DMY",
        "PREFER_DATES_FROM": "future",
        "RELATIVE_BASE": datetime.combine(today, datetime.min.time()),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = parse(words, languages=["en"], settings=settings)
        except (OverflowError, ValueError):
            # `in 9999 years`
            return None
    # With an hour that nothing here has understood it is not what was meant.
    return found.date() if found and found.time() == time() else None


def _short_day(day: date) -> str:
    """`Fri 27 Nov 2026`."""
    return f"{day:%a} {day.day} {day:%b %Y}"
