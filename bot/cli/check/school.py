"""The school's own files: facts, procedure, texts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot.cli.check.finding import Looked
from bot.open_texts import texts_in
from handlers.notices.untaken import RING_SCHOOL
from handlers.policies.passages import find_missing_passages, find_passage
from handlers.rules.calendar import Calendar
from handlers.text.words import full_day, listed, shortened
from store.policies.texts import SUFFIXES, PolicyText, read
from store.school.letters import load_letters
from store.school.procedure import PACKAGED, PROCEDURE_FILE, procedure_file
from store.school.school import School, days

NO_SCHOOL = (
    "there is no {file}, so no holidays and no telephone numbers are known. If it is called "
    "otherwise, mend SCHOOL_FILE; to make it, run: headsup setup"
)
NO_PHONE = (
    "the school file has no safeguarding_phone, which whoever reports a picture of a child "
    "undressed needs at once. Add it: headsup setup"
)
#: What they read instead is in `handlers/notices/untaken.py`.
NO_URGENT_PHONE = (
    "the school file has no urgent_phone. Whoever reports something urgent that nobody takes reads "
    "after a while: “{words}” Add a number that somebody answers at any hour."
)
NO_AUTHORITY = (
    "the school file has no local_authority_phone, which is needed where a case is about the "
    "chair of governors. Add it to the file."
)
OF_EXAMPLE = (
    "{file} still has what school.example.toml has for an example: {names}. Staff would be "
    "given these. Put the school's own in their place, or take the lines out."
)
NO_HOLIDAYS = (
    "{file} knows no holidays after today, so reminders will come in them. Add them under closed."
)
NO_OUTCOME = (
    "{file}: retention.outcome names “{key}”, which is no outcome in procedure.toml. Correct "
    "its spelling."
)
NO_TEXTS = (
    "{folder} holds no policy texts (.md or .txt), so no question can be answered. Add one: "
    "headsup policy add FILE"
)
NO_PROCEDURE = (
    "{folder} holds no procedure.toml, so the one that comes with the bot is used. To have one of "
    "the school's own: cp {packaged} {folder}"
)
NO_STATEMENT = (
    "no text in {folder} is a statement, so nobody is asked to accept one. "
    "Add `kind: statement` on its top."
)
UNREADABLE = (
    "{doc} cannot be read as text. Save it as UTF-8, or add the original: headsup policy add FILE"
)
NO_PASSAGE = (
    "procedure.toml: “{place}” is not among the texts, so “{resting}”{more} is shown without a "
    "passage. {nearest}"
)
AND_MORE = " and {number} more like it"
LETTER_PASSAGE = (
    "letters/{name}.md: “{place}” is not among the texts, so the letter is written without it."
)
NEAREST = "Nearest is “{proposal}”. To choose: headsup policy match"
NOTHING_NEAR = "Nothing in the texts comes near: take the line out, or name another passage."
PAST_REVIEW = (
    "{doc}: “{title}” should have been reviewed by {day}. Ask its owner{owner}, and change "
    "`review by:` in it."
)

#: What nobody's school has: `school.example.toml` is copied, and its lines are overlooked. Its name
#: a school may have.
EXAMPLE = {
    "staff": ("Mr Ahmed", "Mrs Bell"),
    "safeguarding_phone": "01632 960123",
    "urgent_phone": "01632 960789",
    "local_authority_phone": "01632 960456",
}


def facts(looked: Looked) -> Iterator[str]:
    """What is missing of the school's telephone numbers, holidays and outcomes."""
    file = looked.settings.school_file
    if not file.exists():
        yield NO_SCHOOL.format(file=file)
        return
    school = looked.school
    if school is None:
        return

    if not school.safeguarding_phone:
        yield NO_PHONE
    if not school.urgent_phone:
        yield NO_URGENT_PHONE.format(words=RING_SCHOOL)
    if not school.local_authority_phone:
        yield NO_AUTHORITY
    today = Calendar(school).local(looked.now).date()
    if not _closes_after(school, today):
        yield NO_HOLIDAYS.format(file=file)

    if looked.procedure is None:
        return
    for key in school.retention.outcome:
        if not looked.procedure.outcome_named(key):
            yield NO_OUTCOME.format(key=shortened(key, 40), file=file)


def examples(looked: Looked) -> Iterator[str]:
    """What was copied from the example, and is no school's own."""
    school = looked.school
    if school is None:
        return
    names = [name for name, value in EXAMPLE.items() if getattr(school, name) == value]
    if names:
        yield OF_EXAMPLE.format(file=looked.settings.school_file, names=listed(names))


def _closes_after(school: School, today: date) -> bool:
    for entry in school.closed:
        _, last = days(entry)
        if last >= today:
            return True
    return False


def texts(looked: Looked) -> Iterator[str]:
    """What is wrong with the policy texts."""
    folder = looked.settings.policy_texts
    found = _texts(looked)
    if not found:
        yield NO_TEXTS.format(folder=folder)
        return

    for text in found:
        if not text.readable:
            yield UNREADABLE.format(doc=text.doc)
        elif text.review_by and text.is_past_review(looked.now.date()):
            owner = f", the {text.owner}" if text.owner else ""
            yield PAST_REVIEW.format(
                doc=text.doc,
                title=shortened(text.title, 60),
                day=full_day(text.review_by),
                owner=owner,
            )

    shared = looked.settings.trust_texts
    if procedure_file(folder, shared) == PACKAGED != folder / PROCEDURE_FILE:
        yield NO_PROCEDURE.format(folder=folder, packaged=PACKAGED)
    if not any(text.kind == "statement" for text in found):
        yield NO_STATEMENT.format(folder=folder)


def passages(looked: Looked) -> Iterator[str]:
    """What steps and letters rest on, and the texts do not have: a line for each such place."""
    if looked.procedure is None or not _texts(looked):
        return
    policies = texts_in(looked.settings.policy_texts)
    for missing in find_missing_passages(looked.procedure, policies):
        others = len(missing.resting) - 1
        nearest = NEAREST if missing.proposal else NOTHING_NEAR
        yield NO_PASSAGE.format(
            place=missing.place,
            resting=missing.resting[0],
            more=AND_MORE.format(number=others) if others else "",
            nearest=nearest.format(proposal=missing.proposal),
        )
    for name, letter in load_letters(looked.settings.policy_texts).items():
        for place in letter.passages:
            if find_passage(place, policies) is None:
                yield LETTER_PASSAGE.format(name=name, place=place)


def _texts(looked: Looked) -> list[PolicyText]:
    found = []
    for path in sorted(looked.settings.policy_texts.glob("*")):
        is_text = path.suffix.lower() in SUFFIXES
        is_hidden = path.name.startswith(".")
        if not is_text or is_hidden:
            continue
        try:
            found.append(read(path))
        except OSError:
            found.append(PolicyText(path.name, path.name, "", readable=False))
    return found
