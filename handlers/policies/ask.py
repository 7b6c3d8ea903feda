"""Policy questions: a quotation with its place, or that the texts do not say. Never words of the bot's own."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from handlers.commands import ANYTHING, QUESTION, command
from handlers.desk import Ask, Desk
from handlers.messages import Choice, Choices, File, Part, Refused, Reply, Text, say
from handlers.policies.enquiries import whom_to_ask
from handlers.policies.passages import passage_at, passages_of
from handlers.policies.printing import print_text
from handlers.policies.questions import answered, asked, is_question, lacks, put
from handlers.policies.text_view import (
    KEY,
    LONG_LABEL,
    _about,
    _choice_of,
    _keyed,
    _list,
    _page,
    _readable,
    _section_start,
    _start_of,
    quoted,
)
from handlers.rules.access import Act
from handlers.text.words import listed, shortened
from store.model.memos import Question
from store.policies import Answer, Passage
from store.policies.texts import PolicyText

DO_NOT_SAY = "The texts do not say."
NOT_PASSED_ON = "Nothing was passed on. To report something, send it to me without “/policy”."
SAY_NO_MORE = "The texts say no more about it."
NEAREST = "The nearest part is “{section}” in “{title}”."
ASK_WHOM = "You can ask {who}: “Ask the leadership” sends your question, with your name."
ASK_IN_PERSON = "Please ask the headteacher."
DISAGREE = "The texts do not agree here. Please ask before you rely on either."
NO_SUCH_TEXT = "I know no text “{typed}”. These are stored: {titles}."
WHICH = "Which one?"
ALSO_SAID = "It also rests on"
NO_PASSAGE = "The procedure names no passage for that. Ask in your own words: /policy QUESTION"
QUESTION_WORDS = 4  # from so many on, what follows “show” is no title
SHOWN = 3  # passages of an answer
WORTH = 0.75  # of the best one's score; what is worth less is shown on asking
FOUND = 8  # places among which somebody chooses


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
        return _list(desk)
    question = await put(ask.words, ask.at, desk)
    return await _answer(question, 0, ask, desk)


@command(
    "policy-next",
    usage="/policy-next QUESTION",
    may=Act.HELP,
    summary="the next passages",
    typed=False,
)
async def next_(ask: Ask, desk: Desk) -> Reply:
    """The passages that come after those that did not answer; `KEY NUMBER`, how many were shown."""
    key, _, number = ask.words.partition(" ")
    return await _answer(
        await asked(key, desk), int(number) if number.isdecimal() else 0, ask, desk
    )


async def _answer(question: Question, seen: int, ask: Ask, desk: Desk) -> Reply:
    answer = await answered(question.text, desk)
    groups = [] if answer.refused else list(answer.shown[seen:])
    least = 0 if seen or not groups else groups[0][0].score * WORTH
    chosen: list[tuple[Passage, ...]] = []
    while groups and groups[0][0].score >= least and sum(map(len, chosen)) < SHOWN:
        chosen.append(groups.pop(0))
    if not chosen:
        return await _refusal(question, answer, ask, desk)
    today = desk.calendar.local(ask.at).date()
    parts: list[Part] = []
    for group in chosen:
        parts += [Text(DISAGREE)] if len(group) > 1 else []
        parts += [quoted(passage, today) for passage in group]
    best = chosen[0][0]
    more = _choice_of(
        desk.policies.text(best.doc), _section_start(best, desk), "More of this section"
    )
    further = Choice("Not it", f"policy-next {question.digest} {seen + len(chosen)}")
    return Reply((*parts, Choices((*more, further, _ask_choice(question)))))


async def _refusal(question: Question, answer: Answer, ask: Ask, desk: Desk) -> Reply:
    await lacks(question, desk)
    lines = [DO_NOT_SAY if answer.refused else SAY_NO_MORE]
    if not is_question(question.text):
        lines.append(NOT_PASSED_ON)
    near = answer.nearest if answer.refused else None
    if near:
        lines.append(NEAREST.format(section=shortened(near.section, 80), title=near.title))
    who = await whom_to_ask(ask.person, desk)
    lines.append(ASK_WHOM.format(who=listed(p.name for p in who)) if who else ASK_IN_PERSON)
    read = (
        _choice_of(desk.policies.text(near.doc), _section_start(near, desk), "Read it")
        if near
        else ()
    )
    choices = (*((_ask_choice(question),) if who else ()), *read)
    return say("\n".join(lines), *([Choices(choices)] if choices else []))


def _ask_choice(question: Question) -> Choice:
    return Choice("Ask the leadership", f"policy-send {question.digest}")


# --- the texts themselves ------------------------------------------------------------------------------


@command(
    "policy show",
    usage="/policy show TITLE [SECTION]",
    may=Act.HELP,
    summary="read a text, or a part of it",
    bare=ANYTHING,
)
async def show(ask: Ask, desk: Desk) -> Reply:
    """A text's facts and sections, or the words of one section."""
    places = desk.policies.find(ask.words)
    if not places:
        return await _asked_after_all("show", ask, desk)
    if len(places) > 1:
        choices: list[Choice] = []
        for place in places[:FOUND]:
            label = shortened(
                " · ".join(p for p in (place.text.title, place.section) if p), LONG_LABEL
            )
            choices += _choice_of(place.text, _start_of(place.text, place.section, desk), label)
        return Reply((Text(WHICH), Choices(tuple(choices), menu=WHICH)))
    text, section = places[0].text, places[0].section
    return (
        _page(text, _start_of(text, section, desk) or 0, ask, desk)
        if section
        else _about(text, ask, desk)
    )


@command("policy-text", usage="/policy-text KEY", may=Act.HELP, summary="read a text", typed=False)
async def open_text(ask: Ask, desk: Desk) -> Reply:
    """What `/policy show` shows, from a button: `KEY`, or `KEY PLACE` for a section from this character on."""
    key, _, place = ask.words.partition(" ")
    text = _keyed(key, desk)
    return _page(text, int(place), ask, desk) if place.isdecimal() else _about(text, ask, desk)


async def _asked_after_all(verb: str, ask: Ask, desk: Desk) -> Reply:
    """`/policy show me how …` is a question like any other. Raises Refused for what looks like a title."""
    if not ask.words:
        return _list(desk)
    if len(ask.words.split()) < QUESTION_WORDS:
        titles = listed(f"“{text.title}”" for text in _readable(desk)) or "none"
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
    places = {place.text.doc: place.text for place in desk.policies.find(ask.words)}
    if not places:
        return await _asked_after_all("print", ask, desk)
    if len(places) > 1:
        choices = (
            Choice(shortened(t.title, LONG_LABEL), f"policy-pdf {t.digest[:KEY]}")
            for t in places.values()
        )
        return Reply((Text(WHICH), Choices(tuple(choices)[:FOUND], menu=WHICH)))
    return await _pdf(next(iter(places.values())), ask, desk)


@command(
    "policy-pdf", usage="/policy-pdf KEY", may=Act.HELP, summary="a text as a PDF", typed=False
)
async def pdf(ask: Ask, desk: Desk) -> Reply:
    """What `/policy print` gives, from a button."""
    return await _pdf(_keyed(ask.words, desk), ask, desk)


async def _pdf(text: PolicyText, ask: Ask, desk: Desk) -> Reply:
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
    passages = [p for place in passages_of(ask.words, desk) if (p := passage_at(place, desk))]
    if not passages:
        raise Refused(NO_PASSAGE)
    best, *others = passages
    choices = (
        c
        for p in others
        for c in _choice_of(desk.policies.text(p.doc), p.start, shortened(p.section, LONG_LABEL))
    )
    text = desk.policies.text(best.doc)
    shown = _page(text, best.start, ask, desk) if text else Reply()
    options = tuple(choices)
    return shown + Reply((Choices(options, menu=ALSO_SAID),)) if options else shown
