"""`headsup people --csv`: everybody whom the bot knows, of one school or of all, for a list."""

from __future__ import annotations

from bot.cli.people.who import staff_of
from bot.settings import Settings, SettingsError, of_school, schools_of
from handlers.school.role_words import role_words
from handlers.text.csv_cells import to_csv
from store.model.records import Person

ALL = "all"
WHICH = "With SCHOOLS, say whose: headsup people --school KEY, or --school all."
HEADINGS = ("school", "name", "roles", "accounts", "since", "invited")
OUT = "no role any more"


async def list_for_a_table(settings: Settings, school: str, *, as_csv: bool) -> list[str]:
    """The lines to say. `school`: a key, `all`, or nothing for an only school. Raises Trouble."""
    rows: list[tuple[str, ...]] = []
    for its in _chosen(settings, school):
        async with staff_of(its) as staff:
            by_name = sorted(staff.people, key=lambda person: person.name.casefold())
            rows += [_row(person, its.headsup_school) for person in by_name]
    if as_csv:
        return [to_csv([HEADINGS, *rows]).decode("utf-8-sig").rstrip()]
    return [f"{school}: {name}: {roles}" for school, name, roles, *_ in rows]


def is_of_several(settings: Settings) -> bool:
    """Whether there are several schools, and none of them was named for the command."""
    return settings.schools is not None and not settings.is_of_one_of_several


def _chosen(settings: Settings, school: str) -> list[Settings]:
    if settings.schools is None:
        return [settings]
    if school == ALL:
        return [of_school(settings, key) for key in schools_of(settings)]
    if school:
        return [of_school(settings, school)]
    if settings.is_of_one_of_several:
        return [settings]
    raise SettingsError(WHICH)


def _row(person: Person, school: str) -> tuple[str, ...]:
    return (
        school,
        person.name,
        role_words(person.roles) if person.roles else OUT,
        " ".join(person.accounts),
        f"{person.since:%Y-%m-%d}",
        "yes" if person.invited else "no",
    )
