"""Cases are kept as long as the school has decided, and erased on somebody's word, asked twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from handlers.messages import Incoming, Sender
from handlers.workflow.changes import apply
from store.model.memos import Counted, Erased
from store.model.records import Notice
from tests.talks.conftest import Talk
from tests.talks.stage import Stage

SCHOOL = "[retention]\nyears = 2\n[retention.outcome]\nunfounded = 1\nremoved = 0\n"
CLOSED = """
    Asha> They call the kitchen filthy
    bot>  Case {a}
    Asha> (taps) The school
    bot>  What is it mostly about?
    Asha> (taps) Complaint about the school
    Asha> /case about {a} school
    bot>  Thank you.
    Ben>  /case close {a} unfounded
    bot>  closed: unfounded
"""


@pytest.fixture(autouse=True)
def school(tmp_path: Path) -> None:
    (tmp_path / "school.toml").write_text(SCHOOL)


async def test_a_year_later_the_head_is_asked_and_asked_again(talk: Talk, stage: Stage) -> None:
    cases = await talk(CLOSED)
    await talk(
        """
        Ben>  /case erase {a}
        bot>  Case {a} is kept until 24 November 2027
        Ben>  /case expired
        bot>  No case’s time is over.
    """.replace("{a}", cases["a"])
    )
    await talk(f"""
        clock> 2027-12-01 09:00
        Ben>  /case expired
        bot>  Cases whose time is over: 1
        bot>  {cases["a"]} · Complaint about the school · closed 24 November 2026
        Ben>  (taps) Erase {cases["a"]}
        bot>  Erase case {cases["a"]} for good?
        bot>  This deletes all that is kept of it: a message and
        bot>  that there was a case of “Complaint about the school” in November 2026
        Ben>  (taps) Erase for good
        bot>  Erased: {cases["a"]}.
        Ben>  /case {cases["a"]}
        bot>  I know no case
        Asha> /case status
        bot>  You have not passed anything on yet.
    """)
    memo = await stage.bot.desk.store.memo(Erased, cases["a"])
    assert memo
    assert memo.counted == (Counted("school-complaint", "2026-11", apart=False),)
    assert not (stage.folder / "data" / "cases" / cases["a"]).exists()


async def test_what_is_held_is_not_erased(talk: Talk) -> None:
    await talk(CLOSED)
    await talk("""
        Cleo> /case hold {a}
        bot>  Why should case {a} be kept
        Cleo> the child is still at the school
        bot>  Case {a} is held
        Ben>  /case {a}
        bot>  the child is still at the school
        clock> 2027-12-01 09:00
        Ben>  /case expired
        bot>  No case’s time is over.
        Ben>  /case erase {a}
        bot>  Case {a} is held: the child is still at the school.
        Cleo> /case lift {a}
        bot>  not among the things you can do
        Ben>  /case lift {a}
        bot>  is held no longer
        Ben>  /case expired
        bot>  Cases whose time is over: 1
    """)


async def test_whatever_happened_in_between_is_looked_at_first(talk: Talk) -> None:
    await talk(CLOSED)
    await talk("""
        clock> 2027-12-01 09:00
        Ben>  /case erase {a}
        bot>  Erase case {a} for good?
        Cleo> /case note {a} his sister has come to the school
        bot>  Noted
        Ben>  (taps) Erase for good
        bot>  Erase case {a} for good?
        Ben>  (taps) Open
        bot>  his sister has come
    """)


async def test_only_the_chair_erases_what_is_about_the_head(talk: Talk, stage: Stage) -> None:
    cases = await talk("""
        Asha> They say the head shouted
        bot>  Case {a}
        Asha> (taps) The headteacher
        Asha> (taps) Complaint about staff
        bot>  Thank you
        Efua> /case close {a} unfounded
        bot>  closed: unfounded
        clock> 2027-12-01 09:00
        clock> +20m
        Efua> /case expired
        bot>  Cases whose time is over: 1
        Ben>  /case expired
        bot>  No case’s time is over.
        Ben>  /case erase {a}
        bot>  I know no case
        Ben>  /case hold {a} mine
        bot>  I know no case
        Efua> (taps) Erase {a}
        bot>  Erase case {a} for good?
        Efua> (taps) Erase for good
        bot>  Erased: {a}.
    """)
    assert not any(
        "time is over" in seen.words and cases["a"] in seen.words for seen in stage.seen("Ben")
    )


async def test_what_was_joined_goes_along(talk: Talk, stage: Stage) -> None:
    cases = await talk("""
        Asha> They call the kitchen filthy
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> (taps) Complaint about the school
        Gita> The kitchen again
        bot>  Case {b}
        Gita> /case about {b} school
        bot>  Case {b}
        clock> +10m
        Ben>  /case join {b} to {a}
        bot>  With it: {b}
        Ben>  /case erase {b}
        bot>  Case {a} is open.
        Ben>  /case close {a} removed
        bot>  closed: removed
        Ben>  /case erase {b}
        bot>  Erase case {a} for good?
        bot>  It also deletes what was joined to it: {b}.
        Ben>  (taps) Erase for good
        bot>  {a} and {b}
        Gita> /case {b}
        bot>  I know no case
    """)
    assert sorted(path.name for path in (stage.folder / "data" / "cases").iterdir()) == []
    memo = await stage.bot.desk.store.memo(Erased, cases["a"])
    assert memo
    assert len(memo.counted) == 2


async def test_the_list_comes_once_a_month(talk: Talk, stage: Stage) -> None:
    cases = await talk(CLOSED)
    rest = "clock> +5m\n" * 5  # one is not told of everything in the same minute
    await talk(f"clock> 2027-12-01 09:00\n{rest}")
    lists = [seen.words for seen in stage.seen("Ben") if "time is over" in seen.words]
    assert len(lists) == 1
    assert f"{cases['a']} · Complaint about the school · closed 24 November 2026" in lists[0]
    await talk(f"clock> 2027-12-02 09:00\n{rest}")
    assert sum("time is over" in seen.words for seen in stage.seen("Ben")) == 1
    await talk(f"clock> 2028-01-05 09:00\n{rest}")
    assert sum("time is over" in seen.words for seen in stage.seen("Ben")) == 2
    assert not any(
        "time is over" in seen.words for who in ("Cleo", "Asha", "Efua") for seen in stage.seen(who)
    )


async def test_what_a_platform_sends_again_opens_nothing(talk: Talk, stage: Stage) -> None:
    cases = await talk("""
        Asha> They call the kitchen filthy
        bot>  Case {a}
        Asha> /case about {a} school
        bot>  Case {a}
    """)
    case = await stage.bot.desk.store.case(cases["a"])
    await talk(
        """
        Ben>  /case close {a} removed
        bot>  closed: removed
        Ben>  /case erase {a}
        bot>  Erase case {a} for good?
        Ben>  (taps) Erase for good
        bot>  Erased: 
    """.replace("{a}", cases["a"])
    )
    again = Incoming(
        case.reports[0].sources[0],
        Sender(stage.account("Asha"), "Asha Patel"),
        case.reports[0].place,
        stage.clock.now(),
        text="They call the kitchen filthy",
    )
    reply = await stage.bot.receive(again)
    assert reply
    assert "was erased since" in repr(reply)
    assert await stage.bot.desk.store.summaries() == []
    stage.clock._set(stage.clock.now().replace(year=2027))
    await stage.bot.work()
    [memo] = await stage.bot.desk.store.memos(Erased)
    assert memo.sources == ()
    await stage.bot.receive(again)
    assert len(await stage.bot.desk.store.summaries()) == 1


async def test_a_notice_that_was_owed_is_not_sent(talk: Talk, stage: Stage) -> None:
    cases = await talk(CLOSED.replace("unfounded", "removed"))
    later = Notice("late", "closed", "asha", stage.clock.now().replace(hour=12), cases["a"])
    await apply(stage.bot.desk, cases["a"], lambda case: case.owe(later))
    await talk(
        """
        Ben>  /case erase {a}
        bot>  Erase case {a} for good?
        Ben>  (taps) Erase for good
        bot>  Erased: 
        clock> +1d
    """.replace("{a}", cases["a"])
    )
    await stage.quiet()
    assert await stage.bot.desk.store.claim(stage.clock.now(), 9, 1) == []


async def test_leaders_are_told_once_that_chats_keep_copies(talk: Talk, stage: Stage) -> None:
    await talk("""
        Asha> They call the kitchen filthy
        bot>  Case {a}
        Asha> /case about {a} school
        bot>  Case {a}
        Ben>  /case {a}
        bot>  this chat keeps its own copy
        clock> +2h
        Ben>  /case {a}
        bot>  They call the kitchen filthy
        Asha> /case {a}
        bot>  What is it mostly about?
    """)
    told = [
        who for who in ("Ben", "Asha") for seen in stage.seen(who) if "its own copy" in seen.words
    ]
    assert told == ["Ben"]
