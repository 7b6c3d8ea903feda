"""Policy questions: a quotation with its place, or that the texts do not say. Never words of the bot's own."""

from __future__ import annotations

from handlers.access import Act
from handlers.commands import QUESTION, command
from handlers.desk import Ask, Desk
from handlers.messages import Heading, Part, Quote, Reply, Text, say
from handlers.words import shortened

TEXTS = "The policy texts"
NO_TEXTS = "No policy texts are stored yet. Your technician can put them into the folder policy_texts."
HOW_TO_ASK = "Ask in your own words: “/policy can I reply to a parent on Facebook?”"
DO_NOT_SAY = "The texts do not say."
NEAREST = "The nearest part is “{section}” in “{title}”."
ASK_LEADERS = "Please ask the headteacher."
PAST_REVIEW = "review was due {day}"
SHOWN = 3


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
        titles = "\n".join(text.title for text in desk.policies.texts())
        return Reply((Heading(TEXTS), Text(titles), Text(HOW_TO_ASK))) if titles else say(NO_TEXTS)
    answer = desk.policies.ask(ask.words, top=SHOWN)
    if answer.refused or not answer.ranked:
        nearest = answer.ranked[0] if answer.ranked else None
        lines: list[Part] = [Text(DO_NOT_SAY)]
        if nearest and nearest.section:
            lines.append(Text(NEAREST.format(section=shortened(nearest.section, 80), title=nearest.title)))
        return Reply((*lines, Text(ASK_LEADERS)))
    quotes = []
    for passage in answer.ranked[:SHOWN]:
        place = [passage.title, passage.section]
        if passage.review_by:
            overdue = passage.review_by < desk.calendar.local(ask.at).date()
            day = f"{passage.review_by.day} {passage.review_by:%B %Y}"
            place.append(PAST_REVIEW.format(day=day) if overdue else f"review by {day}")
        quotes.append(Quote(passage.text, " · ".join(p for p in place if p)))
    return Reply(tuple(quotes))
