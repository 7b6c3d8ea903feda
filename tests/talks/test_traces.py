"""Reading leaves a trace: who opened what, and who searched for what."""

from __future__ import annotations

import pytest

from store.errors import StoreUnavailable
from store.model.memos import Searched
from tests.talks.conftest import Talk
from tests.talks.stage import Stage


async def test_the_head_sees_who_looked_at_what(talk: Talk) -> None:
    await talk("""
        Asha> They write about the dinner
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> (taps) Complaint about the school
        bot>  Thank you.
        Cleo> /case {a}
        bot>  They write about the dinner
        Cleo> /case evidence {a}
        bot>  They write about the dinner
        Ben>  /case log {a}
        bot>  Cleo Martin looked at it
        bot>  Cleo Martin was handed evidence {a} 1
    """)


@pytest.mark.parametrize(
    "words", ["dinner", "DINNER they", "{a}", "complaint", "school-complaint", "example.org"]
)
async def test_a_case_is_found_by_its_words(words: str, talk: Talk) -> None:
    await talk(
        """
        Asha> They write about the dinner on https://example.org/post
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> (taps) Complaint about the school
        bot>  Thank you.
        Ben>  /case find WORDS
        bot>  {a} · Complaint about the school
        Ben>  /case find something quite different
        bot>  No case with “something quite different”
    """.replace("WORDS", words)
    )


async def test_nobody_finds_what_they_may_not_see(talk: Talk) -> None:
    await talk("""
        Asha> They say that the dinner was cold
        bot>  Case {a}
        Asha> /case about {a} Cleo Martin
        bot>  Case {a}
        Cleo> /case find dinner
        bot>  No case with “dinner”
        Cleo> /case find Martin
        bot>  No case with “Martin”
        Asha> /case find dinner
        bot>  That is not among the things you can do here.
        Dev>  /case find dinner
        bot>  No case with “dinner”
        Ben>  /case find martin
        bot>  {a} ·
    """)


async def test_the_head_sees_who_searched_but_nothing_about_the_head(talk: Talk) -> None:
    await talk("""
        Asha> They say that the head shouted at dinner
        bot>  Case {a}
        Asha> (taps) The headteacher
        bot>  What is it mostly about?
        Asha> (taps) Allegation about staff
        bot>  Thank you.
        Gita> They write about the lunch
        bot>  Case {b}
        Gita> /case about {b} school
        bot>  Case {b}
        Cleo> /case find lunch
        bot>  {b} ·
        Cleo> /case find okafor
        bot>  No case with
        Efua> /case find shouted
        bot>  {a} ·
        Efua> /case searches
        bot>  That is not among the things you can do here.
        Ben>  /case searches
        bot>  Cleo Martin: “lunch”, 1 found
    """)


async def test_the_head_is_shown_nothing_of_searches_that_could_tell(
    talk: Talk, stage: Stage
) -> None:
    await talk("""
        Asha> They say that the head shouted at dinner
        bot>  Case {a}
        Asha> (taps) The headteacher
        bot>  What is it mostly about?
        Cleo> /case find Ben
        bot>  No case with
        Efua> /case find shouted
        bot>  {a} ·
        Ben>  /case searches
        bot>  Nobody has searched for anything that you may know of.
    """)
    assert len(await stage.bot.desk.store.memos(Searched)) == 2


@pytest.mark.parametrize(
    "words", ["headteacher", "did our Head shout", "head teacher", "the head’s temper", "Okafor's"]
)
async def test_the_head_is_not_shown_that_somebody_looked_for_the_head(
    words: str, talk: Talk
) -> None:
    await talk(f"""
        Dev>  /case find {words}
        bot>  No case with
        Ben>  /case searches
        bot>  Nobody has searched for anything that you may know of.
        Dev>  /case find safeguarding lead
        bot>  No case with
        Ben>  /case searches
        bot>  Dev Singh: “safeguarding lead”, 0 found
    """)


async def test_the_head_is_shown_no_search_of_the_chairs(talk: Talk) -> None:
    await talk("""
        Efua> /case find lunch
        bot>  No case with
        Ben>  /case searches
        bot>  Nobody has searched for anything that you may know of.
    """)


async def test_a_search_that_found_what_is_gone_could_tell_as_well(
    talk: Talk, stage: Stage
) -> None:
    desk = stage.bot.desk
    await desk.store.put(Searched("s1", "efua", "shouted", desk.now(), ("7K4M",)))
    await talk("""
        Ben>  /case searches
        bot>  Nobody has searched for anything that you may know of.
    """)


async def test_nothing_is_found_where_it_cannot_be_noted(
    talk: Talk, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await talk("""
        Asha> They write about the dinner
        bot>  Case {a}
    """)

    async def full(memo: object) -> None:
        raise StoreUnavailable("The disk is full.")

    monkeypatch.setattr(stage.bot.desk.store, "put", full)
    await talk("""
        Ben>  /case find dinner
        bot>  I could not keep that
    """)


async def test_searches_are_forgotten_after_a_year(talk: Talk, stage: Stage) -> None:
    await talk("""
        Ben>  /case find dinner
        bot>  No case
        clock> +400d
        Ben>  /case find lunch
        bot>  No case
    """)
    assert [search.words for search in await stage.bot.desk.store.memos(Searched)] == ["lunch"]


async def test_what_was_joined_is_found_with_what_it_was_joined_to(talk: Talk) -> None:
    await talk("""
        Asha> They write about the dinner
        bot>  Case {a}
        Asha> /case about {a} school
        bot>  Case {a}
        Gita> They write about the pudding
        bot>  Case {b}
        clock> +10m
        Ben>  /case join {b} to {a}
        bot>  With it: {b}
        Ben>  /case find pudding
        bot>  {a} ·
        Gita> /case about {b} Ben Okafor
        bot>  Case {b}
        Ben>  /case find dinner
        bot>  No case with
    """)
