"""Who has posted before: of those who were named, how often, and in which cases.

Only cases that the reader may see count, and what was erased counts no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from handlers.cases.concerned.poster_words import OF, poster_words
from handlers.commands import command
from handlers.desk import Ask, Desk
from handlers.matter import Listed, Matter
from handlers.messages import Heading, Reply, Text, say
from handlers.rules.access import Act
from handlers.text.words import counted, listed
from store.model.records import About, Person, Poster
from store.model.words import folded

YEAR = timedelta(days=365)
#: People and accounts that are listed, and references of each.
SHOWN, REFERENCES = 20, 8

HEADING = "Who posted, in the last twelve months"
NOBODY = (
    "In the cases of the last twelve months that you may see, nobody was named as having posted it."
)
LINE = "{who} · {number}: {references}"
MORE = "… and {number} more"
AGAIN = "The {nth} case in twelve months with posts by {who}: {others} as well."
ORDINALS = ("second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


@dataclass(slots=True)
class Posted:
    """Somebody who posted, or an account, and the cases in which they did, newest first."""

    who: str
    references: list[str] = field(default_factory=list)


def key_of(poster: About) -> str | None:
    """What tells a poster from others: who it is, or a name. None where neither is known."""
    if poster.person:
        return f"person {poster.person}"
    if not poster.name or poster.name.startswith(OF) or poster.subject == Poster.UNKNOWN:
        return None
    name = " ".join(folded(poster.name).lstrip("@").split())
    return f"{poster.subject} {name}" if name else None


def posted_by(cases: Iterable[Listed], desk: Desk) -> dict[str, Posted]:
    """Everybody who was named as having posted, by `key_of`, in matters of the last year: in what
    may be seen of them now.

    A matter counts once, by the reference of what the others were joined to.
    """
    found: dict[str, Posted] = {}
    for each in cases:
        if not each.inside or desk.now() - each.root.opened_at > YEAR:
            continue
        for part in desk.seen(each):
            for poster in part.posters:
                key = key_of(poster)
                if key is not None:
                    posted = found.setdefault(key, Posted(poster_words(poster)))
                    if each.root.reference not in posted.references:
                        posted.references.append(each.root.reference)
    return found


@command(
    "case posters",
    usage="/case posters",
    may=Act.LIST,
    summary="who posted in the last twelve months, and how often",
)
async def posters(ask: Ask, desk: Desk) -> Reply:
    """Those who were named, most often first."""
    found = list(posted_by(await desk.visible(ask.person), desk).values())
    if not found:
        return say(NOBODY)
    found.sort(key=lambda posted: (-len(posted.references), posted.who))
    lines = [_line(posted) for posted in found[:SHOWN]]
    if len(found) > SHOWN:
        lines.append(MORE.format(number=len(found) - SHOWN))
    reply = Reply((Heading(HEADING), Text("\n".join(lines))))
    return reply.showing(ref for posted in found[:SHOWN] for ref in posted.references[:REFERENCES])


def _line(posted: Posted) -> str:
    references = posted.references[:REFERENCES]
    further = len(posted.references) - len(references)
    named = [*references, f"{further} more"] if further else references
    number = counted(len(posted.references), "case")
    return LINE.format(who=posted.who, number=number, references=listed(named))


async def posted_before(person: Person, matter: Matter, desk: Desk) -> Reply:
    """A line for each who posted in this matter and in others, as far as this person may see them.

    Nothing is read where nobody was named.
    """
    keys = {key_of(poster) for poster in matter.posters} - {None}
    if not keys:
        return Reply()
    found = posted_by(await desk.visible(person), desk)
    root = matter.case.reference
    reply = Reply()
    for key in sorted(filter(None, keys)):
        if key in found:
            reply += _others_of(found[key], root)
    return reply


def _others_of(posted: Posted, root: str) -> Reply:
    """In which other matters somebody has posted; nothing where there are none."""
    others = [reference for reference in posted.references if reference != root]
    if not others:
        return Reply()
    shown = others[:REFERENCES]
    nth = _ordinal(len(others) + 1)
    line = AGAIN.format(nth=nth, who=posted.who, others=_named(shown, others))
    return say(line).showing(shown)


def _named(shown: Sequence[str], others: Sequence[str]) -> str:
    further = len(others) - len(shown)
    return listed([*shown, f"{further} more"] if further else shown)


def _ordinal(number: int) -> str:
    """`second`, `third`; from the eleventh on in figures."""
    if number - 2 < len(ORDINALS):
        return ORDINALS[number - 2]
    suffix = "th"
    if number % 100 not in (11, 12, 13):
        suffix = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"
