"""Nobody handles a case about themselves, however it is said who it is about."""

from __future__ import annotations

import pytest

from store.model.records import Person, Role
from tests.talks.conftest import Talk
from tests.talks.stage import Stage


@pytest.mark.parametrize("words", ["head", "our head", "the headmaster", "head teacher"])
async def test_the_head_is_known_by_many_names(words: str, talk: Talk) -> None:
    await talk(f"""
        Asha> A parent writes something
        bot>  Case {{a}}
        Asha> /case about {{a}} {words}
        bot>  Case {{a}}
        Ben>  /case {{a}}
        bot>  I know no case
    """)


@pytest.mark.parametrize(
    "words", ["the head, Ben", "Okafor, Ben", "Mr Ben Okafor", "Ben Okafr", "acting head"]
)
async def test_a_name_that_is_nearly_right_is_asked_about(words: str, talk: Talk) -> None:
    await talk(f"""
        Asha> A parent writes something
        bot>  Case {{a}}
        Asha> /case about {{a}} {words}
        bot>  Did you mean one of these?
    """)


async def test_who_took_it_and_becomes_its_subject_loses_it(talk: Talk) -> None:
    await talk("""
        Asha> A parent writes something
        bot>  Case {a}
        Asha> /case category {a} staff-allegation
        bot>  Who is it about?
        clock> +10m
        Ben>  /case take {a}
        bot>  Ben Okafor is looking after it
        Asha> (taps) The headteacher
        bot>  Thank you.
        clock> +1m
        bot to Efua> New case {a}
        Ben>  /case list mine
        bot>  You look after no cases.
        Efua> /case {a}
        bot>  nobody has taken it yet
    """)


async def test_without_a_chair_the_reporter_is_not_sent_to_the_head(talk: Talk) -> None:
    await talk("""
        Efua> /people take Efua Mensah the role chair
        bot>  has no role here now
        Asha> A parent writes something
        bot>  Case {a}
        Asha> (taps) The headteacher
        Asha> (taps) Allegation about staff
        bot>  not the headteacher.
        technician> gives Dev Singh the role chair
        clock> +1m
        clock> +1m
        bot to Dev>  New case {a}
    """)


async def test_a_part_about_somebody_hides_the_whole(talk: Talk) -> None:
    await talk("""
        Asha> They write about the dinner
        bot>  Case {a}
        Gita> They say somebody shouted
        bot>  Case {b}
        clock> +10m
        Ben>  /case join {b} to {a}
        bot>  With it: {b}
        Cleo> /case {a}
        bot>  They write about the dinner
        Gita> /case about {b} Cleo Martin
        bot>  Case {b}
        Cleo> /case {a}
        bot>  I know no case
        Cleo> /case {b}
        bot>  I know no case
    """)


async def test_a_case_cannot_vanish_into_a_ring_or_a_closed_one(talk: Talk) -> None:
    await talk("""
        Asha> They write about the dinner
        bot>  Case {a}
        Gita> They say somebody shouted
        bot>  Case {b}
        clock> +10m
        Ben>  /case join {b} to {a}
        bot>  With it: {b}
        Ben>  /case join {a} to {b}
        bot>  is part of case {a} already.
        Ben>  /case list
        bot>  {a} ·
        Ben>  /case apart {b}
        bot>  Case {b}
        Ben>  /case close {a} removed
        bot>  closed: removed
        Ben>  /case join {b} to {a}
        bot>  Case {a} is closed.
        Ben>  /case list
        bot>  {b} ·
    """)


async def test_urgent_of_a_part_is_urgent_of_the_whole(talk: Talk) -> None:
    await talk("""
        Asha> They write about the dinner
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> (taps) Complaint about the school
        bot>  Thank you.
        clock> +5m
        Asha> Now he writes that he comes with a knife
        bot>  Kept with case {b}
        Asha> (taps) Urgent
        bot>  is urgent now.
        clock> +10m
        bot to Ben> Urgent: case {b}
    """)


async def test_what_nobody_called_part_or_new_still_reaches_a_leader(talk: Talk) -> None:
    await talk("""
        Asha> They write about the dinner
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> (taps) Complaint about the school
        bot>  Thank you.
        clock> +5m
        Asha> Now he writes that he is angry
        bot>  Kept with case {b}
        clock> +11m
        bot to Ben> More for case {b}
        bot to Ben> Kept with case {a}.
    """)


@pytest.mark.parametrize("words", ["the chair of governors", "our chair", "Efua Mensah"])
async def test_about_the_chair_goes_to_the_head_with_the_way_to_the_local_authority(
    words: str, talk: Talk, stage: Stage
) -> None:
    school = stage.bot.desk.calendar.school
    phone = school.model_copy(update={"local_authority_phone": "01632 960456"})
    stage.bot.desk.calendar.school = phone
    await talk(f"""
        Asha> A parent writes that a governor shouted
        bot>  Case {{a}}
        Asha> (taps) A member of staff
        Asha> (taps) Not sure who
        bot>  What is it mostly about?
        Asha> (taps) Allegation about staff
        bot>  Thank you.
        Asha> /case about {{a}} {words}
        bot>  designated officer can be told directly on 01632 960456.
        clock> +1m
        bot to Ben> New case {{a}}
        Ben>  /case {{a}}
        bot>  designated officer can be told directly on 01632 960456.
        Efua> /case {{a}}
        bot>  I know no case
        Efua> /case list
        bot>  No open cases.
    """)


async def test_about_the_safeguarding_lead_goes_to_the_head(talk: Talk) -> None:
    await talk("""
        Asha> A parent writes something about her
        bot>  Case {a}
        Asha> /case about {a} the safeguarding lead
        bot>  Case {a}
        Asha> /case category {a} child-safety
        bot>  Thank you.
        clock> +1m
        bot to Ben> New case {a}
        Cleo> /case {a}
        bot>  I know no case
        Cleo> /case list
        bot>  No open cases.
    """)


async def test_about_the_head_goes_to_the_chair_alone(talk: Talk) -> None:
    await talk("""
        Asha> A parent writes something about him
        bot>  Case {a}
        Asha> (taps) The headteacher
        bot>  What is it mostly about?
        Asha> (taps) Allegation about staff
        bot>  Thank you.
        clock> +1m
        bot to Efua> New case {a}
        Ben>  /case list
        bot>  No open cases.
        Ben>  /case overdue
        bot>  Nothing is overdue.
        Cleo> /case list
        bot>  No open cases.
        Efua> /case list
        bot>  {a} ·
    """)


async def test_a_case_that_nobody_may_see_is_said_to_its_reporter_again(talk: Talk) -> None:
    await talk("""
        Asha> A parent writes something about him
        bot>  Case {a}
        Asha> (taps) The headteacher
        bot>  What is it mostly about?
        Asha> (taps) Allegation about staff
        bot>  The chair of governors is told. The headteacher is not.
        Efua> /people take Efua Mensah the role chair
        bot>  has no role here now
        clock> +20m
        bot to Asha> Case {a} still waits, and nobody has been told.
        bot to Asha> please tell the chair of governors in person, not the headteacher.
    """)


async def test_once_somebody_may_see_it_nobody_is_alarmed(talk: Talk) -> None:
    await talk("""
        Efua> /people take Efua Mensah the role chair
        bot>  has no role here now
        Asha> A parent writes something about him
        bot>  Case {a}
        Asha> (taps) The headteacher
        bot>  What is it mostly about?
        Asha> (taps) Allegation about staff
        bot>  not the headteacher.
        technician> gives Dev Singh the role chair
        clock> +20m
        bot to Asha> (nothing)
    """)


async def with_twin(stage: Stage, name: str) -> None:
    """A second record, as a chat makes one of whoever first writes there."""
    desk = stage.bot.desk
    await desk.store.add_person(Person("twin", name, (Role.STAFF,), ("elsewhere:1",), desk.now()))


@pytest.mark.parametrize("said", ["/case about {a} id twin", "/case about {a} Cleo Martin"])
async def test_a_case_about_one_record_is_about_the_other_of_that_name(
    said: str, talk: Talk, stage: Stage
) -> None:
    await with_twin(stage, "Ms Cleo Martin")
    await talk(
        """
        Asha> They say that somebody shouted
        bot>  Case {a}
        clock> +10m
        Cleo> /case {a}
        bot>  They say that somebody shouted
        Asha> SAID
        bot>  Case {a}
        clock> +10m
        Cleo> /case {a}
        bot>  I know no case
        Ben>  /case {a}
        bot>  They say that somebody shouted
    """.replace("SAID", said)
    )


async def test_a_case_about_a_second_record_of_the_head_is_about_the_head(
    talk: Talk, stage: Stage
) -> None:
    await with_twin(stage, "Ben Okafor")
    await talk("""
        Asha> They say that somebody shouted
        bot>  Case {a}
        Asha> /case about {a} id twin
        bot>  Case {a}
        Cleo> /case {a}
        bot>  I know no case
        Efua> /case {a}
        bot>  They say that somebody shouted
    """)


async def test_a_case_about_the_head_is_about_every_record_of_that_name(
    talk: Talk, stage: Stage
) -> None:
    await with_twin(stage, "Ben Okafor")
    cases = await talk("""
        Asha> They say that somebody shouted
        bot>  Case {a}
        Asha> (taps) The headteacher
        bot>  What is it mostly about?
    """)
    about = (await stage.bot.desk.store.case(cases["a"])).about
    assert about
    assert set(about.heads) == {"ben", "twin"}


async def test_one_name_is_offered_once(talk: Talk, stage: Stage) -> None:
    await with_twin(stage, "Cleo Martin")
    await talk("""
        Asha> They say that somebody shouted
        bot>  Case {a}
        Asha> /case about {a} staff
        bot>  Which member of staff?
    """)
    [shown] = [seen for seen in stage.seen("Asha") if "Which member of staff?" in seen]
    assert shown.words.count("Cleo Martin") == 1
