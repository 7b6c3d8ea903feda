"""`headsup setup`: asks what the bot must know, and writes `.env` and the school file when all has been answered."""

from __future__ import annotations

import asyncio
import stat
import tomllib
from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Any

import typer

from bot.cli.invite import print_invitation
from bot.cli.setup import env_file, school_file
from bot.cli.setup.chats import ask_slack, ask_telegram, masked
from bot.cli.setup.prompts import NOTHING, ask, closed, full_name, hour, one_of, phone, yes
from bot.cli.setup.school_file import Value
from bot.open_store import WHICH
from bot.settings import Settings, SettingsError, load
from store.disk.durable import replace_file, unavailable
from store.errors import Trouble
from store.model.address import Address, Platform
from store.model.records import Person, Role
from store.school.school import School, load_school
from store.tiny.reading import Reading

ENV = Path(".env")
HELLO = (
    "Heads Up: what it must know of the school. Enter keeps what stands in brackets.\n"
    "Nothing is written before the end; Ctrl-C leaves everything as it is.\n"
)
NAME, NATION = "The school's name", "Nation, for its bank holidays: {nations}"
OPENS, CLOSES = "Reminders may come from", "… until"
CLOSED = "Holidays and INSET days: 2026-12-21/2027-01-01, 2027-01-04 …, or an .ics file; - for none"
PHONE = "The safeguarding lead's telephone, for whoever reports the worst; - for none"
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
NEXT_OF_SEVERAL = "\nNext: headsup --school {key} connect slack, or telegram."
NATIONS = ("England", "Scotland", "Wales", "Northern Ireland")
FRESH = "school-data"
SECRET = ("TOKEN", "SECRET", "PASSWORD", "DATABASE_URL", "KEY")


def set_up() -> bool:
    """Ask, write, invite. False where nothing was written. Raises Trouble.

    For one school of several it asks what belongs in that school's file; the rest is the deployment's.
    """
    settings = load()
    if settings.schools and not settings.is_of_one_of_several:
        raise SettingsError(WHICH)
    path = settings.school_file
    try:
        env, school = env_file.read(ENV), load_school(path)
        text = path.read_text("utf-8") if path.exists() else ""
        typer.echo(HELLO)
        values = _school(school, tomllib.loads(text), in_folder=path.parent == Path())
        changes = {} if settings.schools else _chats(settings, env) | _folder(settings)
        head = _head(settings, changes)
        old = ENV.read_text("utf-8") if ENV.exists() else ""
        new = old if settings.schools else _new_env(old, changes, env)
        written = _write(old, new, values, path, text)
    except OSError as error:
        raise unavailable(error, Path.cwd()) from error
    if not written:
        typer.echo(NOTHING_CHANGED)
    elif head:
        asyncio.run(print_invitation(head, [Role.HEAD], load()))
    if written:
        typer.echo(
            NEXT_OF_SEVERAL.format(key=settings.headsup_school) if settings.schools else NEXT
        )
    return written


def _chats(settings: Settings, env: Mapping[str, str]) -> dict[str, str]:
    changes = ask_slack(settings, env) | ask_telegram(settings, env)
    if not changes and not settings.slack_bot_token and not settings.telegram_bot_token:
        typer.echo(NO_CHAT)
    return changes


def _school(school: School, raw: Mapping[str, Any], *, in_folder: bool) -> dict[str, Value]:
    nations = ", ".join(f"{n} {nation}" for n, nation in enumerate(NATIONS, 1))
    found: dict[str, Value] = {
        "name": ask(NAME, str, str(raw.get("name", ""))),
        "nation": ask(NATION.format(nations=nations), one_of(NATIONS), school.nation),
        "opens": (opens := ask(OPENS, hour(), f"{school.opens:%H:%M}")),
        "closes": ask(CLOSES, hour(after=opens), f"{school.closes:%H:%M}"),
    }
    before = school.calendar or ", ".join(str(day) for day in raw.get("closed", ()))
    days = ask(CLOSED, lambda typed: None if typed == before else closed(typed), before)
    if isinstance(days, Path):
        found["calendar"] = str(days if in_folder else days.absolute())
    elif days is not None:
        found["closed"] = days
    found["safeguarding_phone"] = ask(PHONE, phone, school.safeguarding_phone)
    found["local_authority_phone"] = ask(AUTHORITY, phone, school.local_authority_phone)
    return {key: value for key, value in found.items() if value or key in raw}


def _folder(settings: Settings) -> dict[str, str]:
    if settings.database_url:
        return {}
    folder = settings.headsup_data
    if any(
        Address.parse(account).platform == Platform.TERMINAL
        for p in _people(folder)
        for account in p.accounts
    ):
        typer.echo(MADE_UP.format(folder=folder))
        return {"HEADSUP_DATA": ask(FOLDER, str, FRESH)}
    return (
        {"HEADSUP_DATA": chosen} if (chosen := ask(FOLDER, str, str(folder))) != str(folder) else {}
    )


def _head(settings: Settings, changes: Mapping[str, str]) -> str:
    """The name of whoever is to be invited; nothing where there is a headteacher."""
    folder = Path(changes.get("HEADSUP_DATA", settings.headsup_data))
    for person in [] if settings.database_url else _people(folder):
        if person.has(Role.HEAD):
            typer.echo(IS_HEAD.format(name=person.name))
            return ""
    return ask(HEAD, lambda typed: "" if typed == NOTHING else full_name(typed))


def _people(folder: Path) -> list[Person]:
    return Reading(folder).people if folder.is_dir() else []


def _new_env(old: str, changes: Mapping[str, str], env: Mapping[str, str]) -> str:
    """The text of `.env` with what has changed, which is shown."""
    fresh = {name: value for name, value in changes.items() if env.get(name) != value}
    _show(
        ENV,
        old,
        {name: masked(value) if _is_secret(name) else value for name, value in fresh.items()},
    )
    return env_file.merged(old, fresh)


def _write(old: str, new: str, values: Mapping[str, Value], path: Path, text: str) -> bool:
    """`old` and `new`: the text of `.env`."""
    known = tomllib.loads(text)
    fresh = {key: value for key, value in values.items() if _plain(known.get(key)) != _plain(value)}
    school = school_file.merged(text, fresh)
    _check(school, path)
    _show(path, text, {key: _shown(value) for key, value in fresh.items()})
    if not yes(WRITE, default=not old and not text):
        return False
    files = [str(path)]
    if new:
        files.insert(0, str(ENV))
        if new != old or ENV.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            replace_file(ENV, new.encode())
    if school != text:
        mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o644
        replace_file(path, school.encode())
        path.chmod(mode)
    typer.echo(WRITTEN.format(files=", ".join(files)))
    return True


def _plain(value: object) -> object:
    """The same for a list and a tuple, a day and how it is written."""
    return [str(one) for one in value] if isinstance(value, list | tuple) else value


def _shown(value: Value) -> str:
    return str(value) if isinstance(value, str | time) else ", ".join(value)


def _check(school: str, path: Path) -> None:
    """Never write what could not be read again. Raises Trouble."""
    try:
        School.model_validate(tomllib.loads(school))
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
