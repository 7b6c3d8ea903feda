"""It is asked whom a post is about, and then only for what fits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from store.model.records import Person, Role
from tests.patience import until
from tests.talks.conftest import Talk
from tests.talks.stage import Stage

UNDRESSED = "A child undressed or sexualised"
ELSE = "Something else…"
#: What is tapped, how the card says it, a kind that fits, and one that does not.
SUBJECTS = {
    "The school": ("the school", "Complaint about the school", "Complaint about staff"),
    "The headteacher": ("the headteacher", "Complaint about staff", "Complaint about the school"),
    "A pupil": ("a pupil", "A child's online safety", "Complaint about staff"),
    "A parent or somebody else": (
        "a parent or somebody else",
        "Bullying of a pupil or an adult",
        "Allegation about staff",
    ),
    "A website": ("a website", "Unsuitable website or material", "Threat of violence"),
}
#: How it is said which member of staff, and how the card says it.
STAFF = {
    "(taps) Cleo Martin": "Cleo Martin (a member of staff)",
    "(taps) Me": "Asha Patel (the reporter)",
    "(taps) Not sure who": "a member of staff",
}


def card(stage: Stage, who: str = "Asha") -> str:
    """The last message that somebody was shown, as it is now."""
    return stage.seen(who)[-1].words


def kinds_on(words: str, stage: Stage) -> set[str]:
    rest = words.replace(ELSE, "")
    return {each.name for each in stage.bot.desk.procedure.category if each.name in rest}


def with_concerns(stage: Stage, concerns: dict[str, tuple[str, ...] | None]) -> None:
    """A procedure in which these kinds fit these, and all others fit everybody."""
    desk = stage.bot.desk
    categories = tuple(
        category.model_copy(update={"concerns": concerns.get(category.key)})
        for category in desk.procedure.category
    )
    procedure = desk.procedure.model_copy(update={"category": categories})
    stage.bot.desk = replace(desk, procedure=procedure)


@pytest.mark.parametrize("subject", SUBJECTS)
async def test_whom_and_then_only_what_fits(subject: str, talk: Talk, stage: Stage) -> None:
    about, kind, another = SUBJECTS[subject]
    await talk(f"""
        Asha> [sends shot.png]
        bot>  Who is it about?
        Asha> (taps) {subject}
        bot>  About {about}.
        bot>  What is it mostly about?
    """)
    offered = kinds_on(card(stage), stage)
    assert kind in offered
    assert another not in offered
    assert len(offered) <= 8
    # Whatever else is said of a picture has it fetched.
    assert UNDRESSED in offered
    await stage.quiet()
    assert not stage.asked_for_bytes()

    is_said = f"about {about}" in kind.lower()
    await talk(f"""
        Asha> (taps) {kind}
        bot>  {kind if is_said else f"{kind}, about {about}"}
        bot>  Thank you.
    """)
    await until(stage.asked_for_bytes)


@pytest.mark.parametrize("said", STAFF)
async def test_of_staff_it_is_asked_who(said: str, talk: Talk, stage: Stage) -> None:
    await talk(f"""
        Asha> They write that somebody shouted
        bot>  Who is it about?
        Asha> (taps) A member of staff
        bot>  Which member of staff?
        Asha> {said}
        bot>  About {STAFF[said]}.
        bot>  What is it mostly about?
    """)
    assert len(kinds_on(card(stage), stage)) == 8
    # As long as nobody knows who it is, its reporter has the whole pause to say so.
    pause = "+10m" if "Not sure" in said else "+1m"
    cases = await talk(f"""
        Asha> (taps) Complaint about staff
        bot>  Thank you.
        Asha> /case status
        bot>  {{a}} · Complaint about staff
        clock> {pause}
        bot to Ben> New case {{a}}
    """)
    await talk(f"""
        Cleo> /case {cases["a"]}
        bot>  {"I know no case" if "Cleo" in said else "They write that somebody shouted"}
    """)


async def test_of_staff_a_name_can_be_typed_and_comes_before_the_kind(
    talk: Talk, stage: Stage
) -> None:
    jon = Person("jon", "Jon Martin", (Role.STAFF,), ("elsewhere:1",), stage.clock.now())
    await stage.bot.desk.store.add_person(jon)
    await talk("""
        Asha> They write that somebody shouted
        bot>  Case {a}
        Asha> (taps) A member of staff
        Asha> (taps) Somebody else
        bot>  Type the name.
        Asha> Mrs Martin
        bot>  Did you mean one of these?
        Cleo> /case {a}
        bot>  I know no case
        Asha> /case {a}
        bot>  Did you mean one of these?
        clock> +15m
        bot to Asha> Did you mean one of these?
        Asha> (taps) Cleo Martin
        bot>  What is it mostly about?
        Asha> (taps) Allegation about staff
        bot>  Allegation about staff, about Cleo Martin
    """)


@pytest.mark.parametrize("typed", ["me", "Not sure", "Mr Ahmed"])
async def test_in_a_larger_school_the_name_is_typed(typed: str, talk: Talk, stage: Stage) -> None:
    for number in range(13):
        teacher = Person(f"t{number}", f"Tess Number{number}", (Role.STAFF,), (), stage.clock.now())
        await stage.bot.desk.store.add_person(teacher)
    about = {"me": "Asha Patel (the reporter)", "Not sure": "a member of staff"}
    await talk(f"""
        Asha> They write that somebody shouted
        bot>  Who is it about?
        Asha> (taps) A member of staff
        bot>  Type the name.
        Asha> {typed}
        bot>  About {about.get(typed, "Mr Ahmed (a member of staff)")}.
        bot>  What is it mostly about?
    """)


async def test_about_the_head_is_the_chairs_before_it_is_said_what_it_is(talk: Talk) -> None:
    await talk("""
        Asha> They write that he shouted
        bot>  Case {a}
        Asha> (taps) The headteacher
        bot>  What is it mostly about?
        Ben>  /case {a}
        bot>  I know no case
        Asha> (taps) Allegation about staff
        bot>  The chair of governors is told. The headteacher is not.
        clock> +1m
        bot to Efua> New case {a}
        bot to Ben> (nothing)
    """)


async def test_a_child_undressed_needs_no_other_answer_first(talk: Talk, stage: Stage) -> None:
    await talk(f"""
        Asha> [sends shot.png]
        bot>  Who is it about?
        Asha> (taps) {UNDRESSED}
        bot>  please stop here
        bot>  ring 999 first
        bot>  Once you have rung, please answer this as well.
        bot>  Who is it about?
        bot to Cleo> {UNDRESSED}
    """)
    shown = card(stage)
    assert shown.index("ring 999 first") < shown.index("Who is it about?")
    assert UNDRESSED not in shown
    await talk("""
        clock> +15m
        bot to Asha> still needs one tap of yours.
        bot to Asha> Who is it about?
        Asha> (taps) A member of staff
        bot>  Which member of staff?
        Asha> (taps) Not sure who
        bot>  please stop here
        clock> +3h
    """)
    # What to do stays in sight, whatever is tapped below it.
    assert [seen for seen in stage.seen("Asha") if "please stop here" in seen.words]
    assert "Who is it about?" not in card(stage)
    assert not stage.asked_for_bytes()


async def test_later_leaves_it_until_one_comes_back(talk: Talk, stage: Stage) -> None:
    await talk("""
        Asha> [sends shot.png]
        bot>  Case {a}
        Asha> (taps) Later
        bot>  All right. I will ask again.
        clock> +15m
        bot to Asha> Until you say so, a picture is not fetched.
        bot to Asha> Who is it about?
        Asha> (taps) A pupil
        bot>  What is it mostly about?
        Asha> (taps) Later
        bot>  All right. I will ask again.
        Asha> /case {a}
        bot>  What is it mostly about?
    """)
    assert not stage.asked_for_bytes()
    await talk("""
        Asha> (taps) Bullying of a pupil or an adult
        bot>  Thank you.
    """)
    await until(stage.asked_for_bytes)


async def test_the_reminder_asks_what_is_open_first(talk: Talk) -> None:
    await talk("""
        Asha> They write about the dinner
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Gita> They write about somebody
        bot>  Case {b}
        Gita> /case category {b} threat
        bot>  Who is it about?
        clock> +15m
        bot to Asha> What is it mostly about?
        bot to Gita> Who is it about?
        Gita> (taps) A pupil
        bot>  Thank you.
    """)


async def test_something_else_shows_every_kind(talk: Talk, stage: Stage) -> None:
    await talk(f"""
        Asha> [sends shot.png]
        bot>  Case {{a}}
        Asha> (taps) A website
        bot>  What is it mostly about?
        Asha> (taps) {ELSE}
        bot>  Photograph of staff
    """)
    every = {each.name for each in stage.bot.desk.procedure.category}
    assert kinds_on(card(stage), stage) == every
    assert ELSE not in card(stage)
    assert not stage.asked_for_bytes()
    await talk("""
        Asha> (taps) Threat of violence
        bot>  Threat of violence, urgent, about a website
    """)


async def test_it_can_be_typed_in_any_order_at_any_time(talk: Talk) -> None:
    await talk("""
        Asha> They write that somebody shouted
        bot>  Case {a}
        Asha> /case category {a} staff-photo
        bot>  Who is it about?
        Asha> /case about {a} website
        bot>  Thank you.
        Asha> /case about {a} Mr Ahmed
        bot>  about Mr Ahmed (a member of staff)
        Asha> /case category {a} school-complaint
        bot>  Complaint about the school, about Mr Ahmed (a member of staff)
        Gita> They write that somebody else shouted
        bot>  Case {b}
        Gita> /case about {b} not sure
        bot>  What is it mostly about?
        bot>  Photograph of staff
    """)


async def test_a_procedure_that_does_not_say_what_fits_offers_everything(
    talk: Talk, stage: Stage
) -> None:
    with_concerns(stage, {})
    await talk("""
        Asha> They write about the dinner
        bot>  Case {a}
        Asha> (taps) A website
        bot>  What is it mostly about?
    """)
    assert len(kinds_on(card(stage), stage)) == len(stage.bot.desk.procedure.category)
    assert ELSE not in card(stage)
    await talk("""
        Asha> (taps) Threat of violence
        bot>  Thank you.
    """)


async def test_a_single_kind_that_fits_is_asked_all_the_same(talk: Talk, stage: Stage) -> None:
    nobody: dict[str, tuple[str, ...] | None] = {
        category.key: () for category in stage.bot.desk.procedure.category
    }
    with_concerns(stage, {**nobody, "bullying": ("pupil",)})
    await talk("""
        Asha> [sends shot.png]
        bot>  Case {a}
        Asha> (taps) A pupil
        bot>  What is it mostly about?
    """)
    assert kinds_on(card(stage), stage) == {"Bullying of a pupil or an adult", UNDRESSED}
    assert ELSE in card(stage)
    await stage.quiet()
    assert not stage.asked_for_bytes()
    await talk("""
        Asha> (taps) Bullying of a pupil or an adult
        bot>  Thank you.
        Gita> They write about the dinner
        bot>  Case {b}
        Gita> (taps) The school
        bot>  What is it mostly about?
    """)
    # Where nothing fits, everything is offered.
    assert len(kinds_on(card(stage, "Gita"), stage)) == len(nobody)


async def test_of_a_part_only_the_kind_is_asked(talk: Talk, stage: Stage) -> None:
    await talk("""
        Asha> They write about the dinner
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        clock> +5m
        Asha> [sends shot.png]
        bot>  Is it part of case {a}, or something new?
        bot>  A child undressed or sexualised
        Asha> (taps) Part of {a}
        bot>  What is it mostly about?
        bot>  A child undressed or sexualised
        Asha> (taps) Threat of violence
        bot>  Thank you.
        bot>  Kept with case {a}
        bot>  Not fetched yet: a picture.
    """)
    # No card had listed it, so that what it shows is asked by itself, and whom it is about is not.
    assert "Who is it about?" not in card(stage)
    await stage.quiet()
    assert not stage.asked_for_bytes()
    await talk("""
        Asha> (taps) Threat of violence
        bot>  Thank you.
    """)
    await until(stage.asked_for_bytes)
    await talk("clock> +20m")
    asked = [seen.words for seen in stage.seen("Asha") if "still needs one tap" in seen.words]
    assert asked == []


#: What may be typed after “Which member of staff?”, and what is answered.
TYPED = {
    "Cleo Martin": "About Cleo Martin",
    "  cleo   MARTIN ": "About Cleo Martin",
    "Cléo Martin": "Did you mean one of these?",
    "Cleo": "Did you mean one of these?",
    "Mrs Bell": "About Mrs Bell",
    "jo o'neill-smith": "About jo o'neill-smith",
    "Cleo Martin and Mrs Bell": "About Cleo Martin",
    "the head": "The chair of governors is told. The headteacher is not.",
    "don't know": "What is it mostly about?",
}


@pytest.mark.parametrize("typed", TYPED)
async def test_a_name_may_be_typed_in_place_of_a_tap(typed: str, talk: Talk, stage: Stage) -> None:
    cases = await talk(f"""
        Asha> They write that somebody shouted
        bot>  Case {{a}}
        Asha> (taps) A member of staff
        bot>  Which member of staff? Tap a name, or type it.
        Asha> {typed}
        bot>  {TYPED[typed]}
    """)
    case = await stage.bot.desk.store.case(cases["a"])
    assert [item.text for item in case.evidence] == ["They write that somebody shouted"]
    assert len(await stage.bot.desk.store.summaries()) == 1
    assert case.about is not None
    if "Cl" in typed or "cl" in typed:
        await talk(
            f"""
            Asha> /case category {{a}} staff-complaint
            clock> +1m
            Cleo> /case {cases["a"]}
            bot>  I know no case
        """.replace("{a}", cases["a"])
        )


@pytest.mark.parametrize("typed", ["He did it again today", "In year 4", "Sorry, that was all"])
async def test_what_can_be_no_name_is_no_answer(typed: str, talk: Talk, stage: Stage) -> None:
    cases = await talk(f"""
        Asha> They write that somebody shouted
        bot>  Case {{a}}
        Asha> (taps) A member of staff
        bot>  Which member of staff?
        Asha> {typed}
        bot>  Who is it about?
    """)
    case = await stage.bot.desk.store.case(cases["a"])
    assert [item.text for item in case.evidence][1:] == [typed]
    assert case.about is None


async def test_a_file_after_the_question_is_evidence(talk: Talk, stage: Stage) -> None:
    await talk("""
        Asha> They write that somebody shouted
        bot>  Case {a}
        Asha> (taps) A member of staff
        bot>  Which member of staff?
        Asha> [sends shot.png]
        bot>  Case {a}
        Asha> Cleo Martin
        bot>  Case {a}
    """)
