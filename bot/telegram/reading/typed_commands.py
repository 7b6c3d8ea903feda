"""The commands that people type: `/case@headsup_bot 7K4M` -> `case 7K4M`."""

from __future__ import annotations

import re
from dataclasses import dataclass

_COMMAND = re.compile(r"/(?P<name>[A-Za-z0-9_-]+)(?:@(?P<bot>\w+))?(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Me:
    """The bot itself, and the names of its commands."""

    id: int
    username: str
    commands: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TypedCommand:
    """A command at the beginning of a message."""

    name: str
    #: Which bot it names; empty where it names none.
    bot: str
    rest: str

    @property
    def words(self) -> str:
        """The words to obey; an invitation's `/start CODE` is `join CODE`."""
        name = self.name
        if name.lower() == "start":
            name = "join" if self.rest else "start"
        return f"{name} {self.rest}".strip()

    def is_for(self, me: Me) -> bool:
        return not self.bot or self.bot.lower() == me.username.lower()

    def is_for_in_group(self, me: Me) -> bool:
        """Several bots may read along: a command that names none of them must be one of ours."""
        if self.bot:
            return self.is_for(me)
        return self.name.lower() in me.commands


def find_command(text: str) -> TypedCommand | None:
    """The command that a text begins with."""
    found = _COMMAND.match(text)
    if found is None:
        return None
    rest = text[found.end() :].strip()
    return TypedCommand(found["name"], found["bot"] or "", rest)
