"""Whether a reply says of which cases it shows something: read from its words, which the product never does."""

from __future__ import annotations

import re

from handlers.desk import Desk
from handlers.matter import Summaries
from handlers.messages import Choices, Fields, File, Heading, Prompt, Quote, Reply, Table, Text
from store.model.identifiers import REFERENCE_ALPHABET

REFERENCE = re.compile(rf"(?<![0-9A-Za-z])[{REFERENCE_ALPHABET}]{{4}}(?![0-9A-Za-z])")


def words_in(reply: Reply) -> list[str]:
    """All that can be read in a reply, what its buttons do, and what its files are called."""
    found: list[str] = []
    for part in reply.parts:
        match part:
            case Heading(text) | Text(text) | Table(text):
                found.append(text)
            case Quote(text, place):
                found += [text, place]
            case Fields(pairs):
                found += [words for pair in pairs for words in pair]
            case Choices(options):
                found += [words for choice in options for words in (choice.label, choice.command)]
            case Prompt():
                found += [part.question, part.command]
            case File():
                found.append(part.name)
    return found


def named_unshown(reply: Reply) -> set[str]:
    """References that can be read in a reply, and of which it says neither that it shows nor that it mentions them."""
    named = {reference for words in words_in(reply) for reference in REFERENCE.findall(words)}
    return named - reply.shows - reply.mentions


async def says_what_it_shows(reply: Reply, reader: str, desk: Desk) -> None:
    """Every case of which the reader sees all, and that is named to them, is one that the reply shows or mentions.

    `reader`: the id of the person whom it answers.
    """
    named = named_unshown(reply)
    if not named:
        return
    person = await desk.store.person(reader)
    for reference in named:
        known = Summaries(await desk.store.related([reference]))
        summary = known.get(reference)
        is_hidden = summary is None or not desk.listed(person, summary, known).inside
        assert is_hidden, (reference, words_in(reply))
