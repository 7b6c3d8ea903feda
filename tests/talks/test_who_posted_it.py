"""Who posted it: said apart from whom a case is about, and a colleague who did is shut out of it."""

from __future__ import annotations

import re

import pytest

from store.model.records import Person, Role
from tests.talks.conftest import Talk
from tests.talks.stage import Stage


async def test_a_colleague_who_posted_it_loses_sight_of_it(talk: Talk) -> None:
    await talk("""
        Asha> They write about a child
        bot>  Case {a}
        Asha> /case category {a} child-safety
        bot>  Who is it about?
        Asha> (taps) A pupil
        bot>  Thank you.
        clock> +1m
        bot to Cleo> New case {a}
        Cleo> /case take {a}
        bot>  Cleo Martin is looking after it
        Asha> /case posted {a} Cleo Martin
        bot>  Posted by Cleo Martin (a colleague).
        Cleo> /case {a}
        bot>  I know no case
        Cleo> /case list
        bot>  No open cases.
        Cleo> /case find child
        bot>  No case with
        Ben>  /case {a}
        bot>  Cleo Martin (a colleague)
        Ben>  /case {a}
        bot>  nobody has taken it yet
        Ben>  /case log {a}
        bot>  said who posted it: Cleo Martin (a colleague)
    """)


async def test_what_the_head_posted_goes_to_the_chair_alone(talk: Talk) -> None:
    await talk("""
        Asha> They write about the dinner
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> (taps) Complaint about the school
        bot>  Thank you.
        Asha> (taps) Who posted it?
        bot>  Who posted it?
        Asha> (taps) The headteacher
        bot>  The chair of governors is told. The headteacher is not.
        clock> +1m
        bot to Efua> New case {a}
        Efua> /case {a}
        bot>  the headteacher
        Ben>  /case {a}
        bot>  I know no case
        Ben>  /case list
        bot>  No open cases.
        Ben>  /case overdue
        bot>  Nothing is overdue.
        Cleo> /case {a}
        bot>  I know no case
    """)


async def test_what_the_chair_posted_stays_with_the_head(talk: Talk, stage: Stage) -> None:
    school = stage.bot.desk.calendar.school
    phone = school.model_copy(update={"local_authority_phone": "01632 960456"})
    stage.bot.desk.calendar.school = phone
    await talk("""
        Asha> They write about the dinner
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> (taps) Complaint about the school
        bot>  Thank you.
        Asha> /case posted {a} the chair of governors
        bot>  designated officer can be told directly on 01632 960456.
        clock> +1m
        bot to Ben> New case {a}
        Efua> /case {a}
        bot>  I know no case
        Ben>  /case {a}
        bot>  designated officer can be told directly on 01632 960456.
    """)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("a parent", "a parent"),
        ("a parent of Year 5", "a parent of Year 5"),
        ("a parent of Tom and Ella Reid", "a parent of Tom and Ella Reid"),
        ("a parent, Mrs Bell", "Mrs Bell (a parent)"),
        ("a pupil", "a pupil"),
        ("pupil Tom Reid", "Tom Reid (a pupil)"),
        ("@dinners_today", "the account @dinners_today"),
        ("the page Elm Road Mums", "the account Elm Road Mums"),
        ("by Jon Bell", "Jon Bell"),
        ("somebody else", "somebody else"),
        ("not known", "not known"),
    ],
)
async def test_whoever_is_no_colleague_shuts_nobody_out(typed: str, shown: str, talk: Talk) -> None:
    await talk(f"""
        Asha> They write about the dinner
        bot>  Case {{a}}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> (taps) Complaint about the school
        bot>  Thank you.
        Asha> /case posted {{a}} {typed}
        bot>  Posted by {shown}.
        Ben>  /case {{a}}
        bot>  {shown}
        Cleo> /case log {{a}}
        bot>  said who posted it: {shown}
        Efua> /case {{a}}
        bot>  I know no case
    """)


@pytest.mark.parametrize(
    "typed",
    [
        "Mrs Martin",
        "Martin, Cleo",
        "Cleo Martn",
        "@cleo_martin",
        "@CleoMartin77",
        "account cmartin",
    ],
)
async def test_a_name_written_otherwise_is_asked_about(typed: str, talk: Talk) -> None:
    await talk(f"""
        Asha> They write about the dinner
        bot>  Case {{a}}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> /case posted {{a}} {typed}
        bot>  Did you mean one of these?
        Cleo> /case {{a}}
        bot>  I know no case
        Asha> (taps) Cleo Martin
        bot>  Posted by Cleo Martin (a colleague).
        Cleo> /case {{a}}
        bot>  I know no case
        Ben>  /case {{a}}
        bot>  Cleo Martin (a colleague)
    """)


async def test_an_account_that_is_nobodys_here_lets_its_namesake_in(talk: Talk) -> None:
    await talk("""
        Asha> They write about the dinner
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> /case posted {a} @cleo.martin
        bot>  Did you mean one of these?
        Cleo> /case {a}
        bot>  I know no case
        Asha> (taps) No, somebody else
        bot>  Posted by the account @cleo.martin.
        Cleo> /case {a}
        bot>  the account @cleo.martin
    """)


async def test_of_several_of_a_like_name_all_are_shut_out_until_it_is_said_who(
    talk: Talk, stage: Stage
) -> None:
    jon = Person("jon", "Jon Martin", (Role.LEADER,), ("elsewhere:jon",), stage.clock.now())
    await stage.bot.desk.store.add_person(jon)
    await talk("""
        Asha> They write about the dinner
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> /case posted {a} colleague Martin
        bot>  Did you mean one of these?
        Cleo> /case {a}
        bot>  I know no case
    """)
    assert await stage.bot.desk.visible(jon) == []
    await talk("""
        Asha> (taps) Jon Martin
        bot>  Posted by Jon Martin (a colleague).
    """)
    assert await stage.bot.desk.visible(jon) == []
    cleo = [p for p in await stage.bot.desk.store.people() if p.name == "Cleo Martin"]
    assert len(await stage.bot.desk.visible(cleo[0])) == 1


async def test_a_poster_who_reported_it_changes_nothing_any_more(talk: Talk) -> None:
    await talk("""
        Ben>  I wrote something about the dinner
        bot>  Case {a}
        Ben>  (taps) The school
        bot>  What is it mostly about?
        Ben>  (taps) Complaint about the school
        bot>  Thank you.
        Ben>  /case posted {a} me
        bot>  Posted by Ben Okafor (the headteacher).
        Efua> /case {a}
        bot>  Ben Okafor (the headteacher)
        Efua> /case note {a} I shall speak to the governors.
        bot>  Noted
        Ben>  /case posted {a} a parent
        bot>  Others say now what this case is about
        Ben>  /case posted {a} instead a parent
        bot>  Others say now what this case is about
        Ben>  /case about {a} Cleo Martin
        bot>  Others say now what this case is about
        Ben>  /case category {a} other
        bot>  Others say now what this case is about
        Ben>  /case log {a}
        bot>  not yours to do
        Ben>  /case note {a} I am sorry.
        bot>  Noted
        Ben>  /case {a}
        bot>  You sent
    """)


async def test_a_reporter_adds_and_does_not_take_back(talk: Talk) -> None:
    await talk("""
        Asha> They write about the dinner
        bot>  Case {a}
        Asha> /case posted {a} Cleo Martin
        bot>  Case {a}
        Asha> /case posted {a} a parent of Year 5
        bot>  Posted by Cleo Martin (a colleague); a parent of Year 5.
        Asha> /case posted {a} instead a parent
        bot>  Only whoever looks after the case can say that somebody did not post it.
        Asha> /case posted {a} surely2 a parent
        bot>  Only whoever looks after the case can say that somebody did not post it.
        Asha> /case posted {a} only Cleo Martin
        bot>  Case {a}
        Cleo> /case {a}
        bot>  I know no case
    """)


async def test_whoever_looks_after_it_is_told_whom_that_lets_in(talk: Talk) -> None:
    await talk("""
        Asha> They write about the dinner
        bot>  Case {a}
        Asha> /case category {a} child-safety
        bot>  Who is it about?
        Asha> (taps) A pupil
        bot>  Thank you.
        Asha> /case posted {a} Cleo Martin
        bot>  Case {a}
        Ben>  /case posted {a} instead a parent
        bot>  can be seen by somebody who must not see it now: Cleo Martin
        Cleo> /case {a}
        bot>  I know no case
        Ben>  (taps) Yes, they did not post it
        bot>  Case {a}
        Cleo> /case {a}
        bot>  a parent
        Ben>  /case log {a}
        bot>  said who posted it instead: a parent
        clock> +1m
        bot to Cleo> New case {a}
    """)


@pytest.mark.parametrize("verb", ["about", "posted"])
async def test_what_no_button_holds_is_typed(verb: str, talk: Talk, stage: Stage) -> None:
    name = "Professor Maximiliane Wolkenstein-Trostburg"
    cases = await talk(f"""
        Asha> They write about the dinner
        bot>  Case {{a}}
        clock> +10m
        Asha> /case {verb} {{a}} Cleo Martin
        bot>  Case {{a}}
        Ben>  /case {verb} {{a}} surely1 {name}
        bot>  If so, type: /case {verb} {{a}} surely
        Ben>  /case {verb} {{a}} instead {name}
        bot>  If so, type: /case {verb} {{a}} surely
    """)
    shown = next(
        each.words for each in reversed(stage.seen("Ben")) if "If so, type: " in each.words
    )
    await talk(f"""
        Ben>  {re.findall("/case .*", shown)[0]}
        bot>  {name}
        Cleo> /case {cases["a"]}
        bot>  {name}
    """)


async def test_taking_back_who_posted_it_lets_nobody_in_whom_it_is_about(talk: Talk) -> None:
    await talk("""
        Asha> They write about the dinner
        bot>  Case {a}
        Asha> /case posted {a} Cleo Martin
        bot>  Case {a}
        Asha> /case about {a} Cleo Martin
        bot>  Case {a}
        Ben>  /case posted {a} instead a parent
        bot>  Case {a}
        Cleo> /case {a}
        bot>  I know no case
        Ben>  /case about {a} instead school
        bot>  can be seen by somebody who must not see it now: Cleo Martin
    """)


async def test_it_is_asked_again_where_somebody_was_named_since(talk: Talk) -> None:
    await talk("""
        Asha> They write about the dinner
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> /case posted {a} Cleo Martin
        bot>  Case {a}
        Ben>  /case posted {a} instead a parent
        bot>  Is that right?
        Asha> /case posted {a} Dev Singh
        bot>  Case {a}
        Ben>  (taps) Yes, they did not post it
        bot>  Cleo Martin and Dev Singh. Is that right?
    """)


async def test_a_part_that_somebody_posted_hides_the_whole(talk: Talk) -> None:
    await talk("""
        Asha> They write about the dinner
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Gita> They write about the dinner hall
        bot>  Case {b}
        Gita> (taps) The school
        bot>  What is it mostly about?
        Ben>  /case join {b} to {a}
        bot>  With it: {b}
        Cleo> /case {a}
        bot>  They write about the dinner
        Gita> /case posted {b} Cleo Martin
        bot>  Posted by Cleo Martin (a colleague).
        Cleo> /case {a}
        bot>  I know no case
        Cleo> /case {b}
        bot>  I know no case
        Asha> /case posted {a} the head
        bot>  Posted by the headteacher.
        Ben>  /case {b}
        bot>  I know no case
        Efua> /case {b}
        bot>  Cleo Martin (a colleague)
    """)


async def test_leaders_tap_who_posted_it(talk: Talk) -> None:
    await talk("""
        Asha> They write about the dinner
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> (taps) Complaint about the school
        bot>  Thank you.
        Ben>  /case {a}
        bot>  Case {a}
        Ben>  (taps) More
        bot>  Case {a}: more
        Ben>  (taps) Who posted it?
        bot>  Who posted it?
        Ben>  (taps) A colleague
        bot>  Which member of staff?
        Ben>  (taps) Dev Singh
        bot>  Dev Singh (a colleague)
        Dev>  /case {a}
        bot>  I know no case
    """)


async def test_an_accounts_name_is_typed(talk: Talk) -> None:
    await talk("""
        Asha> They write about the dinner
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Ben>  /case posted {a}
        bot>  Who posted it?
        Ben>  (taps) An account or page
        bot>  What is the account or page called?
        Ben>  Elm Road Mums
        bot>  the account Elm Road Mums
    """)


async def test_a_reporter_reads_their_own_words_and_not_what_leaders_made_of_it(
    talk: Talk, stage: Stage
) -> None:
    await talk("""
        Asha> They write about the dinner
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> (taps) Complaint about the school
        bot>  Thank you.
        Asha> /case posted {a} a parent
        bot>  Posted by a parent.
        Ben>  /case posted {a} Dev Singh
        bot>  Dev Singh (a colleague)
        Ben>  /case about {a} Cleo Martin
        bot>  Cleo Martin
        Asha> /case {a}
        bot>  a parent
        Asha> /case urgent {a}
        bot>  urgent now
    """)
    for seen in stage.seen("Asha"):
        assert "Dev Singh" not in seen.words
        assert "Cleo Martin" not in seen.words


async def test_a_reporter_is_not_asked_whom_a_leader_meant(talk: Talk) -> None:
    await talk("""
        Asha> They write about the dinner
        bot>  Case {a}
        clock> +10m
        Ben>  /case posted {a} Mr Singh
        bot>  Did you mean one of these?
        Ben>  /case about {a} Mrs Martin
        bot>  Did you mean one of these?
        Asha> /case posted {a} a parent
        bot>  Posted by a parent.
        Asha> /case about {a} a pupil
        bot>  Case {a}
        Asha> /case posted {a} only Mr Singh
        bot>  Case {a}
        Asha> /case about {a} only Mrs Martin
        bot>  Case {a}
        Dev>  /case {a}
        bot>  I know no case
        Cleo> /case {a}
        bot>  I know no case
    """)


async def test_a_reporter_does_not_read_that_leaders_find_it_about_the_head(
    talk: Talk, stage: Stage
) -> None:
    await talk("""
        Asha> They write about the dinner
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> (taps) Complaint about the school
        bot>  Thank you.
        Cleo> /case posted {a} the headteacher
        bot>  no longer see this case
        Efua> /case {a}
        bot>  the headteacher
        Asha> /case posted {a} not known
        bot>  Case {a}
    """)
    assert not any("headteacher is not" in seen.words for seen in stage.seen("Asha"))


async def test_two_say_who_posted_it_and_each_is_an_entry(talk: Talk) -> None:
    await talk("""
        Asha> They write about the dinner
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Ben>  /case posted {a} a parent
        bot>  a parent
        Asha> /case posted {a} a parent
        bot>  Posted by a parent.
        Asha> /case posted {a} a parent
        bot>  Posted by a parent.
        Ben>  /case log {a}
        bot>  Ben Okafor said who posted it: a parent
        Ben>  /case log {a}
        bot>  Asha Patel said who posted it: a parent
    """)


async def test_cases_are_found_by_who_posted_it(talk: Talk) -> None:
    await talk("""
        Asha> They write about the dinner
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> /case posted {a} @dinners_today
        bot>  Case {a}
        Ben>  /case find dinners_today
        bot>  {a}
    """)


async def test_who_posted_a_closed_case_is_said_by_those_who_look_after_it(talk: Talk) -> None:
    await talk("""
        Asha> They write about the dinner
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> (taps) Complaint about the school
        bot>  Thank you.
        Ben>  /case close {a} removed
        bot>  closed: removed
        Ben>  /case posted {a} a parent
        bot>  Posted by: a parent
        Asha> /case posted {a} a parent
        bot>  is closed
    """)


async def test_a_name_that_is_typed_in_place_of_a_tap_is_who_posted_it(talk: Talk) -> None:
    await talk("""
        Asha> They write about the dinner
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> (taps) Complaint about the school
        bot>  Thank you.
        Asha> (taps) Who posted it?
        bot>  Who posted it? Tap one, or type a name.
        Asha> urgent
        bot>  Kept: 2 messages
        Asha> (taps) Who posted it?
        bot>  Who posted it? Tap one, or type a name.
        Asha> Jo Rival
        bot>  Posted by Jo Rival.
        Ben>  /case posted {a}
        bot>  Who posted it? Tap one, or type a name.
        Ben>  Mrs Bell
        bot>  Posted by: Jo Rival; Mrs Bell
        Ben>  /case posters
        bot>  Mrs Bell · a case: {a}
    """)
