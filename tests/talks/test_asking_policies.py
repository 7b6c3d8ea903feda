"""Questions to the policy texts, what they lack, and the statement that staff accept: in each chat."""

from __future__ import annotations

from store.model.memos import Acceptance, Statement
from tests.talks.conftest import Talk
from tests.talks.stage import Stage

SECTION = "More of this section"


async def test_a_passage_is_quoted_with_its_place_and_leads_to_its_section(talk: Talk) -> None:
    await talk(f"""
        Asha> /policy can I reply to a parent on facebook?
        bot>  Do not reply to a parent, or to anyone else
        bot>  Staff and volunteers online · What you never do
        Asha> (taps) {SECTION}
        bot>  Staff and volunteers never post about pupils, colleagues or parents
        Asha> /policy can I reply to a parent on facebook?
        bot>  Do not reply to a parent
        Asha> (taps) More answers
        bot>  ·
    """)


async def test_the_sentence_that_answers_is_set_off_in_each_chat(talk: Talk, stage: Stage) -> None:
    await talk("""
        Asha> /policy do i reply to comments about the school
        bot>  Do not reply to a parent
    """)
    bold = stage.bold("Asha")
    answer = "Do not reply to a parent, or to anyone else, when you come across comments"
    assert any(answer in words for words in bold)
    # What stands around it is shown, and not set off, where a chat can tell words of one row apart.
    assert any("This holds even where your account is" in seen.words for seen in stage.seen("Asha"))
    if stage.tells_words_apart:
        assert not any("This holds even where" in words for words in bold)


async def test_one_answer_that_is_clearly_best_stands_alone(talk: Talk, stage: Stage) -> None:
    await talk("""
        Asha> /policy may I use my own phone
        bot>  You may use your own phone when no pupils are with you
        Asha> /policy may i accept a freind request from a parent
        bot>  do not become friends with parents or pupils on Facebook
        Asha> /policy who owns the online safety policy
        bot>  The headteacher owns the school's policies on online safety
        Asha> /policy can parents post photos of sports day
        bot>  Post only what shows no other child
    """)
    seen = stage.seen("Asha")
    assert not any("can be a real help with news" in message.words for message in seen)
    assert not any("review by" in message.words for message in seen)
    await talk("""
        Asha> /policy may i accept a freind request from a parent
        bot>  do not become friends with parents or pupils on Facebook
        Asha> (taps) More answers
        bot>  ·
    """)


async def test_what_was_left_out_of_a_list_is_marked(talk: Talk) -> None:
    await talk("""
        Asha> /policy who carries out the e-safety audit each year
        bot>  The ICT manager does all of this:
        bot>  …
        bot>  Carries out an e-safety audit once a year.
        bot>  E-safety: who does what · ICT manager
    """)


async def test_a_review_is_spoken_of_when_it_is_near(talk: Talk, stage: Stage) -> None:
    await talk("""
        clock> +38w
        Asha> /policy may I use my own phone
        bot>  Friends and your own phone · review by 6 September 2027
    """)


async def test_who_is_worried_about_the_head_is_not_sent_to_the_head(
    talk: Talk, stage: Stage
) -> None:
    await talk("""
        Asha> /policy who do I tell about the headteacher
        bot>  If you are worried about something the headteacher did, tell the chair of governors.
        Asha> /policy how do i complain about the Head's dog in assembly
        bot>  The texts do not say.
        bot>  tell the chair of governors
        Ben> /policy who do I tell about the headteacher
    """)
    assert not any("tell the chair" in seen.words for seen in stage.seen("Ben"))


async def test_a_question_of_what_the_head_does_is_only_answered(talk: Talk, stage: Stage) -> None:
    await talk("""
        Asha> /policy does the headteacher own the online safety policy
        bot>  The headteacher owns the school's policies on online safety
        Asha> /policy who do i report a head injury to
        Asha> /policy is the head of year told about detentions
    """)
    assert not any("tell the chair" in seen.words for seen in stage.seen("Asha"))


async def test_a_refusal_names_only_what_comes_near(talk: Talk, stage: Stage) -> None:
    await talk("""
        Asha> /policy who won the football on saturday
        bot>  The texts do not say.
    """)
    assert not any("The nearest" in seen.words for seen in stage.seen("Asha"))


async def test_what_the_texts_do_not_say_goes_to_the_head_and_comes_back(talk: Talk) -> None:
    await talk("""
        Asha> /policy who repairs the boiler in the winter
        bot>  The texts do not say.
        bot>  You can ask Ben Okafor
        Asha> (taps) Ask the leadership
        bot>  Your question has gone to Ben Okafor.
        bot to Ben> Asha Patel asks
        bot to Ben> who repairs the boiler in the winter
        Asha> (taps) Ask the leadership
        bot>  I have sent that to Ben Okafor already
        Ben>  (taps) Answer
        bot>  What is your answer?
        Ben>  Mr Grey, in the office.
        bot>  Asha Patel gets your answer.
        bot to Asha> Ben Okafor answers:
        bot to Asha> Mr Grey, in the office.
    """)


async def test_an_answer_that_does_not_come_is_asked_for_again(talk: Talk) -> None:
    await talk("""
        Asha> /policy may I keep a snake in class
        bot>  The texts do not say.
        Asha> (taps) Ask the leadership
        bot>  Your question has gone to Ben Okafor.
        bot to Ben> may I keep a snake in class
        clock> +2d
        bot to Ben> has no answer yet
    """)


async def test_leaders_read_what_the_texts_lack_without_who_asked(talk: Talk, stage: Stage) -> None:
    await talk("""
        Asha> /policy who repairs the boiler in the winter
        bot>  The texts do not say.
        Gita> /policy Who repairs the boiler, in the winter?
        bot>  The texts do not say.
        Asha> /policy gaps
        bot>  That is not among the things you can do here.
        Ben>  /policy gaps
        bot>  Who repairs the boiler, in the winter? · asked 2 times
        Ben>  /case overdue
        bot>  Asked last week, and not in the policy texts
        Ben>  /policy gaps
        bot>  What the policy texts do not say
        Ben>  (taps) Remove: Who repairs the boiler, in the winter?
        bot>  Removed.
        Ben>  /policy gaps
        bot>  answered every question so far
    """)
    assert not any("Asha" in seen.words or "Gita" in seen.words for seen in stage.seen("Ben"))


async def test_texts_and_sections_are_found_by_their_names(talk: Talk) -> None:
    await talk("""
        Asha> /policy show filtering blocked
        bot>  gambling and betting
        Asha> /policy show responsible
        bot>  Kept by
        bot>  I sign in as myself
        Asha> /policy show parents
        bot>  Which one?
        Asha> /policy show cookery
        bot>  I know no text “cookery”. These are stored: “E-safety: who does what”
    """)


async def test_an_agreement_is_printed_for_signature(talk: Talk, stage: Stage) -> None:
    await talk("""
        Asha> /policy print agreement
        bot>  our agreement with parents and carers.pdf
        Asha> /policy print cookery
        bot>  I know no text “cookery”.
    """)


async def test_the_policy_behind_a_case_is_one_tap_away(talk: Talk) -> None:
    await talk("""
        Asha> Have you seen what they say about Mr Ahmed?
        bot>  Case {a}
        Asha> (taps) A member of staff
        Asha> (taps) Somebody else
        bot>  Type the name
        Asha> Mr Ahmed
        bot>  What is it mostly about?
        Asha> (taps) Defamatory about staff
        bot>  Thank you.
        Asha> (taps) What the policy says
        bot>  Dealing with posts and comments online
        Ben>  /case {a}
        bot>  What the policy says
    """)


async def test_new_staff_are_asked_to_accept_the_statement_at_once(
    talk: Talk, stage: Stage
) -> None:
    await _accept_again(stage)
    await talk("""
        clock> +1m
        bot to Asha> Please read this, and accept it before you use the internet in school:
        bot to Asha> I tell the headteacher about anything that is alleged about me online.
        Asha> (taps) I accept
        bot>  Thank you. You have accepted “Responsible Internet Use”
        Asha> /policy accept
        bot>  You have accepted everything: Responsible Internet Use.
        Ben>  /policy accepted
        bot>  1 of 5 have accepted it. Not yet: Ben Okafor, Cleo Martin, Dev Singh and Gita Rao.
        Asha> /policy accepted
        bot>  That is not among the things you can do here.
    """)
    store = stage.bot.desk.store
    [accepted] = await store.memos(Acceptance)
    assert (accepted.person, accepted.at) == ("asha", stage.clock.now())
    [kept] = await store.memos(Statement)
    assert accepted.version == kept.version
    assert "I tell the headteacher about anything that is alleged about me online." in kept.text


async def test_whoever_does_not_accept_is_reminded_three_times_and_then_the_ict_manager_hears(
    talk: Talk, stage: Stage
) -> None:
    await _accept_again(stage, but=("asha", "ben", "cleo", "dev"))
    await talk("""
        clock> +1m
        bot to Gita> Please read this
        clock> +1w
        bot to Gita> You have not accepted this yet.
        clock> +1w
        bot to Gita> You have not accepted this yet.
        clock> +1w
        bot to Gita> You have not accepted this yet.
        clock> +1w
        bot to Dev> Gita Rao has not accepted “Responsible Internet Use”, after 3 reminders.
        clock> +2w
    """)
    asked = [seen for seen in stage.seen("Gita") if "I sign in as myself" in seen.words]
    told = [seen for seen in stage.seen("Dev") if "Gita Rao has not accepted" in seen.words]
    assert (len(asked), len(told)) == (4, 1)


async def _accept_again(stage: Stage, but: tuple[str, ...] = ()) -> None:
    """As if nobody had accepted yet, but those."""
    store = stage.bot.desk.store
    for acceptance in await store.memos(Acceptance):
        if acceptance.person not in but:
            await store.drop(Acceptance, acceptance.memo_key)
