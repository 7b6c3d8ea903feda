"""Follow-ups: worked, put off, forgotten, and told of until somebody acts. TUESDAY is 24 November 2026, 10:00."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.talks.conftest import Talk
from tests.talks.stage import Stage

EVIDENCE = "Establish what was posted, and gather the evidence"
COMPLAINT = """
    Asha> They call the kitchen filthy
    bot>  Case {a}
    Asha> (taps) The school
    bot>  What is it mostly about?
    Asha> (taps) Complaint about the school
    bot>  Thank you.
    clock> +1m
    bot to Ben>  New case {a}
"""


@pytest.fixture
def christmas(tmp_path: Path) -> None:
    """The school is closed for two weeks, and on an INSET day after them."""
    (tmp_path / "school.toml").write_text('closed = ["2026-12-19/2027-01-03", 2027-01-04]\n')


async def test_a_step_that_nobody_does_is_told_each_day_and_further_up(
    talk: Talk, stage: Stage
) -> None:
    await talk(COMPLAINT)
    await talk("""
        Cleo> /case take {a}
        bot>  Next: Establish what was posted, and gather the evidence · Cleo Martin · due Thu 26 Nov, 17:00
        clock> 2026-11-26T07:59
        bot to Cleo> (nothing)
        clock> 2026-11-26T08:00
        bot to Cleo> Today, Thu 26 November\\nDue today:\\n{a} · Complaint about the school · Establish what was posted
        bot to Cleo> gather the evidence · Cleo Martin · by 17:00
        bot to Ben>  (nothing)
        clock> 2026-11-27T07:59
        bot to Cleo> (nothing)
        clock> 2026-11-27T08:00
        bot to Cleo> Today, Fri 27 November\\nOverdue:\\n{a} · Complaint about the school · Establish what was posted
        bot to Cleo> gather the evidence · Cleo Martin · day 1 · 1 more
        bot to Ben>  (nothing)
        clock> 2026-11-29T23:00
        bot to Cleo> (nothing)
        clock> 2026-11-30T08:00
        bot to Cleo> Your week\\nOverdue\\n{a} · Complaint about the school
        bot to Cleo> day 2 · 1 more
        bot to Ben>  Your week\\nOverdue\\n{a} · Complaint about the school
        bot to Efua> Your week\\nNothing is overdue.
        clock> 2026-12-01T08:00
        bot to Ben>  Today, Tue 1 December\\nOverdue:\\n{a} · Complaint about the school
        bot to Ben>  day 3 · 1 more
        bot to Efua> (nothing)
        clock> 2026-12-02T08:00
        bot to Efua> Case {a} · Complaint about the school, “Establish what was posted, and gather the evidence”:
        bot to Efua> overdue since Thu 26 Nov, 17:00, day 4. It is with Cleo Martin.
    """)
    # The chair may not see the case: its reference, its kind, the step and whose it is.
    for seen in stage.seen("Efua"):
        assert "kitchen" not in seen.words
        assert "Asha" not in seen.words
    for step in ("evidence", "talk"):
        await talk(f"""
            Cleo> /case done {{a}} {step}
            bot>  done: {"Establish" if step == "evidence" else "Talk"}
        """)
    await talk("""
        clock> 2026-12-04T08:00
        bot to Cleo> Due today:\\n{a} · Complaint about the school · Check that it is gone
        bot to Efua> (nothing)
    """)


async def test_the_buttons_of_a_reminder_deal_with_it(talk: Talk) -> None:
    await talk(COMPLAINT)
    await talk("""
        Ben>  /case take {a}
        bot>  Ben Okafor is looking after it
        clock> 2026-11-26T08:00
        bot to Ben>  Due today:\\n{a} · Complaint about the school · Establish what was posted
        Ben>  (taps) Open {a}
        bot>  Next: Establish what was posted, and gather the evidence · Ben Okafor
        Ben>  (taps) Done
        bot>  done: Establish what was posted, and gather the evidence
        clock> 2026-11-27T08:00
        bot to Ben>  Due today:\\n{a} · Complaint about the school · Talk to the person who posted it
        Ben>  (taps) Open {a}
        bot>  Next: Talk to the person who posted it
        Ben>  (taps) Refused
        bot>  refused: Talk to the person who posted it
        bot>  Next: Send the letter that sets out the concern
        Ben>  (taps) Give to
        bot>  Who should do it?
        Ben>  (taps) Cleo Martin
        bot>  gave “Send the letter that sets out the concern, warns, and asks for removal” to Cleo Martin
        clock> 2026-12-02T08:00
        bot to Cleo> Overdue:\\n{a} · Complaint about the school · Send the letter that sets out the concern, warns, and asks for removal · Cleo Martin · day 1
        Cleo> (taps) Open {a}
        bot>  Next: Send the letter
        Cleo> (taps) Not needed
        bot>  Why is it not needed?
        Cleo> They have taken it down after all
        bot>  not needed: Send the letter
        clock> 2026-12-03T12:00
        clock> 2026-12-04T08:00
        bot to Cleo> (nothing)
    """)


async def test_a_step_is_put_off_twice_and_then_by_the_head_alone(talk: Talk) -> None:
    await talk(COMPLAINT)
    await talk("""
        Cleo> /case take {a}
        bot>  Cleo Martin is looking after it
        Cleo> /case postpone {a} evidence friday
        bot>  Say until when, and why
        Cleo> 31/02, she is away
        bot>  I cannot read “31/02” as a day.
        Cleo> yesterday, she is away
        bot>  Mon 23 Nov 2026 is past.
        Cleo> until friday, because she is away
        bot>  put off until Fri 27 Nov, 17:00.
        clock> 2026-11-26T12:00
        bot to Cleo> (nothing)
        clock> 2026-11-27T08:00
        bot to Cleo> Due today:\\n{a} · Complaint about the school · Establish what was posted
        Cleo> (taps) Open {a}
        bot>  Next: Establish what was posted
        Cleo> (taps) Later
        bot>  Until when, and why?
        Cleo> 28/11, she is still away
        bot>  put off until Mon 30 Nov, 17:00. The school is closed on Sat 28 Nov.
        Cleo> /case postpone {a} evidence until 4 december, because nobody is there
        bot>  It was put off twice already. Only the headteacher can put it off again.
        Ben>  /case postpone {a} evidence until 4 december because nobody is there
        bot>  put off until Fri 4 Dec, 17:00.
        Cleo> /case not-needed {a} talk she is away
        bot>  not needed: Talk
        clock> 2026-11-30T08:00
        bot to Cleo> Nothing is overdue.
        bot to Cleo> {a} · Complaint about the school\\nBen Okafor put off your step until Fri 4 Dec, 17:00
        clock> 2026-12-03T20:00
        bot to Cleo> (nothing)
        clock> 2026-12-04T08:00
        bot to Cleo> Due today:\\n{a} · Complaint about the school
    """)


async def test_an_answer_that_was_refused_keeps_its_question_open(talk: Talk) -> None:
    await talk(COMPLAINT)
    await talk("""
        Ben>  /case take {a}
        bot>  Ben Okafor is looking after it
        Ben>  /case postpone {a} evidence
        bot>  Until when, and why?
        Ben>  friday
        bot>  Say until when, and why
        Ben>  soon, as she is away
        bot>  I cannot read “soon” as a day.
        Ben>  tomorrow 3pm as she is away
        bot>  put off until Wed 25 Nov, 15:00.
    """)


async def test_whoever_puts_a_step_off_until_today_is_not_told_again_today(talk: Talk) -> None:
    await talk(COMPLAINT)
    await talk("""
        Ben>  /case take {a}
        bot>  Ben Okafor is looking after it
        Ben>  /case postpone {a} evidence until today, because she is away
        bot>  put off until Tue 24 Nov, 17:00.
        clock> 2026-11-25T07:59
        bot to Ben>  (nothing)
        clock> 2026-11-25T08:00
        bot to Ben>  Overdue:\\n{a} · Complaint about the school · Establish what was posted
        bot to Ben>  day 1
    """)


async def test_a_follow_up_without_a_day_asks_for_the_day_alone(talk: Talk) -> None:
    await talk(COMPLAINT)
    await talk("""
        Ben>  /case add {a} ring the governor
        bot>  By when? For example: friday, or tomorrow 3pm. (Case {a}: ring the governor)
        Ben>  on the twelfth of never
        bot>  I cannot read
        Ben>  friday 3pm
        bot>  Case {a}: “ring the governor” is due Fri 27 Nov, 15:00.
    """)


async def test_a_follow_up_of_ones_own(talk: Talk) -> None:
    await talk(COMPLAINT)
    await talk("""
        Cleo> /case take {a}
        bot>  Cleo Martin is looking after it
        Cleo> /case done {a} evidence
        bot>  done: Establish
        Cleo> /case done {a} talk
        bot>  done: Talk
        Cleo> /case done {a} gone
        bot>  done: Check
        Ben>  /case add {a} "ring the governor by phone" by 27/11
        bot>  Case {a}: “ring the governor by phone” is due Fri 27 Nov, 17:00.
        Cleo> /case add {a} ask on Monday how they got on in 2 school days
        bot>  Case {a}: “ask on Monday how they got on” is due Thu 26 Nov, 17:00.
        Asha> /case add {a} “mine” by friday
        bot>  That is not yours to do with case {a}.
        clock> 2026-11-26T08:00
        bot to Cleo> Due today:\\n{a} · Complaint about the school · ask on Monday how they got on · Cleo Martin · by 17:00
        bot to Ben>  (nothing)
        clock> 2026-11-27T08:00
        bot to Ben>  Due today:\\n{a} · Complaint about the school · ring the governor by phone · Ben Okafor · by 17:00
        Ben>  /case done {a} own-1
        bot>  done: ring the governor by phone
        Cleo> /case close {a} removed
        bot>  closed: removed
        Cleo> /case reopen {a} it is back
        bot>  Next: ask on Monday how they got on · Cleo Martin · due Mon 30 Nov, 17:00
    """)


async def test_closing_ends_every_reminder_and_needs_a_reason_over_an_urgent_step(
    talk: Talk,
) -> None:
    await talk("""
        Asha> He will come with a knife, it says
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> (taps) Threat of violence
        bot to Ben>  Urgent: case {a}
        Ben>  (taps) I'll take it
        bot>  Ben Okafor is looking after it
        Ben>  /case done {a} tell
        bot>  done: Tell the person threatened, in person, now
        Ben>  /case close {a} unfounded
        bot>  An urgent step of case {a} is open: Consider telling the police
        Ben>  It was a line of a song
        bot>  closed: unfounded
        clock> 2026-12-04T16:00
        bot to Ben>  Nothing is overdue.
        Ben>  /case overdue
        bot>  Nothing is overdue.
        Ben>  /case reopen {a}
        bot>  Why is case {a} opened again?
        Ben>  it was no song
        bot>  Next: Consider telling the police, and note what was decided · Ben Okafor · due Fri 4 Dec, 17:00
        clock> +1h
        bot to Ben>  Case {a}: overdue since Fri 4 Dec, 17:00
        clock> 2026-12-05T08:00
        bot to Ben>  Today, Sat 5 December\\nOverdue:\\n{a} · Threat of violence · Consider telling the police, and note what was decided · Ben Okafor · day 2
        clock> 2026-12-06T08:00
        bot to Ben>  Today, Sun 6 December
    """)


async def test_refused_not_removed_and_again_open_what_follows(talk: Talk) -> None:
    await talk(COMPLAINT)
    await talk("""
        Ben>  /case take {a}
        bot>  Ben Okafor is looking after it
        Ben>  /case refused {a} evidence
        bot>  cannot end as “refused”.
        Ben>  /case host {a}
        bot>  I don't know
        Ben>  /case done {a} letter
        bot>  Open steps of case {a}: evidence, talk.
        Ben>  /case done {a} talk
        bot>  Check that it is gone · Ben Okafor · due Thu 26 Nov, 17:00
        Ben>  /case not-removed {a} gone
        bot>  Send the letter that sets out the concern, warns, and asks for removal · Ben Okafor · due Thu 26 Nov
        bot>  Ask the site's host to remove it
        bot>  Consider restricting the person's access
        Ben>  /case refused {a} host
        bot>  refused: Ask the site's host
        Ben>  /case done {a} letter
        bot>  Hold a further meeting, with the chair of governors · Ben Okafor · due Tue 8 Dec, 17:00
        Ben>  /case done {a} letter
        bot>  That was settled before: done.
        Asha> They say it of the office, too
        bot>  Case {b}
        Asha> /case about {b} school
        bot>  Case {b}
        clock> +20m
        Gita> And there is this
        bot>  Case {c}
        Gita> (taps) The school
        bot>  What is it mostly about?
        Gita> (taps) Complaint about the school
        clock> +10m
        Ben>  /case again {c}
        bot>  Noted that it was posted again.
        bot>  Send the letter
        bot>  Ask the site's host
    """)


async def test_the_legal_clock_runs_through_the_holidays(christmas: None, talk: Talk) -> None:
    await talk("""
        clock> 2026-12-18T16:30
        Asha> A mother writes that her son was hit
        bot>  Case {a}
        Asha> (taps) A member of staff
        Asha> (taps) Somebody else
        bot>  Type the name.
        Asha> Mrs Bell
        bot>  What is it mostly about?
        Asha> (taps) Allegation about staff
        bot>  Thank you.
        clock> +1m
        bot to Ben>  New case {a}
        Ben>  /case take {a}
        bot>  Next: If it is said that a child was harmed: tell the local authority's designated officer
        bot>  due Mon 21 Dec, 16:30
        bot>  Establish what was posted, and gather the evidence · Ben Okafor · due Wed 6 Jan, 17:00
        clock> 2026-12-20T12:00
        bot to Ben>  (nothing)
        clock> 2026-12-21T08:00
        bot to Ben>  Today, Mon 21 December\\nDue today:\\n{a} · Allegation about staff · If it is said
        bot to Ben>  by 16:30
        clock> 2026-12-21T16:29
        bot to Ben>  (nothing)
        clock> 2026-12-21T16:30
        bot to Ben>  Case {a}: overdue since Mon 21 Dec, 16:30
        bot to Ben>  Counted in working days, in school holidays too.
        clock> 2026-12-23T08:00
        bot to Ben>  Today, Wed 23 December\\nOverdue:\\n{a} · Allegation about staff
        bot to Ben>  day 3
        clock> 2026-12-24T08:00
        bot to Efua> overdue since Mon 21 Dec, 16:30, day 4
        Ben>  (taps) Done
        bot>  done: If it is said that a child was harmed
        clock> 2027-01-05T07:59
        bot to Ben>  (nothing)
        clock> 2027-01-05T08:00
        bot to Ben>  Your week\\nNothing is overdue.
        bot to Ben>  Due today\\n{a} · Allegation about staff · Support the member of staff
    """)


async def test_the_digest_comes_on_mondays_and_says_so_when_nothing_is_overdue(talk: Talk) -> None:
    await talk(COMPLAINT)
    await talk("""
        Cleo> /case take {a}
        bot>  Cleo Martin is looking after it
        clock> 2026-11-26T12:00
        Cleo> /case done {a} talk
        bot>  done: Talk
        clock> 2026-11-30T07:59
        bot to Cleo> {a} · Complaint about the school · Establish what was posted
        bot to Cleo> day 1
        clock> 2026-11-30T08:00
        bot to Cleo> Your week
        bot to Cleo> {a} · Complaint about the school · Establish what was posted, and gather the evidence · Cleo Martin
        bot to Ben>  {a} · Complaint about the school · Establish what was posted, and gather the evidence · Cleo Martin
        bot to Efua> Your week\\nNothing is overdue.
        bot to Dev>  Your week\\nNothing is overdue.
        bot to Asha> (nothing)
        clock> +3h
        bot to Ben>  (nothing)
        Efua> /case overdue
        bot>  Nothing is overdue.
        Asha> /case overdue
        bot>  That is not among the things you can do here.
        Cleo> (taps) Open {a}
        bot>  Case {a}
        Cleo> /case about {a} school
        bot>  Case {a}
    """)


async def test_a_week_that_begins_with_a_bank_holiday_has_its_digest_on_tuesday(talk: Talk) -> None:
    await talk("""
        clock> 2026-12-27T12:00
        clock> 2026-12-28T12:00
        bot to Ben>  (nothing)
        clock> 2026-12-29T07:59
        bot to Ben>  (nothing)
        clock> 2026-12-29T08:00
        bot to Ben>  Your week\\nNothing is overdue.
        clock> 2026-12-31T12:00
        bot to Ben>  (nothing)
    """)


async def test_a_case_about_the_head_is_the_chairs_from_the_first_reminder_on(talk: Talk) -> None:
    await talk("""
        Asha> They say the head took the money
        bot>  Case {a}
        Asha> (taps) The headteacher
        Asha> (taps) Complaint about staff
        bot>  {a}
        clock> +1m
        bot to Efua> New case {a}
        clock> 2026-11-25T08:00
        bot to Efua> Due today:\\n{a} · Complaint about staff · Support the member of staff concerned
        bot to Ben>  (nothing)
        clock> 2026-11-30T08:00
        bot to Ben>  Your week\\nNothing is overdue.
        bot to Cleo> Nothing is overdue.
        bot to Efua> {a} · Complaint about staff
        Efua> /case postpone {a} evidence until 4/12, because he is away
        bot>  put off until
        Efua> /case postpone {a} evidence until 7/12, because he is away
        bot>  put off until
        Efua> /case postpone {a} evidence until 8/12, because he is away
        bot>  put off until
    """)


async def test_duties_are_told_when_their_lead_begins_and_until_they_are_done(talk: Talk) -> None:
    await talk("""
        Dev>  /duty
        bot>  Have the filtering checked · ICT manager · due 31 January 2027
        clock> 2027-01-21T12:00
        clock> 2027-01-22T07:59
        bot to Dev>  (nothing)
        clock> 2027-01-25T08:00
        bot to Dev>  Due 31 January 2027: Have the filtering checked
        bot to Ben>  Have the filtering checked · ICT manager · due 31 January 2027
        clock> 2027-01-29T12:00
        bot to Dev>  (nothing)
        clock> 2027-02-01T12:00
        bot to Dev>  Have the filtering checked · ICT manager · due 31 January 2027
        clock> 2027-02-02T08:00
        bot to Dev>  Today, Tue 2 February\\nThe school’s duties:\\nHave the filtering checked · overdue, day 1
        clock> 2027-02-03T08:00
        bot to Dev>  Have the filtering checked · overdue, day 2
        bot to Ben>  Have the filtering checked · overdue, day 2
        Cleo> /duty done filtering-check
        bot>  That is for the ICT manager or the headteacher to say.
        Dev>  /duty done heating
        bot>  I know no duty like “heating”.
        Dev>  (taps) Done: Have the filtering checked
        bot>  is done for 31 January 2027; next time it is due 15 May 2027.
        Dev>  (taps) Done: Have the filtering checked
        bot>  was done for 31 January 2027 already.
        Ben>  /duty done filtering-check
        bot>  “Have the filtering checked” is not due before 15 May 2027. Is it done already?
        clock> 2027-02-04T08:00
        clock> 2027-02-05T12:00
        bot to Dev>  (nothing)
        bot to Ben>  (nothing)
    """)


async def test_a_duty_is_named_by_its_words(talk: Talk) -> None:
    await talk("""
        Dev>  /duty done filter
        bot>  Which one do you mean?
        Dev>  (taps) Have the filtering checked
        bot>  “Have the filtering checked” is not due before 31 January 2027. Is it done already?
        Dev>  /duty done filtering checked
        bot>  “Have the filtering checked” is not due before 31 January 2027. Is it done already?
        clock> 2027-01-28T12:00
        Dev>  /duty
        bot>  Have the filtering checked · ICT manager · due 31 January 2027
        bot>  To say that one is done, type a word or two of it: “/duty done have the filtering checked”.
        Dev>  /duty done
        bot>  To say that one is done
        Dev>  (taps) Done: Have the filtering checked
        bot>  is done for 31 January 2027
        Efua> /duty
        bot>  Have the filtering checked · ICT manager
    """)


async def test_a_duty_that_is_not_due_for_long_is_asked_about_and_can_be_undone(talk: Talk) -> None:
    await talk("""
        Dev>  /duty done filtering-check
        bot>  “Have the filtering checked” is not due before 31 January 2027. Is it done already?
        Dev>  /duty
        bot>  Have the filtering checked · ICT manager · due 31 January 2027
        Dev>  /duty done filtering-check
        bot>  Is it done already?
        Dev>  (taps) Yes, it is done
        bot>  is done for 31 January 2027; next time it is due 15 May 2027.
        Dev>  (taps) Undo
        bot>  “Have the filtering checked” is open again, and due 31 January 2027.
        Dev>  /duty
        bot>  Have the filtering checked · ICT manager · due 31 January 2027
        Dev>  (taps) Undo
        bot>  “filtering-check” is not noted as done.
    """)


async def test_looking_at_a_case_is_no_work_on_it(talk: Talk, stage: Stage) -> None:
    await talk(COMPLAINT)
    await talk("""
        clock> 2026-12-07T12:00
        Cleo> /case {a}
        bot>  They call the kitchen filthy
        Cleo> /case log {a}
        bot>  read all entries
        Cleo> /case evidence {a}
        bot>  They call the kitchen filthy
        clock> 2026-12-09T12:00
        Cleo> /case overdue
        bot>  No news for a while\\n{a} · Complaint about the school
        Ben>  /case close {a} unfounded
        bot>  closed: unfounded
        Cleo> /case overdue
        bot>  Closed last week\\n{a} · Complaint about the school
        clock> 2026-12-17T12:00
        Cleo> /case {a}
        bot>  They call the kitchen filthy
        Cleo> /case overdue
        bot>  Your week\\nNothing is overdue.
    """)
    latest = [seen.words for seen in stage.seen("Cleo") if "Your week" in seen][-1]
    assert "Closed last week" not in latest
