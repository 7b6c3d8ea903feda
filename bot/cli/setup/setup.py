"""`headsup setup`: asks what the bot must know, and writes `.env` and the school file.

Nothing is written before all has been answered.
"""

from __future__ import annotations

import asyncio
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any, Self

import typer

from bot import env_file
from bot.chats import chats_set, chats_to_connect, is_made_up
from bot.cli.people.invite import print_invitation
from bot.cli.setup import school_file
from bot.cli.setup.chats import ask_chats, masked
from bot.cli.setup.mail import NEXT as NEXT_BY_MAIL
from bot.cli.setup.mail import ask_mail
from bot.cli.setup.prompts import NOTHING, ask, closed, full_name, hour, one_of, phone, yes
from bot.cli.setup.school_file import Value
from bot.open_store import WHICH
from bot.settings import Settings, SettingsError, env_path, load
from store.disk.durable import replace_file, unavailable
from store.errors import Trouble
from store.model.records import Person, Role
from store.school.school import School, load_school
from store.text_file import read_text
from store.tiny.reading import FolderContents

HELLO = (
    "Heads Up: what it must know of the school. Enter keeps what stands in brackets.\n"
    "Nothing is written before the end; Ctrl-C leaves everything as it is.\n"
)
NAME, NATION = "The school's name", "Nation, for its bank holidays: {nations}"
OPENS, CLOSES = "Reminders may come from", "… until"
CLOSED = "Holidays and INSET days: 2026-12-21/2027-01-01, 2027-01-04 …, or an .ics file; - for none"
PHONE = "The safeguarding lead's telephone, shown to staff when a child is at risk; - for none"
URGENT = "A telephone answered at any hour, for something urgent that nobody takes; - for none"
AUTHORITY = "The local authority's designated officer, telephone; - for none"
FOLDER = "Folder for cases, evidence and people"
MADE_UP = "  {folder} holds the made-up people of the terminal; a fresh folder is better."
HEAD = "Who is headteacher? Full name; - to invite nobody now"
IS_HEAD = "{name} is headteacher already. To invite somebody else: headsup invite NAME --role head"
NO_CHAT = "There is no chat yet: until there is a token, the bot runs in this terminal alone."
CHANGES, NEW = "{file} changes:", "{file} is new:"
SAME = "{file} stays as it is."
WRITE = "Write this?"
NOTHING_CHANGED = "Nothing was changed."
WRITTEN = "Written: {files}."
NEXT = "\nNext: headsup check says what is still missing; make run starts the bot."
NEXT_OF_SEVERAL = "\nNext: headsup --school {key} connect {chats}."
NATIONS = ("England", "Scotland", "Wales", "Northern Ireland")
FRESH = "school-data"

#: Words in the names of settings whose values are not shown.
SECRET = ("TOKEN", "SECRET", "PASSWORD", "DATABASE_URL", "MAIL_URL", "KEY")

#: The rights of a school file that is new: it holds nothing secret.
READABLE = 0o644


@dataclass(frozen=True, slots=True)
class SetupFile:
    """A file that is written at the end: its text as it is, and as it will be."""

    path: Path
    #: Empty where there is no file.
    old: str
    new: str

    @property
    def is_changed(self) -> bool:
        return self.new != self.old

    @classmethod
    def unchanged(cls, path: Path) -> Self:
        text = read_text(path) if path.exists() else ""
        return cls(path, text, text)


def set_up() -> bool:
    """Ask, write, invite. False where nothing was written. Raises Trouble.

    For one school of several it asks what belongs in that school's file; the rest is the
    deployment's.
    """
    settings = load(may_be_new=True)
    if settings.schools and not settings.is_of_one_of_several:
        raise SettingsError(WHICH)
    try:
        head = _ask_and_write(settings)
    except OSError as error:
        raise unavailable(error, Path.cwd()) from error
    if head is None:
        typer.echo(NOTHING_CHANGED)
        return False

    if head:
        # The settings are those that were just written.
        asyncio.run(print_invitation(head, [Role.HEAD], load()))
    if settings.schools:
        next_step = NEXT_OF_SEVERAL.format(key=settings.headsup_school, chats=chats_to_connect())
    else:
        next_step = NEXT
    typer.echo(next_step)
    if settings.mail_url is None and load(may_be_new=True).mail_url:
        typer.echo(NEXT_BY_MAIL)
    return True


def _ask_and_write(settings: Settings) -> str | None:
    """The name of whoever is to be invited, or nothing; None where nothing was written."""
    path = settings.school_file
    env = env_file.read(env_path())
    school = load_school(path)
    text = read_text(path) if path.exists() else ""
    typer.echo(HELLO)

    values = _ask_school(school, tomllib.loads(text), in_folder=path.parent == Path())
    changes: dict[str, str] = {}
    if not settings.schools:
        changes = _ask_chats(settings, env) | _ask_folder(settings)
    head = _ask_head(settings, changes)

    env_change = SetupFile.unchanged(env_path())
    if not settings.schools:
        env_change = _changed_env(env_change.old, changes, env)
    school_change = _changed_school(path, text, values)
    is_new = not env_change.old and not school_change.old
    if not yes(WRITE, default=is_new):
        return None
    _write(env_change, school_change)
    return head


# --- questions -----------------------------------------------------------------------------------


def _ask_chats(settings: Settings, env: Mapping[str, str]) -> dict[str, str]:
    changes = ask_chats(settings, env)
    if changes or chats_set(settings):
        return changes | ask_mail(env)
    # Mail only goes out: without a chat nobody could pass anything on.
    typer.echo(NO_CHAT)
    return changes


def _ask_school(school: School, raw: Mapping[str, Any], *, in_folder: bool) -> dict[str, Value]:
    """What to write into the school file. `raw`: what it holds now, as TOML has it."""
    nations = ", ".join(f"{n} {nation}" for n, nation in enumerate(NATIONS, 1))
    found: dict[str, Value] = {}
    found["name"] = ask(NAME, str, str(raw.get("name", "")))
    found["nation"] = ask(NATION.format(nations=nations), one_of(NATIONS), school.nation)
    opens = ask(OPENS, hour(), f"{school.opens:%H:%M}")
    found["opens"] = opens
    found["closes"] = ask(CLOSES, hour(after=opens), f"{school.closes:%H:%M}")
    found |= _ask_closed(school, raw, in_folder=in_folder)
    found["safeguarding_phone"] = ask(PHONE, phone, school.safeguarding_phone)
    found["urgent_phone"] = ask(URGENT, phone, school.urgent_phone)
    found["local_authority_phone"] = ask(AUTHORITY, phone, school.local_authority_phone)

    # What was left out is written only to take away what stands there.
    return {key: value for key, value in found.items() if value or key in raw}


def _ask_closed(school: School, raw: Mapping[str, Any], *, in_folder: bool) -> dict[str, Value]:
    """The closed days, or their calendar; nothing where they stay as they are."""
    before = school.calendar or ", ".join(str(day) for day in raw.get("closed", ()))

    def read(typed: str) -> tuple[str, ...] | Path | None:
        return None if typed == before else closed(typed)

    days = ask(CLOSED, read, before)
    if days is None:
        return {}
    if isinstance(days, Path):
        # A path in the school file counts from the folder in which that is.
        return {"calendar": str(days if in_folder else days.absolute())}
    return {"closed": days}


def _ask_folder(settings: Settings) -> dict[str, str]:
    if settings.database_url:
        return {}
    folder = settings.headsup_data
    if any(is_made_up(person) for person in _people(folder)):
        typer.echo(MADE_UP.format(folder=folder))
        return {"HEADSUP_DATA": ask(FOLDER, str, FRESH)}
    chosen = ask(FOLDER, str, str(folder))
    return {"HEADSUP_DATA": chosen} if chosen != str(folder) else {}


def _ask_head(settings: Settings, changes: Mapping[str, str]) -> str:
    """The name of whoever is to be invited; nothing where there is a headteacher."""
    if not settings.database_url:
        # A path in `.env` counts from the folder in which that is.
        folder = env_path().parent / changes.get("HEADSUP_DATA", settings.headsup_data)
        for person in _people(folder):
            if person.has(Role.HEAD):
                typer.echo(IS_HEAD.format(name=person.name))
                return ""
    return ask(HEAD, lambda typed: "" if typed == NOTHING else full_name(typed))


def _people(folder: Path) -> list[Person]:
    return FolderContents(folder).people if folder.is_dir() else []


# --- writing -------------------------------------------------------------------------------------


def _changed_env(old: str, changes: Mapping[str, str], env: Mapping[str, str]) -> SetupFile:
    """`.env` with what has changed, which is shown. `old`: its text; `env`: what it holds."""
    fresh = {name: value for name, value in changes.items() if env.get(name) != value}
    shown = {name: masked(value) if _is_secret(name) else value for name, value in fresh.items()}
    path = env_path()
    _show(path, old, shown)
    return SetupFile(path, old, env_file.merged(old, fresh))


def _changed_school(path: Path, old: str, values: Mapping[str, Value]) -> SetupFile:
    """The school file with what has changed, which is shown. Raises Trouble."""
    known = tomllib.loads(old)
    fresh: dict[str, Value] = {}
    for key, value in values.items():
        if _comparable(known.get(key)) != _comparable(value):
            fresh[key] = value
    new = school_file.merged(old, fresh)
    _refuse_unreadable(new, path)
    _show(path, old, {key: _shown(value) for key, value in fresh.items()})
    return SetupFile(path, old, new)


def _write(env: SetupFile, school: SetupFile) -> None:
    written = [str(school.path)]

    # For one school of several there may be no `.env`, and none is made.
    if env.new:
        written.insert(0, str(env.path))
        if env.is_changed or env.path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            # Writing it anew keeps it from other accounts of the machine, too.
            replace_file(env.path, env.new.encode())

    if school.is_changed:
        path = school.path
        mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else READABLE
        replace_file(path, school.new.encode())
        path.chmod(mode)
    typer.echo(WRITTEN.format(files=", ".join(written)))


def _comparable(value: object) -> object:
    """One value for a list and a tuple, and for a day and how it is written."""
    return [str(one) for one in value] if isinstance(value, list | tuple) else value


def _shown(value: Value) -> str:
    return str(value) if isinstance(value, str | time) else ", ".join(value)


def _refuse_unreadable(text: str, path: Path) -> None:
    """Never write a school file that could not be read again. Raises Trouble."""
    try:
        School.model_validate(tomllib.loads(text))
    except ValueError as error:
        raise Trouble(f"{path}: {error}") from error


def _is_secret(setting: str) -> bool:
    return any(word in setting for word in SECRET)


def _show(file: Path, before: str, changes: Mapping[str, str]) -> None:
    if not changes and before:
        typer.echo(SAME.format(file=file))
        return
    typer.echo((CHANGES if before else NEW).format(file=file))
    for name, value in changes.items():
        typer.echo(f"  {name} = {value}")
