"""What one can do here, as far as one's role goes."""

from __future__ import annotations

from dataclasses import replace

from handlers.access import Act
from handlers.commands import Command, Commands, command, usages
from handlers.desk import Ask, Desk
from handlers.messages import Heading, Reply, Text

HEADING = "Heads Up"
FIRST = (
    "Seen a worrying post about a pupil, a colleague or the school? Send or forward it to me here: "
    "a screenshot, a link or your words. Do not reply to it. I keep it and tell the right person."
)
SLACK_LAST = "In Slack, type “/headsup” before anything but /case, /policy and /report: “/headsup people”."


def help_for(commands: Commands) -> Command:
    """The help, made from the list of commands."""

    @command("help", usage="/help", may=Act.HELP, summary="this page")
    async def help_(ask: Ask, desk: Desk) -> Reply:
        mine = commands.for_person(ask.person)
        last = SLACK_LAST if ask.incoming.sender.account.startswith("slack:") else ""
        return Reply((Heading(HEADING), Text(FIRST), Text(usages(mine)), *([Text(last)] if last else [])))

    return help_


def start_for(help_: Command) -> Command:
    """What Telegram sends when somebody opens the chat: the same page."""
    return replace(help_, name="start", usage="/start", typed=False)
