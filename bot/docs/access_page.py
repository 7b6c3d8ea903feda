"""docs/access.md, made from the table of acts and the list of commands.

`python -m bot.docs.access_page > docs/access.md`
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bot.docs.markdown import table
from handlers.menu import COMMANDS
from handlers.rules import access
from handlers.rules.access import CLOSED, INSIDE, TABLE, Relation
from handlers.rules.pause import pause_ends
from handlers.text.words import ROLES, listed
from store.model.case import Case
from store.model.records import About, Person, Report, Role, Subject, Summary
from store.school.procedure import Procedure, load_procedure

NAMES = {
    Relation.REPORTER: "Who reported it",
    Relation.OWNER: "Who looks after it",
    Relation.REACH: "Whose role reaches it",
    Relation.APART: "Anybody whom it does not concern",
}
TOP = """# Who may do what

Made from `handlers/rules/access.py`, which decides it, and from the list of commands; `make docs` makes it anew.

A case concerns its subjects and the colleague who posted it, and whoever may be meant until it is said who is. They are
none of the below: to them there is no such case, not in a list, a count, a digest, an alert or a search, and what they
were shown of it before is taken back. Of what they reported themselves, they keep what a reporter has. Forbidden and
missing read the same. Words alone do not take it from the last who see it.
"""  # noqa: E501  (the page's own lines)
AFTER = """With a closed case, who only reported it may still {closed}. Where they name somebody who may work
here, it opens again.

Evidence is read by those inside alone, and leaves an entry. Channels are told reference, category and urgency.
"""  # noqa: E501  (the page's own lines)
REACHING = """## Which cases a role reaches

With the categories that come with Heads Up; `procedure.toml` says whom each category alerts. What somebody
posted is reached as what is about them is. A case that was joined to another is reached by whoever reaches both.
All of this is so once it is known whom a case is about, or ten minutes after it was opened (urgent: one); whoever
its words may mean is shut out until somebody has said whom it is about, and while they may mean the headteacher,
the chair reaches it too.
"""  # noqa: E501  (the page's own lines)

#: A moment for people and cases that are made up here; nothing depends on it.
NOW = datetime(2026, 11, 24, tzinfo=UTC)

HEAD_AND_CHAIR = "about the headteacher and the chair of governors"
#: What a case may be about: in words, with its category and its subject.
KINDS: tuple[tuple[str, str | None, About | None], ...] = (
    ("nobody has said yet what it is about", None, None),
    ("any other category", "school-complaint", None),
    ("about the headteacher", "school-complaint", About(Subject.HEAD, heads=("head",))),
    (HEAD_AND_CHAIR, "school-complaint", About(Subject.HEAD, heads=("head",))),
    ("about the safeguarding lead", "school-complaint", About(Subject.STAFF, "dsl")),
    ("about the chair of governors", "school-complaint", About(Subject.STAFF, "chair")),
    ("an unsuitable website", "unsuitable-site", None),
    ("a child undressed", "child-undressed", None),
    (
        "a child undressed, about the headteacher",
        "child-undressed",
        About(Subject.HEAD, heads=("head",)),
    ),
)


def page(procedure: Procedure) -> str:
    """The whole page, as Markdown."""
    roles = [ROLES[role] for role in Role]
    closed = sorted(act.value for act in CLOSED)
    sections = (
        TOP,
        "## With a case\n",
        table(("", *NAMES.values()), _acts()),
        AFTER.format(closed=listed(closed, "or")),
        "## At all\n",
        table(("", *roles), _roles()),
        REACHING,
        table(("", *roles), _reach(procedure)),
        "## Commands\n",
        "Every button, form and shortcut is one of these, and is checked like it.\n",
        table(("Command", "What for", "It takes leave to"), _commands()),
    )
    return "\n".join(sections)


def _acts() -> Iterator[Sequence[str]]:
    """A row for each act with a case: which relations to the case allow it."""
    for act, rule in TABLE.items():
        if not rule.relations:
            continue
        words = act.value
        if rule.roles != access.ALL:
            roles = listed((ROLES[role] for role in Role if role in rule.roles), "or")
            words = f"{words} ({roles})"
        yield words, *(_tick(relation in rule.relations) for relation in NAMES)


def _roles() -> Iterator[Sequence[str]]:
    """A row for each act that needs no case: which roles allow it."""
    for act, rule in TABLE.items():
        if not rule.relations:
            yield act.value, *(_tick(role in rule.roles) for role in Role)


def _reach(procedure: Procedure) -> Iterator[Sequence[str]]:
    """A row for each kind of case: which roles reach it."""
    for words, category, about in KINDS:
        summary = _summary(category, about, procedure)
        if words == HEAD_AND_CHAIR:
            both = (About(Subject.STAFF, "chair"),)
            summary = replace(summary, also_about=both, chair_recused=True)
        ticks: list[str] = []
        for role in Role:
            person = Person(role, role, (role,), (), NOW)
            at = pause_ends(summary, [summary])
            relations = access.relations(person, summary, [summary], procedure, at)
            ticks.append(_tick(not INSIDE.isdisjoint(relations)))
        yield words, *ticks


def _summary(category: str | None, about: About | None, procedure: Procedure) -> Summary:
    known = procedure.named(category)
    report = Report("nobody", NOW, ("source",), "place")
    case = Case("2222", NOW, (report,), category=category, about=about)
    return replace(case, withheld=bool(known and known.withhold)).summary


def _commands() -> Iterator[Sequence[str]]:
    for command in COMMANDS.all:
        tapped = "" if command.typed else " (a button)"
        yield f"`{command.usage}`{tapped}", command.summary, command.may.value


def _tick(yes: bool) -> str:
    return "yes" if yes else "–"


if __name__ == "__main__":
    texts = Path(__file__).parents[2] / "policy_texts"
    sys.stdout.write(page(load_procedure(texts)))
