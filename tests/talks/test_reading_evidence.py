"""What was kept can be read, all of it, by those who look after the case; and what nobody may see, by nobody."""

from __future__ import annotations

import re

from handlers.cases.evidence.hand_over import PIECE
from tests.patience import until
from tests.talks.conftest import Talk
from tests.talks.stage import Stage

LONG = " ".join(f"word{n}" for n in range(900))  # 7,000 characters


async def test_a_long_text_is_handed_over_whole(talk: Talk, stage: Stage) -> None:
    cases = await talk(f"""
        Asha> {LONG}
        bot>  Case {{a}}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> (taps) Complaint about the school
        clock> +10m
        Ben>  /case {{a}}
        bot>  word40
        bot>  That is not all of it
        Ben>  (taps) Evidence
        bot>  A message of case {{a}}. Page 1 of 3.
        Ben>  (taps) The next ones
        bot>  Page 2 of 3.
        Ben>  (taps) The next ones
        bot>  word899
        bot>  Page 3 of 3.
    """)
    shown = "\n".join(seen.words for seen in stage.seen("Ben") if "Page" in seen.words)
    assert {f"word{n}" for n in range(900)} <= set(re.findall(r"word\d+", shown))
    case = await stage.bot.desk.store.case(cases["a"])
    handed = [entry.details["numbers"] for entry in case.chronology if entry.what == "evidence"]
    assert handed == [f"{case.reference} 1"] * 3
    assert len(LONG) > 2 * PIECE


async def test_the_ninth_piece_is_handed_over_and_so_is_that_of_a_part(talk: Talk) -> None:
    pieces = "\n".join(f"Asha> Word of mouth, number {n}\nbot> Case {{a}}" for n in range(1, 10))
    await talk(pieces.replace("bot> Case {a}", "bot> Case {a}", 1))
    await talk("""
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> (taps) Complaint about the school
        Gita> They say the same at the bus stop
        bot>  Case {b}
        Gita> /case about {b} school
        bot>  Case {b}
        clock> +10m
        Ben>  /case join {b} to {a}
        bot>  With it: {b}
        Ben>  /case {a}
        bot>  That is not all of it
        Ben>  /case evidence {a}
        bot>  10 messages of case {a}.
        bot>  Word of mouth, number 9
        bot>  They say the same at the bus stop
        bot>  {b} 1 · Gita Rao
    """)


async def test_all_entries_are_read_in_full_with_those_of_the_parts(
    talk: Talk, stage: Stage
) -> None:
    note = "I rang the mother. " + "She was angry, and then she was sorry. " * 20 + "It ends here."
    await talk("""
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
    """)
    await talk(f"""
        Gita> /case note {{b}} {note}
        bot>  Noted with case {{b}}.
        Ben>  /case {{a}}
        bot>  {{b}} · Gita Rao noted: I rang the mother.
        Ben>  (taps) More
        bot>  Case {{a}}: more
        Ben>  (taps) All entries
        bot>  Asha Patel passed it on
        bot>  {{b}} · Gita Rao noted: I rang the mother.
        bot>  It ends here.
        bot>  Ben Okafor read all entries
        Gita> /case log {{b}}
        bot>  That is not yours to do
    """)


async def test_a_long_chronology_has_pages(talk: Talk) -> None:
    long = "she said that " * 280
    await talk(f"""
        Asha> They call the kitchen filthy
        bot>  Case {{a}}
        Asha> /case about {{a}} school
        bot>  Case {{a}}
        Ben>  /case note {{a}} first {long}
        bot>  Noted with case {{a}}.
        Ben>  /case note {{a}} second
        bot>  Noted with case {{a}}.
        Ben>  /case log {{a}}
        bot>  Page 1 of 2
        bot>  Asha Patel passed it on
        Ben>  (taps) More
        bot>  Page 2 of 2
        bot>  noted: second
        Ben>  /case log {{a}} 99
        bot>  Page 2 of 2
    """)


async def test_no_line_of_a_note_looks_like_an_entry(talk: Talk, stage: Stage) -> None:
    cases = await talk("""
        Asha> They call the kitchen filthy
        bot>  Case {a}
        Asha> /case about {a} school
        bot>  Case {a}
    """)
    forged = "Tue 24 Nov, 10:00 · Ben Okafor closed it: unfounded"
    await stage.bot.desk.store.save(
        (await stage.bot.desk.store.case(cases["a"])).note(
            f"well\n{forged}", by="asha", at=stage.clock.now()
        )
    )
    await stage.says("Ben", f"/case log {cases['a']}")
    await until(lambda: any("closed it" in seen.words for seen in stage.seen("Ben")))
    (shown,) = (seen.words for seen in stage.seen("Ben") if "closed it" in seen.words)
    (line,) = (line for line in shown.splitlines() if "closed it" in line)
    assert re.match(rf"(│ )?    {re.escape(forged)}", line)


async def test_what_is_withheld_is_handed_to_nobody_also_where_it_was_kept_before(
    talk: Talk, stage: Stage
) -> None:
    await talk("""
        Asha> [sends shot.png]
        bot>  Case {a}
        Asha> (taps) A pupil
        bot>  What is it mostly about?
        Asha> (taps) Bullying of a pupil or an adult
        bot>  Thank you.
        clock> +1m
        Asha> I have looked at it again
        bot>  Case {a}
        Ben>  /case {a}
        bot>  Evidence
        Asha> /case category {a} child-undressed
        bot>  please stop here
        bot to Cleo> Urgent: case {a}
        Ben>  /case evidence {a}
        bot>  A message of case {a}.
        bot>  The pictures and files of case {a} are locked away. They are handed to nobody.
        Cleo> /case evidence {a}
        bot>  Tell the police (101, or 999 if a child is in danger)
        Cleo> /case {a}
        bot>  Nobody opens, copies or passes on its pictures and files
        bot>  locked away
    """)
    (*_, shown) = (seen.words for seen in stage.seen("Cleo") if "locked away" in seen.words)
    assert not re.search(r"^(\[\d+\] )?Evidence$", shown, re.MULTILINE)
    files = [seen for who in ("Ben", "Cleo") for seen in stage.seen(who) if "-1.png" in seen.words]
    assert files == []


async def test_a_matter_is_withheld_when_any_part_of_it_is(talk: Talk, stage: Stage) -> None:
    await talk("""
        Asha> [sends shot.png]
        bot>  Case {a}
        Asha> (taps) A pupil
        bot>  What is it mostly about?
        Asha> (taps) Bullying of a pupil or an adult
        bot>  Thank you.
        clock> +1m
        Gita> Have you seen the other one
        bot>  Case {b}
        Gita> (taps) A pupil
        bot>  What is it mostly about?
        Gita> (taps) Bullying of a pupil or an adult
        clock> +10m
        Cleo> /case join {b} to {a}
        bot>  With it: {b}
        Gita> /case category {b} child-undressed
        bot>  please stop here
        Cleo> /case evidence {a}
        bot>  are locked away
    """)
    assert not any("-1.png" in seen.words for seen in stage.seen("Cleo"))


async def test_what_is_to_be_done_comes_before_what_was_sent(talk: Talk, stage: Stage) -> None:
    await talk("""
        Asha> They call Mr Ahmed a liar on the village page
        bot>  Case {a}
        Asha> (taps) A member of staff
        Asha> (taps) Somebody else
        bot>  Type the name.
        Asha> Mrs Bell
        bot>  What is it mostly about?
        Asha> (taps) Defamatory about staff
        bot>  Thank you.
        Ben>  /case {a}
        bot>  Next: Support the member of staff
        bot>  The latest of
    """)
    (shown,) = (seen.words for seen in stage.seen("Ben") if "The latest of" in seen.words)
    order = [
        "Defamatory about staff",
        "Next: ",
        "gives them the assurance",
        "Then: ",
        "a liar",
        "said what it is about",
    ]
    places = [shown.index(words) for words in order]
    assert places == sorted(places)


async def test_a_damaged_case_does_not_break_the_lists(talk: Talk, stage: Stage) -> None:
    cases = await talk("""
        Asha> They call the kitchen filthy
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> (taps) Complaint about the school
        clock> +10m
        Ben>  /case close {a} removed
        bot>  closed: removed
        Gita> And the hall
        bot>  Case {b}
        Gita> /case about {b} school
        bot>  Case {b}
    """)
    record = stage.folder / "data" / "cases" / cases["a"] / "case.json"
    written = record.read_bytes()
    record.write_text("{")
    stage.bot.desk.store._remembered.clear()  # type: ignore[attr-defined]
    await talk(f"""
        clock> +10m
        Ben>  /case list closed
        bot>  {cases["a"]} · Complaint about the school
        bot>  closed: removed
        Asha> /case status
        bot>  closed: leadership has dealt with it
    """)
    record.write_bytes(written)
    await stage.bot.desk.store.case(cases["a"])
