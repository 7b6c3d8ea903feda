"""What one can do here, as far as one's role goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from handlers.commands import Command, command
from handlers.desk import Ask, Desk
from handlers.messages import Heading, Part, Reply, Text
from handlers.rules.access import Act

HEADING = "Heads Up"
FIRST = (
    "Seen a worrying post about a pupil, a colleague or the school? Send or forward it to me here: "
    "a screenshot, a link or your words. Do not reply to it. I keep it and tell the right person."
)
REF_IS = "REF is the case’s reference, such as 7K4M."
SLACK_LAST = (
    "In Slack, type “/headsup” before anything but /case, /policy and /report: “/headsup people”."
)
#: Commands at most, for which one list is easier to read than several.
WITHOUT_HEADINGS = 12

Groups = Mapping[str, Sequence[Command]]


def help_for(groups: Groups) -> Command:
    """The help, made from the commands under their headings."""

    @command("help", usage="/help", may=Act.HELP, summary="this page")
    async def help_(ask: Ask, desk: Desk) -> Reply:
        mine = {
            heading: _lines(c for c in group if c.is_for(ask.person))
            for heading, group in groups.items()
        }
        lines = [line for group in mine.values() for line in group]
        parts: list[Part] = [Heading(HEADING), Text(FIRST)]
        if len(lines) <= WITHOUT_HEADINGS:
            parts.append(Text("\n".join(lines)))
        else:
            for heading, group in mine.items():
                parts += [Heading(heading), Text("\n".join(group))] if group else []
        parts.append(Text(REF_IS))
        if ask.incoming.sender.account.startswith("slack:"):
            parts.append(Text(SLACK_LAST))
        return Reply(tuple(parts))

    return help_


def start_for(help_: Command) -> Command:
    """What Telegram sends when somebody opens the chat: the same page."""
    return replace(help_, name="start", usage="/start", typed=False)


def _lines(commands: Iterable[Command]) -> list[str]:
    return [f"{c.usage.replace('REFERENCE', 'REF')} – {c.summary}" for c in commands]
