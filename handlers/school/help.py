"""What one can do here, as far as one's role goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from handlers.commands import Command, command
from handlers.desk import Ask, Desk
from handlers.messages import Choice, Choices, Heading, Part, Reply, Text, say
from handlers.rules.access import Act
from handlers.text.words import shortened
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

THE_REST = (
    "There is more: tap below, or type “/help” and a word of it, such as “/help steps” or “/help "
    "take”."
)
NOTHING_LIKE_THAT = "I know no command with “{typed}”. This is what there is."

Groups = Mapping[str, Sequence[Command]]
#: The commands that are somebody's, by their headings.
Mine = Mapping[str, Sequence[Command]]


def help_for(groups: Groups) -> Command:
    """The help, made from the commands under their headings."""

    @command("help", usage="/help [WORD]", may=Act.HELP, summary="this page, or what a word is in")
    async def help_(ask: Ask, desk: Desk) -> Reply:
        mine: dict[str, list[Command]] = {}
        for heading, group in groups.items():
            of_theirs = [one for one in group if one.is_for(ask.person)]
            if of_theirs:
                mine[heading] = of_theirs
        page = _commands_with(ask.words, mine) if ask.words else ()
        parts: list[Part] = [*page, *_notes(ask)] if page else [*_page(ask, mine)]
        return Reply(tuple(parts))

    return help_


def _page(ask: Ask, mine: Mine) -> list[Part]:
    """All of it; where that is much, what everybody needs, and the headings of the rest."""
    parts: list[Part] = [Heading(HEADING), Text(FIRST)]
    if ask.words:
        parts.insert(1, Text(NOTHING_LIKE_THAT.format(typed=shortened(ask.words, 40))))
    everything = _all_of(mine)
    if len(everything) <= WITHOUT_HEADINGS:
        return [*parts, _list(everything), *_notes(ask)]
    first, *others = mine
    choices = [Choice(heading, f"help {heading.lower()}") for heading in others]
    parts += [_list(mine[first]), Text(THE_REST), Choices(tuple(choices))]
    return parts + _notes(ask)


def _commands_with(words: str, mine: Mine) -> Sequence[Part]:
    """The commands under a heading that has these words; else those that have them themselves."""
    typed = words.casefold()
    for heading, group in mine.items():
        if typed in heading.casefold():
            return (Heading(heading), _list(group))
    found = [one for one in _all_of(mine) if typed in _line(one).casefold()]
    return (Heading(HEADING), _list(found)) if found else ()


def _all_of(mine: Mine) -> list[Command]:
    return [one for group in mine.values() for one in group]


def _list(group: Sequence[Command]) -> Text:
    return Text("\n".join(_line(one) for one in group))


def _notes(ask: Ask) -> list[Part]:
    """What has to be known to type a command."""
    platform = Address.parse(ask.incoming.sender.account).platform
    is_slack = platform in HAS_COMMANDS_OF_ITS_OWN
    return [Text(REF_IS), Text(SLACK_LAST)] if is_slack else [Text(REF_IS)]


@command("cancel", usage="/cancel", may=Act.HELP, summary="")
async def cancel(ask: Ask, desk: Desk) -> Reply:
    """Answer no question: whatever comes in its place has put it aside already."""
    return replace(say(CANCELLED), replaces=True)


def _line(of: Command) -> str:
    return f"{of.usage.replace('REFERENCE', 'REF')} – {of.summary}"
