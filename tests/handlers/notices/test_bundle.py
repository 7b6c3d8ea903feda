"""Several notices as one message: each thing is said once, and each button is there once."""

from __future__ import annotations

from handlers.messages import Choice, Choices, Heading, Reply, Text, say
from handlers.notices.bundle import bundle, fits_one_message

TITLE = "Case K7PQ · Threat of violence"
OPEN = Choice("Open K7PQ", "case K7PQ")
OTHER = Choice("Open M4RT", "case M4RT")


def news(title: str, line: str, button: Choice) -> Reply:
    return say(f"{title}\n{line}", Choices((button,))).showing([button.label[-4:]])


def texts(reply: Reply) -> list[str]:
    return [part.text for part in reply.parts if isinstance(part, Text | Heading)]


def labels(reply: Reply) -> list[str]:
    return [c.label for part in reply.parts if isinstance(part, Choices) for c in part.options]


def test_what_is_told_of_one_case_stands_under_its_title_once() -> None:
    one, two = news(TITLE, "Cleo did this.", OPEN), news(TITLE, "Cleo did that.", OPEN)
    said = bundle([one, two])
    assert texts(said) == [f"{TITLE}\nCleo did this.\nCleo did that."]
    assert labels(said) == ["Open K7PQ"]
    assert said.shows == {"K7PQ"}


def test_what_is_the_same_to_the_last_word_is_told_once() -> None:
    button = Choices((OPEN,))
    more = Reply((Heading("More for case K7PQ"), Text("Threat"), button)).showing(["K7PQ"])
    other = Reply((Heading("More for case M4RT"), Text("Threat"), Choices((OTHER,))))
    said = bundle([more, other, more, more])
    assert texts(said) == ["More for case K7PQ", "Threat", "More for case M4RT", "Threat"]
    assert labels(said) == ["Open K7PQ", "Open M4RT"]
    assert said.shows == {"K7PQ"}


def test_a_case_that_the_message_of_the_day_opens_has_no_second_button() -> None:
    today = Reply((Heading("Today"), Text("Overdue:\nK7PQ"), Choices((OPEN, OTHER))))
    said = bundle([today, news(TITLE, "Cleo did this.", OPEN)])
    assert texts(said) == ["Today", "Overdue:\nK7PQ", f"{TITLE}\nCleo did this."]
    assert labels(said) == ["Open K7PQ", "Open M4RT"]


def test_what_is_alike_by_name_alone_is_told_apart() -> None:
    one = Reply((Heading("New case K7PQ"), Choices((Choice("Open", "case K7PQ"),))))
    two = Reply((Heading("New case M4RT"), Choices((Choice("Open", "case M4RT"),))))
    assert labels(bundle([one, two])) == ["1. Open", "2. Open"]


def test_a_morning_with_much_news_is_one_message() -> None:
    choices = tuple(Choice(f"Open B{n}CD", f"case B{n}CD") for n in range(2, 10))
    today = Reply((Heading("Today"), Text("Overdue:"), Choices((OPEN, *choices))))
    of_the_same = [news(TITLE, f"Cleo did this, {n}.", OPEN) for n in range(20)]
    of_others = [news(f"Case {n}", "Cleo did this.", Choice(f"Open {n}", "c")) for n in range(5)]
    assert fits_one_message([today, *of_the_same, *of_others])
    assert not fits_one_message([today, *of_others, news("Case 9", "x", Choice("Open 9", "c"))])
