"""What somebody who belongs here tries, to learn of a case about themselves; and nobody else loses it by that."""

from __future__ import annotations

import pytest

from handlers.school.role_log import note_found
from store.model.records import Person, Role
from tests.talks.conftest import Talk
from tests.talks.stage import Stage


def read_last(stage: Stage, name: str) -> str:
    return stage.seen(name)[-1].words


async def test_what_was_joined_with_it_and_let_go_does_not_name_it(
    talk: Talk, stage: Stage
) -> None:
    cases = await talk("""
        Asha> They say Cleo shouted
        bot>  Case {a}
        Gita> They write about the dinner
        bot>  Case {b}
        clock> +10m
        Ben>  /case join {b} to {a}
        bot>  With it: {b}
        Ben>  /case apart {b}
        bot>  joined it to {a}
        Asha> /case about {a} Cleo Martin
        bot>  Case {a}
        Cleo> /case {b}
        bot>  I know no case
        Ben>  /case about {b} school
        bot>  who must not see it now: Cleo Martin
        Ben>  (taps) Yes, it is not about them
        bot>  Case {b}
        Cleo> /case {b}
        bot>  They write about the dinner
        Cleo> /case log {b}
        bot>  all entries
    """)
    assert not any(cases["a"] in seen.words for seen in stage.seen("Cleo"))
    await talk("""
        Ben>  /case log {b}
        bot>  joined it to {a}
    """)


async def test_what_comes_after_a_report_of_theirs_names_that_one_alone(
    talk: Talk, stage: Stage
) -> None:
    """Whatever leadership has joined that to is not theirs to know: here it is about them."""
    cases = await talk("""
        Asha> They say Gita shouted
        bot>  Case {a}
        Gita> They write about the dinner
        bot>  Case {b}
        clock> +10m
        Ben>  /case join {b} to {a}
        bot>  With it: {b}
        Asha> /case about {a} Gita Rao
        bot>  Case {a}
        Gita> /report And about the bread
        bot>  Is it part of case {b}, or something new?
        Gita> (taps) A new case
        bot>  Case
        Gita> /case status
        bot>  Cases
    """)
    assert not any(cases["a"] in seen.words for seen in stage.seen("Gita"))


async def test_whoever_reported_a_case_about_themselves_does_not_read_what_others_said(
    talk: Talk, stage: Stage
) -> None:
    await talk("""
        Ben>  A parent writes something
        bot>  Case {a}
        clock> +10m
        Cleo> /case about {a} Ben Okafor
        bot>  You no longer see this case
        Ben>  /case category {a} other
        bot>  Others say now
        Ben>  /case urgent {a}
        bot>  Thank you. Leadership is being told now. “/case {a}” shows where it stands.
    """)
    said = read_last(stage, "Ben")
    assert "head" not in said
    assert "chair" not in said
    await talk("""
        Efua> /case {a}
        bot>  Ben Okafor (the headteacher)
    """)


async def test_a_case_about_head_and_chair_is_the_safeguarding_leads(talk: Talk) -> None:
    await talk("""
        Asha> They say both of them knew of it
        bot>  Case {a}
        Asha> /case category {a} staff-allegation
        bot>  Case {a}
        Asha> /case about {a} the head and the chair of governors
        bot>  The safeguarding lead is told. The headteacher and the chair of governors are not.
        clock> +1m
        bot to Cleo> New case {a}
        Ben>  /case {a}
        bot>  I know no case
        Efua> /case {a}
        bot>  I know no case
        Dev>  /case {a}
        bot>  I know no case
        technician> gives Dev Singh the role chair
        clock> +1m
        clock> +1m
        bot to Dev> New case {a}
    """)


async def test_a_case_about_everybody_who_could_look_after_it_is_for_the_local_authority(
    talk: Talk,
) -> None:
    await talk("""
        Asha> They say all of them knew of it
        bot>  Case {a}
        Asha> /case category {a} staff-allegation
        bot>  Case {a}
        Asha> /case about {a} head and DSL and the chair of governors
        bot>  tell the local authority’s designated officer
        clock> +16m
        bot to Asha> Case {a} still waits, and nobody has been told.
        Cleo> /case {a}
        bot>  I know no case
    """)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Nguyễn Thị Minh", "Mrs Nguyen"),
        ("Wang Wei", "Mr Wang"),
        ("Oluwaseun Adé", "Oluwaseun"),
        ("Pat O'Neill", "Pat O Neill"),
        ("Uwe Müller", "Mr Mueller"),
        ("İpek Yılmaz", "Ms Yilmaz"),
        ("Juan García", "the teacher Mr Garcia in Year 4"),
    ],
)
async def test_whoever_joins_later_and_may_be_meant_sees_nothing(
    name: str, typed: str, talk: Talk, stage: Stage
) -> None:
    cases = await talk(f"""
        Asha> A parent writes something
        bot>  Case {{a}}
        Asha> /case about {{a}} {typed}
        bot>  Case {{a}}
    """)
    desk, now = stage.bot.desk, stage.clock.now()
    for id, called in (("new", name), ("other", "Kim Okonkwo")):
        person = Person(id, called, (Role.LEADER,), (f"else:{id}",), now)
        await desk.store.add_person(person)
        await note_found(person, desk.store, now)
    assert await desk.visible(await desk.store.person("new")) == []
    seen = [
        listed.summary.reference for listed in await desk.visible(await desk.store.person("other"))
    ]
    assert seen == [cases["a"]]


async def test_an_answer_that_was_cut_short_forgets_nothing_of_what_was_said(
    talk: Talk, stage: Stage
) -> None:
    """A button holds only the beginning of a long name."""
    await talk("""
        Asha> A parent writes something
        bot>  Case {a}
        Asha> /case about {a} Mr Okafr or perhaps Mrs Nunez
        bot>  Did you mean one of these?
        Asha> /case about {a} only Mr Okafr
        bot>  Case {a}
        Ben>  /case {a}
        bot>  Mr Okafr or perhaps Mrs Nunez
    """)
