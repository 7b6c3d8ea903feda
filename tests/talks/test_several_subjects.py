"""Whom a case is about: several people, look-alikes until somebody has said which, and who may take one back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from store.model.records import Person, Role
from tests.talks.conftest import Talk
from tests.talks.stage import Stage

Join = Callable[[str, str], Awaitable[None]]


@pytest.fixture
def join(stage: Stage) -> Join:
    """Somebody of this name has joined, without an account in this chat."""

    async def joined(id: str, name: str) -> None:
        person = Person(id, name, (Role.LEADER,), (f"elsewhere:{id}",), stage.clock.now())
        await stage.bot.desk.store.add_person(person)

    return joined


async def test_a_second_person_is_named_besides_the_first(talk: Talk) -> None:
    await talk("""
        Asha> A parent writes something
        bot>  Case {a}
        Asha> (taps) The headteacher
        bot>  What is it mostly about?
        Asha> (taps) Allegation about staff
        bot>  Thank you.
        Asha> /case about {a} Mr Ahmed
        bot>  Thank you.
        Ben>  /case {a}
        bot>  I know no case
        Ben>  /case list
        bot>  No open cases.
        Efua> /case {a}
        bot>  Mr Ahmed (a member of staff)
        Efua> /case {a}
        bot>  the headteacher
    """)


async def test_a_subject_who_reported_it_cannot_say_that_it_is_about_another(talk: Talk) -> None:
    await talk("""
        Ben>  A parent writes something
        bot>  Case {a}
        Ben>  /case about {a} head
        bot>  What is it mostly about?
        Efua> /case note {a} I shall speak to the governors.
        bot>  Noted
        Ben>  /case about {a} school
        bot>  Others say now what this case is about
        Ben>  /case about {a} instead school
        bot>  Others say now what this case is about
        Ben>  /case {a}
        bot>  You sent
        Ben>  /case log {a}
        bot>  not yours to do
    """)


async def test_who_may_be_meant_does_not_say_that_it_is_somebody_else(
    talk: Talk, join: Join
) -> None:
    await join("other", "Dan Okafor")
    await talk("""
        Ben>  A parent writes something
        bot>  Case {a}
        clock> +10m
        Cleo> /case about {a} Mr Okafor
        bot>  Did you mean one of these?
        Ben>  /case about {a} only Mr Okafor
        bot>  Others say now what this case is about
        Ben>  /case about {a} Dan Okafor
        bot>  Others say now what this case is about
        Ben>  /case log {a}
        bot>  not yours to do
        Cleo> (taps) Dan Okafor
        bot>  Case {a}
        Ben>  /case log {a}
        bot>  all entries
    """)


async def test_a_subject_changes_nothing_of_what_it_is_about(talk: Talk) -> None:
    await talk("""
        Ben>  A parent writes something
        bot>  Case {a}
        Ben>  (taps) The headteacher
        bot>  What is it mostly about?
        Ben>  (taps) Allegation about staff
        bot>  Thank you.
        Ben>  /case category {a} other
        bot>  Others say now what this case is about
        Efua> /case {a}
        bot>  Allegation about staff
    """)


async def test_what_is_taken_back_is_asked_again_where_somebody_was_named_since(talk: Talk) -> None:
    await talk("""
        Asha> A parent writes something
        bot>  Case {a}
        Asha> /case about {a} Cleo Martin
        bot>  Case {a}
        Ben>  /case about {a} instead school
        bot>  Is that right?
        Asha> /case about {a} Dev Singh
        bot>  Case {a}
        Ben>  (taps) Yes, it is not about them
        bot>  Cleo Martin and Dev Singh. Is that right?
    """)


async def test_a_reporter_adds_and_does_not_take_back(talk: Talk) -> None:
    await talk("""
        Asha> A parent writes something
        bot>  Case {a}
        Asha> /case about {a} head
        bot>  Case {a}
        Asha> /case about {a} instead school
        bot>  Only whoever looks after the case can say
        Asha> /case about {a} surely1 school
        bot>  Only whoever looks after the case can say
        Ben>  /case {a}
        bot>  I know no case
    """)


async def test_whoever_looks_after_it_is_told_whom_that_lets_in(talk: Talk) -> None:
    await talk("""
        Asha> A parent writes something
        bot>  Case {a}
        Asha> (taps) A member of staff
        Asha> (taps) Not sure who
        bot>  What is it mostly about?
        Asha> (taps) Allegation about staff
        bot>  Thank you.
        Asha> /case about {a} Cleo Martin
        bot>  Thank you.
        Cleo> /case {a}
        bot>  I know no case
        Ben>  /case about {a} instead the school
        bot>  can be seen by somebody who must not see it now: Cleo Martin
        Cleo> /case {a}
        bot>  I know no case
        Ben>  (taps) Yes, it is not about them
        bot>  Case {a}
        Cleo> /case {a}
        bot>  Case {a}
        Ben>  /case log {a}
        bot>  said who it is about instead: the school
    """)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Ana Núñez", "Mrs Nunez"),
        ("Zoë Wright", "Zoe"),
        ("Juan García", "Mr Garci\u0301a"),
        ("Anna Smith-Jones", "Mrs Smith"),
        ("Jo Lake", "JL"),
        ("Pat O'Neill", "Mr O’Neill"),
        ("Robert Hale", "Bob Hale"),
        ("Mary Lee", "Cleo Martin and Mary Lee"),
    ],
)
async def test_a_like_name_sees_nothing_until_somebody_has_said_who_it_is(
    name: str, typed: str, talk: Talk, join: Join, stage: Stage
) -> None:
    answer = "Case" if " and " in typed else "Did you mean one of these?"
    await join("other", name)
    cases = await talk(f"""
        Asha> A parent writes something
        bot>  Case {{a}}
        Asha> /case about {{a}} {typed}
        bot>  {answer}
    """)
    other = await stage.bot.desk.store.person("other")
    assert await stage.bot.desk.visible(other) == [], cases


async def test_of_two_names_both_are_kept(talk: Talk) -> None:
    await talk("""
        Asha> A parent writes something
        bot>  Case {a}
        Asha> /case about {a} Cleo Martin and Ben Okafor
        bot>  Case {a}
        Cleo> /case {a}
        bot>  I know no case
        Ben>  /case {a}
        bot>  I know no case
    """)


async def test_which_of_those_of_a_like_name_it_is(talk: Talk, join: Join, stage: Stage) -> None:
    await join("jon", "Jon Martin")
    await talk("""
        Asha> A parent writes something
        bot>  Case {a}
        Asha> /case about {a} Martin
        bot>  Did you mean one of these?
        Cleo> /case {a}
        bot>  I know no case
        Asha> (taps) Jon Martin
        bot>  Case {a}
        Cleo> /case {a}
        bot>  Case {a}
    """)
    jon = await stage.bot.desk.store.person("jon")
    assert await stage.bot.desk.visible(jon) == []


async def test_a_name_of_the_schools_list_excludes_nobody(talk: Talk, stage: Stage) -> None:
    await talk("""
        Asha> A parent writes something
        bot>  Case {a}
        Asha> /case about {a} listed Miss Martin
        bot>  Case {a}
        Cleo> /case {a}
        bot>  I know no case
    """)


async def test_who_reports_the_head_reads_that_the_head_is_not_told(talk: Talk) -> None:
    await talk("""
        Asha> A parent writes something
        bot>  Case {a}
        Asha> (taps) The headteacher
        bot>  What is it mostly about?
        Asha> (taps) Allegation about staff
        bot>  The chair of governors is told. The headteacher is not.
    """)


async def test_more_that_waits_for_an_answer_hides_no_case_about_the_head(talk: Talk) -> None:
    await talk("""
        Asha> A parent writes something
        bot>  Case {a}
        Asha> (taps) The headteacher
        bot>  What is it mostly about?
        Asha> (taps) Allegation about staff
        bot>  Thank you.
        Asha> /report And this was in the playground
        bot>  Is it part of case {a}, or something new?
        clock> +1m
        bot to Efua> New case {a}
        Efua> /case {a}
        bot>  the headteacher
        Ben>  /case {a}
        bot>  I know no case
        Ben>  /case list
        bot>  No open cases.
    """)
