"""Policy questions: a quotation with its place, or that the texts do not say.

The bot never answers in words of its own.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace

from handlers.commands import ANYTHING, QUESTION, command
from handlers.desk import Ask, Desk
from handlers.messages import Choice, Choices, File, Part, Prompt, Refused, Reply, Text, say
from handlers.policies.enquiries import whom_to_ask
from handlers.policies.passages import passages_of
from handlers.policies.printing import print_text
from handlers.policies.questions import (
    answer_from_texts,
    is_question,
    keep_question,
    note_gap,
    question_of_button,
)
from handlers.policies.text_view import (
    KEY,
    LONG_LABEL,
    choices_to_read,
    choices_to_read_around,
    place_name,
    quote_passage,
    readable_texts,
    show_list,
    show_section,
    show_text,
    start_of_section,
    text_of_button,
    without_title,
)
from handlers.rules.access import Act
from handlers.rules.names.offices import LIKE_THE_HEAD
from handlers.text.pages import number_in
from handlers.text.words import listed, shortened
from store.model.memos import Question
from store.model.records import Person, Role
from store.model.words import folded
from store.policies import Answer, Passage, TextOrSection
from store.policies.texts import PolicyText

WHAT_TO_KNOW = "What would you like to know? I answer in the words of the school’s policies."
DO_NOT_SAY = "The texts do not say."
NOT_PASSED_ON = "Nothing was passed on. To report something, send it to me without “/policy”."
SAY_NO_MORE = "The texts say no more about it."
NEAREST = "The nearest part is “{section}” in “{title}”."
NEAREST_TEXT = "The nearest text is “{title}”."
ASK_WHOM = "You can ask {who}: “Ask the leadership” sends your question, with your name."
ASK_IN_PERSON = "Please ask the headteacher."
ASK_THE_CHAIR = "Please ask the chair of governors."
#: No text of a school's need say so, and “tell the headteacher” would be the wrong advice.
IF_ABOUT_HEAD = (
    "If you are worried about something the headteacher did, tell the chair of governors. "
    "Or send it to me without “/policy”, and say that it is about the headteacher. "
    "They are not told."
)
DISAGREE = "The texts do not agree here. Please ask before you rely on either."
NO_SUCH_TEXT = "I know no text “{typed}”. These are stored: {titles}."
WHICH = "Which one?"
ALSO_SAID = "It also rests on"
NO_PASSAGE = "The procedure names no passage for that. Ask in your own words: /policy QUESTION"

MORE = "More answers"
#: Where there are no others: it is asked of the leadership next.
NOT_IT = "Not it"

#: In a question whose answer could send somebody to whom it is about.
WORRIED = re.compile(
    r"\b(about|against|complain\w*|concern\w*|worr\w+|alleg\w+|accus\w+|report\w*|griev\w+|whistle\w*)\b",
    re.IGNORECASE,
)

NO_HEADTEACHER = re.compile(
    r"\bheads? (of (?!(the |our |this )?school\b)|(lice|louse|injur\w+|bump\w*|wound\w*)\b)"
)

#: From so many words on, what follows “show” is no title.
QUESTION_WORDS = 4
#: Characters that are compared with titles and headings.
LONGEST_TITLE = 300
#: Passages of an answer.
SHOWN = 3
#: Of the score of the best passage; what is worth less is shown on asking.
WORTH = 0.75
#: Of the score of the best passage; where the second is worth less, the best is shown alone.
ALONE = 0.85
#: Places among which somebody chooses.
FOUND = 8


@command(
    "policy",
    usage="/policy QUESTION",
    may=Act.HELP,
    summary="what the school's policies say, in their own words",
    bare=QUESTION,
)
async def policy(ask: Ask, desk: Desk) -> Reply:
    """Up to three passages, word for word, each with its place; asked alone, the list of texts."""
    if not ask.words:
        return show_list(desk)
    question = await keep_question(ask.words, ask.at, desk)
    return await _answer(question, 0, ask, desk)


@command(
    "policy-ask",
    usage="/policy-ask",
    may=Act.HELP,
    summary="ask the policies",
    typed=False,
)
async def ask_(ask: Ask, desk: Desk) -> Reply:
    """Ask what is to be looked for in the texts."""
    return Reply((Prompt(WHAT_TO_KNOW, "policy", "Your question"),))


@command(
    "policy-next",
    usage="/policy-next QUESTION",
    may=Act.HELP,
    summary="the next passages",
    typed=False,
)
async def next_(ask: Ask, desk: Desk) -> Reply:
    """The passages that come after those that did not answer.

    `KEY NUMBER`: of which question, and how many groups of passages were shown.
    """
    key, _, number = ask.words.partition(" ")
    question = await question_of_button(key, desk)
    return await _answer(question, number_in(number) or 0, ask, desk)


async def _answer(question: Question, seen: int, ask: Ask, desk: Desk) -> Reply:
    """The next passages of an answer, after as many groups as were seen already."""
    answer = await answer_from_texts(question.text, desk)
    unseen = [] if answer.refused else answer.shown[seen:]
    # Whoever asks for more gets what is worth less, too.
    chosen = _first_groups(unseen, 0 if seen else WORTH)
    if not seen and _is_clearly_best(unseen):
        chosen = chosen[:1]
    if not chosen:
        return await _refuse(question, answer, ask, desk)

    today = desk.calendar.local(ask.at).date()
    parts: list[Part] = []
    title = ""
    for group in chosen:
        if len(group) > 1:
            parts.append(Text(DISAGREE))
        for passage in group:
            # The text that was named just above is not named again.
            parts.append(quote_passage(passage, today, title))
            title = passage.title

    if not seen and _may_be_worried_about_head(question.text, ask.person):
        parts.append(Text(IF_ABOUT_HEAD))

    more = choices_to_read_around(chosen[0][0], "More of this section", desk)
    label = MORE if len(unseen) > len(chosen) else NOT_IT
    further = Choice(label, f"policy-next {question.digest} {seen + len(chosen)}")
    parts.append(Choices((*more, further, _ask_choice(question))))
    return Reply(tuple(parts))


def _may_be_worried_about_head(text: str, person: Person) -> bool:
    """Whether a question may be one of whom to tell about a headteacher, who does not ask it."""
    said = NO_HEADTEACHER.sub("", folded(text))
    is_worried = WORRIED.search(said) and LIKE_THE_HEAD.search(said)
    return bool(is_worried) and not person.has(Role.HEAD)


def _is_clearly_best(groups: Sequence[tuple[Passage, ...]]) -> bool:
    """The first of the groups scores so much better that the others would only distract."""
    if len(groups) < 2:
        return True
    first, second = groups[0][0], groups[1][0]
    return second.score < first.score * ALONE


def _first_groups(groups: Sequence[tuple[Passage, ...]], worth: float) -> list[tuple[Passage, ...]]:
    """The first groups, until as many passages are shown as an answer has.

    Each scores at least `worth` of what the first of them scores. Passages that contradict one
    another are a group: they are shown together or not at all.
    """
    chosen: list[tuple[Passage, ...]] = []
    number = 0
    for group in groups:
        is_worth_it = group[0].score >= groups[0][0].score * worth
        if number >= SHOWN or not is_worth_it:
            break
        chosen.append(group)
        number += len(group)
    return chosen


async def _refuse(question: Question, answer: Answer, ask: Ask, desk: Desk) -> Reply:
    """Say that the texts do not say it, what comes nearest, and whom one can ask."""
    await note_gap(question, desk)
    nearest = answer.nearest if answer.refused else None
    who = await whom_to_ask(ask.person, question.text, desk)

    lines = [DO_NOT_SAY if answer.refused else SAY_NO_MORE]
    if not is_question(question.text):
        lines.append(NOT_PASSED_ON)
    if nearest:
        lines.append(_nearest_line(nearest))
    is_about_head = _may_be_worried_about_head(question.text, ask.person)
    if who:
        lines.append(ASK_WHOM.format(who=listed(person.name for person in who)))
    elif is_about_head:
        lines.append(ASK_THE_CHAIR)
    else:
        lines.append(ASK_IN_PERSON)
    if is_about_head:
        lines.append(IF_ABOUT_HEAD)

    choices: list[Choice] = []
    if who:
        choices.append(_ask_choice(question))
    if nearest:
        choices += choices_to_read_around(nearest, "Read it", desk)
    if not choices:
        return say("\n".join(lines))
    return say("\n".join(lines), Choices(tuple(choices)))


def _nearest_line(nearest: Passage) -> str:
    heading = without_title(nearest.section, nearest.title)
    if not heading:
        return NEAREST_TEXT.format(title=nearest.title)
    return NEAREST.format(section=shortened(heading, 80), title=nearest.title)


def _ask_choice(question: Question) -> Choice:
    return Choice("Ask the leadership", f"policy-send {question.digest}")


# --- the texts themselves ------------------------------------------------------------------------


@command(
    "policy show",
    usage="/policy show TITLE [SECTION]",
    may=Act.HELP,
    summary="read a text, or a part of it",
    bare=ANYTHING,
)
async def show(ask: Ask, desk: Desk) -> Reply:
    """A text's facts and sections, or the words of one section."""
    places = desk.policies.find(ask.words[:LONGEST_TITLE])
    if not places:
        return await _ask_after_all("show", ask, desk)
    if len(places) > 1:
        return _which_place(places[:FOUND], desk)

    text, section = places[0].text, places[0].section
    if not section:
        return show_text(text, ask, desk)
    return show_section(text, start_of_section(text, section, desk) or 0, ask, desk)


def _which_place(places: Sequence[TextOrSection], desk: Desk) -> Reply:
    choices: list[Choice] = []
    for place in places:
        label = shortened(place_name(place.text.title, place.section), LONG_LABEL)
        start = start_of_section(place.text, place.section, desk)
        choices += choices_to_read(place.text, start, label)
    return Reply((Text(WHICH), Choices(tuple(choices), menu=WHICH)))


@command("policy-text", usage="/policy-text KEY", may=Act.HELP, summary="read a text", typed=False)
async def open_text(ask: Ask, desk: Desk) -> Reply:
    """What `/policy show` shows, from a button.

    `KEY`, or `KEY PLACE` for a section from this character of the text on.
    """
    key, _, place = ask.words.partition(" ")
    text = text_of_button(key, desk)
    start = number_in(place)
    if start is not None:
        return show_section(text, start, ask, desk)
    return show_text(text, ask, desk)


async def _ask_after_all(verb: str, ask: Ask, desk: Desk) -> Reply:
    """`/policy show me how …` is a question like any other.

    Raises Refused for what is short enough to be meant as a title.
    """
    if not ask.words:
        return show_list(desk)
    if len(ask.words.split()) < QUESTION_WORDS:
        titles = listed(f"“{text.title}”" for text in readable_texts(desk)) or "none"
        raise Refused(NO_SUCH_TEXT.format(typed=shortened(ask.words, 60), titles=titles))
    return await policy.run(replace(ask, words=f"{verb} {ask.words}"), desk)


@command(
    "policy print",
    usage="/policy print TITLE",
    may=Act.HELP,
    summary="a text as a PDF, an agreement with lines to sign",
    bare=ANYTHING,
)
async def print_(ask: Ask, desk: Desk) -> Reply:
    """A PDF, made in a thread."""
    texts = {place.text.doc: place.text for place in desk.policies.find(ask.words[:LONGEST_TITLE])}
    if not texts:
        return await _ask_after_all("print", ask, desk)
    if len(texts) == 1:
        [text] = texts.values()
        return await _print(text, ask, desk)

    choices = []
    for text in list(texts.values())[:FOUND]:
        label = shortened(text.title, LONG_LABEL)
        choices.append(Choice(label, f"policy-pdf {text.digest[:KEY]}"))
    return Reply((Text(WHICH), Choices(tuple(choices), menu=WHICH)))


@command(
    "policy-pdf", usage="/policy-pdf KEY", may=Act.HELP, summary="a text as a PDF", typed=False
)
async def pdf(ask: Ask, desk: Desk) -> Reply:
    """What `/policy print` gives, from a button."""
    return await _print(text_of_button(ask.words, desk), ask, desk)


async def _print(text: PolicyText, ask: Ask, desk: Desk) -> Reply:
    today = desk.calendar.local(ask.at).date()
    content = await asyncio.to_thread(print_text, text, desk.calendar.school.name, today)
    return Reply((File(content, f"{text.title}.pdf", "application/pdf"),))


@command(
    "policy-about",
    usage="/policy-about KIND",
    may=Act.HELP,
    summary="what a procedure rests on",
    typed=False,
)
async def about(ask: Ask, desk: Desk) -> Reply:
    """The passage that the first step for a category rests on, and the others behind buttons."""
    passages = passages_of(ask.words, desk)
    if not passages:
        raise Refused(NO_PASSAGE)

    best, *others = passages
    choices: list[Choice] = []
    for other in others:
        label = shortened(other.section, LONG_LABEL)
        choices += choices_to_read(desk.policies.text(other.doc), other.start, label)

    text = desk.policies.text(best.doc)
    reply = show_section(text, best.start, ask, desk) if text else Reply()
    if choices:
        reply += Reply((Choices(tuple(choices), menu=ALSO_SAID),))
    return reply
