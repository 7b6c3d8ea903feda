"""What one can do here, as far as one's role goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from handlers.commands import Command, command
from handlers.desk import Ask, Desk
from handlers.messages import Heading, Part, Reply, Text, say
from handlers.rules.access import Act
from store.model.address import HAS_COMMANDS_OF_ITS_OWN, Address

HEADING = "Heads Up"
FIRST = (
    "Seen a worrying post about a pupil, a colleague or the school? Send or forward it to me here: "
    "a screenshot, a link or your words. Do not reply to it. I keep it and tell the right person."
)
REF_IS = "REF is the case’s reference, such as 7K4M."
SLACK_LAST = (
    "In Slack, type “/headsup” before anything but /case, /policy and /report: “/headsup people”."
)
CANCELLED = "Nothing is changed."
#: Commands at most, for which one list is easier to read than several.
WITHOUT_HEADINGS = 12

Groups = Mapping[str, Sequence[Command]]


def help_for(groups: Groups) -> Command:
    """The help, made from the commands under their headings."""

    @command("help", usage="/help", may=Act.HELP, summary="this page")
    async def help_(ask: Ask, desk: Desk) -> Reply:
        mine = {}
        for heading, group in groups.items():
            lines = [_line(one) for one in group if one.is_for(ask.person)]
            if lines:
                mine[heading] = lines
        parts: list[Part] = [Heading(HEADING), Text(FIRST), *_commands(mine), Text(REF_IS)]
        platform = Address.parse(ask.incoming.sender.account).platform
        if platform in HAS_COMMANDS_OF_ITS_OWN:
            parts.append(Text(SLACK_LAST))
        return Reply(tuple(parts))

    return help_


@command("cancel", usage="/cancel", may=Act.HELP, summary="")
async def cancel(ask: Ask, desk: Desk) -> Reply:
    """Answer no question: whatever comes in its place has put it aside already."""
    return replace(say(CANCELLED), replaces=True)


def start_for(help_: Command) -> Command:
    """What Telegram sends when somebody opens the chat: the same page."""
    return replace(help_, name="start", usage="/start", typed=False)


def _commands(mine: Mapping[str, Sequence[str]]) -> list[Part]:
    """A line for each, under its heading where there are many."""
    everything = [line for lines in mine.values() for line in lines]
    if len(everything) <= WITHOUT_HEADINGS:
        return [Text("\n".join(everything))]
    parts: list[Part] = []
    for heading, lines in mine.items():
        parts += [Heading(heading), Text("\n".join(lines))]
    return parts


def _line(of: Command) -> str:
    return f"{of.usage.replace('REFERENCE', 'REF')} – {of.summary}"
