"""Letters are drafted, as Word and PDF. Nothing is ever sent by the bot."""

from __future__ import annotations

import asyncio
import hashlib
import re

from handlers.cases.letters.wording import Filled, fill
from handlers.commands import WITH_CASE, command
from handlers.desk import Ask, Desk, take_reference
from handlers.matter import Matter
from handlers.messages import Choice, Choices, File, Prompt, Reply, Text, say
from handlers.rules.access import Act
from handlers.text.letter_files import letter_docx, letter_pdf
from handlers.text.words import full_day, shortened
from handlers.workflow.changes import change
from store.model.kinds import EntryKind
from store.school.letters import Letter, letter_named, load_letters
from store.school.toml import FileMistake

WHICH = "Which letter, for case {reference}?"
TO_WHOM = (
    "Who is it to? Type the name and address for the top of the letter, or - for a line to write "
    "on."
)
NONE_THERE = "There are no letters. They are files in the folder letters, beside the policy texts."
MISTAKE = "A letter cannot be used as it is. Please tell your technician:"
NO_SUCH_LETTER = "I know no letter “{typed}”. “/case letter {reference}” lists them."
TOO_LONG = (
    "That is too long for the top of a letter, which has room for {most} characters. "
    "Type the name and address alone."
)
DRAFTED = (
    "“{title}”, for case {reference}: read it, change it, and sign it. I send nothing. No words of "
    "the case are in it; name no child in it."
)
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
#: Characters of whom it is to.
LONGEST = 300


@command(
    "case letter",
    usage="/case letter REFERENCE [LETTER [to NAME]]",
    bare=WITH_CASE,
    may=Act.WORK,
    summary="draft a letter, as Word and PDF",
)
async def letter(ask: Ask, desk: Desk) -> Reply:
    """A letter of the school's, filled in. That it was drafted is an entry, with its hash."""
    reference, typed = take_reference(ask.words, letter.usage)
    matter = await desk.case_for(ask.person, reference, Act.WORK)
    root = matter.case.reference
    letters = await _letters(matter, desk)
    if not typed:
        choices = [Choice(each.title, f"case letter {root} {key}") for key, each in letters.items()]
        which = WHICH.format(reference=root)
        return matter.shown_in(Reply((Text(which), Choices(tuple(choices), menu=which))))
    wanted, rest = letter_named(typed, letters)
    if wanted is None:
        name = shortened(typed.split()[0], 40)
        refusal = NO_SUCH_LETTER.format(typed=name, reference=root)
        raise matter.refusal(refusal)
    to = re.sub(r"^\s*to\s+", "", rest, flags=re.IGNORECASE).strip()
    if not to:
        return matter.shown_in(Reply((Prompt(TO_WHOM, f"case letter {root} {wanted.name}", "To"),)))
    if len(to) > LONGEST:
        raise matter.refusal(TOO_LONG.format(most=LONGEST))
    return await _draft(wanted, to.strip("-– "), matter, ask, desk)


async def _letters(matter: Matter, desk: Desk) -> dict[str, Letter]:
    """As they are now: the school edits them. Raises Refused, naming the line of a mistake."""
    try:
        letters = await asyncio.to_thread(load_letters, desk.policies.folder)
    except FileMistake as mistake:
        raise matter.refusal(f"{MISTAKE}\n{mistake}") from mistake
    if not letters:
        raise matter.refusal(NONE_THERE)
    return letters


async def _draft(wanted: Letter, to: str, matter: Matter, ask: Ask, desk: Desk) -> Reply:
    root = matter.case.reference
    filled = fill(wanted, matter, to, ask.person, ask.at, desk)
    day = full_day(desk.calendar.local(ask.at))
    word, pdf = await asyncio.to_thread(_files, filled, desk.calendar.school.name, day)
    details = {
        "letter": wanted.title,
        "addressee": to,
        "word_sha256": hashlib.sha256(word).hexdigest(),
        "pdf_sha256": hashlib.sha256(pdf).hexdigest(),
    }
    matter = await change(
        desk,
        ask.person,
        matter,
        Act.WORK,
        lambda case: case.enter(ask.at, ask.person.id, EntryKind.LETTER, **details),
    )
    name = f"{root}-{wanted.name.replace(' ', '-')}"
    words = DRAFTED.format(title=wanted.title, reference=root)
    files = File(word, f"{name}.docx", DOCX), File(pdf, f"{name}.pdf", "application/pdf")
    return matter.shown_in(say(words, *files))


def _files(filled: Filled, school: str, day: str) -> tuple[bytes, bytes]:
    """As Word, and as PDF."""
    parts = [(part.kind, part.lines) for part in filled.paragraphs]
    word = letter_docx(filled.title, school, parts)
    return word, letter_pdf(filled.title, school, day, parts)
