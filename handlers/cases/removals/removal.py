"""What becomes of each post: who was asked to take it down, what came back, when it was gone."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from handlers.cases.removals.wording import WAYS, post_words, state_words
from handlers.commands import WITH_CASE, command
from handlers.desk import Ask, Desk, take_reference
from handlers.matter import Matter
from handlers.messages import Choice, Choices, Part, Prompt, Reply, Text, say
from handlers.rules.access import Act
from handlers.text.dates import past_day_named
from handlers.text.words import shortened
from handlers.workflow.changes import apply, change
from handlers.workflow.joined_cases import change_parts
from handlers.workflow.removals import (
    GONE,
    Post,
    Saying,
    numbers_in,
    posts_of,
    request_by,
    told_of_refusal,
    with_answer,
    with_gone,
    with_refusal,
    with_request,
    with_still_there,
)
from store.model.case import Case
from store.model.removals import RemovalWay

WHICH = "Case {reference}: which post is it about?"
NOTED = "Case {reference} · noted."
NOTHING_NEW = "Case {reference} · nothing new was noted: what is gone is asked for no more."
WHAT_NUMBER = "What number did the report get? Type - if there is none."
WHAT_CAME_BACK = "What came back? (Case {reference}, {post})"
NO_SUCH_POST = "Case {reference} has no post {number}. “/case removal {reference}” lists them."
HOW = (
    "I cannot read “{typed}”. Type “/case removal {reference}”, perhaps the number of the post, "
    "and then person, site NUMBER, harmful-content NUMBER, helpline NUMBER, answer WORDS, refused, "
    "gone or there; and perhaps on which day: gone on Monday."
)
NOBODY_ASKED = (
    "Nobody was asked yet to take that down. Say first who was asked: "
    "/case removal {reference} site NUMBER"
)
ALL = "all"
ANSWER, REFUSED, THERE = "answer", "refused", "there"
VERBS = (*WAYS, ANSWER, REFUSED, GONE, THERE)
ON_A_DAY = re.compile(r"(?<!\S)on\s+(?P<day>.{1,40})$", re.IGNORECASE)
#: Characters: of whom was asked or a report's number, and of what came back.
LONGEST, LONGEST_ANSWER = 100, 1_000
#: Posts that have a button.
OFFERED = 20
#: What is offered for all posts together.
ALL_OF_THEM = {RemovalWay.PERSON: "Asked whoever posted them", GONE: "All are gone"}
LABELS: dict[str, str] = {
    RemovalWay.PERSON: "Asked whoever posted it",
    RemovalWay.SITE: "Reported to the site",
    RemovalWay.HARMFUL_CONTENT: "Told Report Harmful Content",
    RemovalWay.HELPLINE: "Told the helpline",
    ANSWER: "What came back",
    REFUSED: "They refused",
    GONE: "It is gone",
    THERE: "It is still there",
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was typed: of which posts, and what is said of them."""

    matter: Matter
    #: None: all of them.
    number: str | None
    posts: Sequence[Post]
    #: One of VERBS, or empty.
    verb: str
    words: str

    @property
    def command(self) -> str:
        """As a button has it, without what is said of them."""
        number = self.number or ALL
        return f"case removal {self.matter.named.reference} {number}"


@command(
    "case removal",
    usage="/case removal REFERENCE [POST] [person|site NUMBER|refused|gone on DAY]",
    bare=WITH_CASE,
    may=Act.WORK,
    summary="who was asked to take a post down, what came back, when it was gone",
)
async def removal(ask: Ask, desk: Desk) -> Reply:
    """Note something of the removal of one post, or of all; asked without it, show them."""
    reference, typed = take_reference(ask.words, removal.usage)
    matter = await desk.case_for(ask.person, reference, Act.WORK)
    asked = _read(matter, typed)
    if not asked.verb:
        return matter.shown_in(_shown(asked, desk))
    question = _question(asked)
    if question:
        return matter.shown_in(Reply((question,)))
    return await _note(ask, asked, desk)


def _read(matter: Matter, typed: str) -> _Asked:
    """Raises Refused."""
    posts = posts_of(matter)
    first, _, rest = typed.partition(" ")
    number: str | None = None
    if first.lower() == ALL:
        typed = rest
    elif re.fullmatch(r"\d{1,3}", first):
        number, typed = first, rest
        named = matter.named.reference
        posts = [p for p in posts if (p.case.reference, p.number) == (named, int(first))]
        if not posts:
            words = NO_SUCH_POST.format(reference=named, number=int(first))
            raise matter.refusal(words)
    verb, _, words = typed.strip().partition(" ")
    if verb and verb.lower() not in VERBS:
        reference = matter.named.reference
        raise matter.refusal(HOW.format(typed=shortened(typed, 60), reference=reference))
    return _Asked(matter, number, posts, verb.lower(), words.strip())


def _question(asked: _Asked) -> Prompt | None:
    """What is asked further, before anything is noted."""
    command = f"{asked.command} {asked.verb}"
    if asked.words:
        return None
    if asked.verb == ANSWER:
        what = post_words(asked.posts[0], asked.matter) if len(asked.posts) == 1 else "all posts"
        question = WHAT_CAME_BACK.format(reference=asked.matter.case.reference, post=what)
        return Prompt(question, command, "What came back")
    if asked.verb in WAYS and asked.verb != RemovalWay.PERSON:
        return Prompt(WHAT_NUMBER, command, "Number", short=True)
    return None


# --- what is noted --------------------------------------------------------------------------------


async def _note(ask: Ask, asked: _Asked, desk: Desk) -> Reply:
    matter = asked.matter
    if asked.verb in (ANSWER, REFUSED) and not any(p.removal.requests for p in asked.posts):
        raise matter.refusal(NOBODY_ASKED.format(reference=matter.named.reference))
    words, on = _split_day(asked, ask, desk)
    saying = Saying(ask.person.id, ask.at, on)

    def note(case: Case) -> Case:
        return _noted(case, numbers_in(asked.posts, case), asked.verb, words, saying, desk)

    # Of one post it is noted in the case that has its link; of all, in each.
    root = matter.case.reference
    is_of_a_part = asked.number is not None and matter.named.reference != root
    changed = await change(desk, ask.person, matter, Act.WORK, note, named=is_of_a_part)
    if asked.number is None:
        await change_parts(changed, note, desk)
    if asked.verb == REFUSED and _is_of_a_site_in_a_part(asked):
        # The steps are those of the case that it was joined to.
        await apply(desk, root, lambda case: told_of_refusal(case, saying))
    return await _after(ask, asked, changed, desk)


def _is_of_a_site_in_a_part(asked: _Asked) -> bool:
    """Whether a site was asked last for a post that a joined case has."""
    root = asked.matter.case.reference
    for post in asked.posts:
        requests = post.removal.requests
        if post.case.reference != root and requests and requests[-1].way == RemovalWay.SITE:
            return True
    return False


def _noted(
    case: Case, numbers: Sequence[int], verb: str, words: str, saying: Saying, desk: Desk
) -> Case:
    moves: dict[str, Callable[[], Case]] = {
        ANSWER: lambda: with_answer(case, numbers, words[:LONGEST_ANSWER], saying),
        REFUSED: lambda: with_refusal(case, numbers, words[:LONGEST_ANSWER], saying),
        GONE: lambda: with_gone(case, numbers, saying),
        THERE: lambda: with_still_there(case, numbers, saying),
    }
    if verb in moves:
        return moves[verb]()
    said = shortened(words, LONGEST).strip("-– ")
    is_person = verb == RemovalWay.PERSON
    to, number = (said, "") if is_person else ("", said)
    request = request_by(verb, saying, desk, to=to, number=number)
    return with_request(case, numbers, request, saying, anew=True)


def _split_day(asked: _Asked, ask: Ask, desk: Desk) -> tuple[str, date]:
    """The words, and the local day that they end with: without one, today. Raises Refused."""
    today = desk.calendar.local(ask.at).date()
    if asked.verb in (ANSWER, REFUSED):
        return asked.words, today
    if asked.verb in (GONE, THERE):
        # Whatever else is typed there is a day: `gone yesterday` as well as `gone on Monday`.
        named = ON_A_DAY.sub(r"\g<day>", asked.words)
        return "", past_day_named(named, ask.at, desk.calendar) if named else today
    found = ON_A_DAY.search(asked.words)
    if found is None:
        return asked.words, today
    words = asked.words[: found.start()].rstrip()
    return words, past_day_named(found["day"], ask.at, desk.calendar)


# --- what is shown --------------------------------------------------------------------------------


def _shown(asked: _Asked, desk: Desk) -> Reply:
    """One post with its buttons; of several, which there are."""
    if len(asked.posts) == 1 or asked.number:
        return Reply(tuple(_of_one(asked.posts[0], asked.matter)))
    matter = asked.matter
    lines = [f"{post_words(p, matter)}: {_state(p, matter)}" for p in asked.posts]
    question = WHICH.format(reference=matter.case.reference)
    choices = []
    for post in asked.posts[:OFFERED]:
        command = f"case removal {post.case.reference} {post.number}"
        choices.append(Choice(shortened(post_words(post, matter), 70), command))
    root = matter.case.reference
    for verb, label in ALL_OF_THEM.items():
        choices.append(Choice(label, f"case removal {root} {ALL} {verb}"))
    return Reply((Text("\n".join(lines)), Text(question), Choices(tuple(choices))))


def _state(post: Post, matter: Matter) -> str:
    return state_words(post.removal, matter.people.name)


def _of_one(post: Post, matter: Matter) -> list[Part]:
    line = f"Case {matter.case.reference} · {post_words(post, matter)}: {_state(post, matter)}"
    verbs: list[str] = list(WAYS)
    if post.removal.is_gone:
        verbs = [THERE]
    elif post.removal.requests:
        verbs += [ANSWER, REFUSED, GONE, THERE]
    else:
        verbs.append(GONE)
    command = f"case removal {post.case.reference} {post.number}"
    choices = [Choice(LABELS[verb], f"{command} {verb}") for verb in verbs]
    return [Text(line), Choices(tuple(choices))]


async def _after(ask: Ask, asked: _Asked, changed: Matter, desk: Desk) -> Reply:
    """What was noted, and the step that it may have done."""
    matter = await desk.case_for(ask.person, changed.named.reference, Act.WORK)
    posts = posts_of(matter)
    meant = {_key_of(post) for post in asked.posts}
    shown = [post for post in posts if _key_of(post) in meant]
    lines = [f"{post_words(post, matter)}: {_state(post, matter)}" for post in shown]
    # Told by what is there now, so that a message that is sent again has the same answer.
    is_over = asked.verb in WAYS and all(post.removal.is_gone for post in shown)
    words = NOTHING_NEW if is_over else NOTED
    said = [words.format(reference=matter.case.reference), *lines]
    open_it = Choice("Open", f"case {matter.case.reference}")
    choices = (*_steps_done(asked.verb, posts, matter, desk), open_it)
    reply = matter.shown_in(say("\n".join(said), Choices(choices)))
    return replace(reply, replaces=True)


def _key_of(post: Post) -> tuple[str, int]:
    return post.case.reference, post.number


def _steps_done(verb: str, posts: Sequence[Post], matter: Matter, desk: Desk) -> list[Choice]:
    """Buttons for open steps that are done by what was noted: of the last of the posts."""
    case = matter.case
    if verb == GONE and not all(post.removal.is_gone for post in posts):
        return []
    choices = []
    for step in case.follow_ups:
        of_procedure = desk.procedure.step(case.category, step.key)
        if step.is_open and of_procedure and of_procedure.removal == verb:
            label = shortened(f"Done: {step.what}", 70)
            choices.append(Choice(label, f"case done {case.reference} {step.key}"))
    return choices
