"""A whole bot, with a chair of governors who is told by mail: what goes out, and what never does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.build import build
from bot.cli.people.invite import make_invitation
from bot.cli.people.invite_by_mail import Invited, confirm, invite_by_mail
from bot.cli.people.roles import change_roles
from bot.mail import MailFrontEnd
from bot.mail.render import SAID
from store.errors import Trouble
from store.model.kinds import NoticeKind, NoticeResult
from store.model.records import Role
from tests.doubles.mail import MailDouble
from tests.talks.conftest import Conversation, Talk, as_written
from tests.talks.stage import TUESDAY, StillClock, TerminalStage, settings

EFUA, BEN = "efua@governors.example", "ben@school.example"
#: In everything that anybody types here about a case.
CONTENT = "Zebra"


class MailStage(TerminalStage):
    """The terminal, with mail beside it; some are told by mail alone."""

    def __init__(self, folder: Path, clock: StillClock, mail: MailDouble, **by_mail: str) -> None:
        super().__init__(folder, clock, **mail.environment)
        self.mail = mail
        self.by_mail = by_mail

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        given = settings(self.folder, **self.environment)
        self.by_post = MailFrontEnd(given, chats=["Telegram"], now=self.clock.now)
        front_ends = {"terminal": self.front_end, "mail": self.by_post}
        self.bot = await build(given, front_ends, self.clock.now)
        await self.enrol()
        try:
            yield
        finally:
            await self.bot.close()

    def account(self, name: str) -> str:
        address = self.by_mail.get(name)
        return f"mail:{address}" if address else super().account(name)


@pytest.fixture
def by_mail() -> dict[str, str]:
    return {"Efua": EFUA}


@pytest.fixture
def more() -> dict[str, str]:
    """Further settings."""
    return {}


@pytest.fixture
async def stage(
    mail: MailDouble, tmp_path: Path, by_mail: dict[str, str], more: dict[str, str]
) -> AsyncIterator[MailStage]:
    (tmp_path / "school.toml").write_text(
        'name = "Hillside"\nurgent_phone = "01632 960789"\nlocal_authority_phone = "01632 960456"\n'
    )
    it = MailStage(tmp_path, StillClock(TUESDAY), mail, **by_mail)
    it.environment |= more
    async with it.running():
        yield it
        await as_written(it)


@pytest.fixture
def talk(stage: MailStage, tmp_path: Path) -> Talk:
    return Conversation(stage, tmp_path).hold


async def test_what_is_about_the_head_goes_to_the_chair_by_mail(
    talk: Talk, stage: MailStage
) -> None:
    cases = await talk(f"""
        Asha> They say that {CONTENT} Jones was hit
        bot>  Case {{a}}
        Asha> (taps) The headteacher
        bot>  What is it mostly about?
        Asha> (taps) Allegation about staff
        bot>  The chair of governors is told. The headteacher is not.
        clock> +15m
        bot to Ben> (nothing)
    """)
    (sent,) = stage.mail.to(EFUA)
    assert sent.subject == f"Heads Up: new case {cases['a']}"
    assert "Allegation about staff" in sent.words
    # Whoever answers the school's telephone may be the one whom it is about.
    assert "01632 960456" in sent.words
    assert "01632 960789" not in sent.words
    assert CONTENT not in sent.everything


async def test_an_urgent_case_goes_round_to_the_chair_too(talk: Talk, stage: MailStage) -> None:
    cases = await talk(f"""
        Asha> {CONTENT} Jones says he brings a knife
        bot>  Case {{a}}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> (taps) Threat of violence
        bot>  Thank you.
        clock> +3h
    """)
    sent = stage.mail.to(EFUA)
    assert sent
    assert sent[0].subject == f"Heads Up: urgent case {cases['a']} waits"
    assert "ring 01632 960789" in sent[0].words
    # A later round takes the place of the earlier in a chat; in a mailbox nothing does.
    assert all("out of date" not in each.everything for each in sent)
    rounds = {each.message["Message-ID"] for each in sent}
    assert len(rounds) == len(sent)


async def test_nothing_that_anybody_typed_is_ever_in_a_mail(
    talk: Talk, stage: MailStage, by_mail: dict[str, str]
) -> None:
    """Efua leads too, so that every kind of notice there is may come to her."""
    store = stage.bot.desk.store
    cases = await talk(f"""
        technician> gives Efua Mensah the role dsl
        technician> gives Efua Mensah the role leader
        clock> +2m
        Asha> {CONTENT} Jones posted this: https://zebra.example/post
        bot>  Case {{a}}
        Asha> (taps) A pupil
        Asha> {CONTENT} Jones
        Asha> /case category {{a}} threat
        bot>  {{a}}
        Asha> /case posted {{a}} {CONTENT} Page
        Asha> [sends zebra.png] {CONTENT} again
        Cleo> /case take {{a}}
        bot>  {{a}}
        Cleo> /case note {{a}} {CONTENT} has been here
        Cleo> /case add {{a}} “Ring {CONTENT}’s mother” by tomorrow
        bot>  Ring {CONTENT}’s mother
        Cleo> /case hand {{a}} own-1 to Efua Mensah
        bot>  Efua Mensah
        Cleo> /case letter {{a}}
        Ben>  /case posters
        Asha> /policy May I show {CONTENT} Jones a film
        clock> +1d
        clock> +1d
        clock> +5d
        clock> +1d
        Ben>  /case ask {{a}}
        Cleo> /case answer {{a}} {CONTENT} is well
        Cleo> /case close {{a}} because {CONTENT} is well
        clock> +1d
    """)
    case = await store.case(cases["a"])
    (own,) = [step for step in case.follow_ups if step.is_own]
    assert CONTENT in own.what
    assert own.told > 0, "nobody was reminded of it"
    sent = stage.mail.to(EFUA)
    for each in sent:
        assert CONTENT.lower() not in each.everything.lower()
        assert "http" not in each.everything
    assert any(f"Case {cases['a']}: something is overdue" in each.words for each in sent)
    assert any("With Ben Okafor" in each.words for each in sent)
    assert any("With Efua Mensah" in each.words for each in sent)


@pytest.mark.parametrize("by_mail", [{"Efua": EFUA, "Ben": BEN}])
async def test_recusal_holds(talk: Talk, stage: MailStage) -> None:
    """What becomes a case about the head before it is sent, is not."""
    stage.mail.refuse("rcpt", "450 4.2.0 Greylisted")
    cases = await talk("""
        Asha> Somebody wrote a threat
        bot>  Case {a}
        Asha> (taps) The school
        Asha> /case category {a} threat
        bot>  Thank you.
        clock> +1m
        Asha> /case about {a} head
        bot>  The headteacher is not.
    """)
    stage.mail.mend()
    await stage.moves_clock("+1h")
    await stage.quiet()
    assert cases["a"] not in "".join(each.everything for each in stage.mail.to(BEN))
    assert any(cases["a"] in each.subject for each in stage.mail.to(EFUA))


async def test_greylisting_is_waited_out_and_no_mail_comes_twice(
    talk: Talk, stage: MailStage
) -> None:
    stage.mail.refuse("rcpt", "450 4.2.0 Greylisted", times=2)
    cases = await talk("""
        Asha> He shouted at a child
        bot>  Case {a}
        Asha> /case about {a} head
        Asha> /case category {a} staff-allegation
        bot>  The headteacher is not.
        clock> +15m
        clock> +1h
        clock> +1h
    """)
    assert [each.subject for each in stage.mail.to(EFUA)] == [f"Heads Up: new case {cases['a']}"]


async def test_a_wrong_address_climbs_as_any_permanent_failure(
    talk: Talk, stage: MailStage
) -> None:
    stage.mail.refuse("rcpt", "550 5.1.1 No such user")
    cases = await talk("""
        technician> gives Dev Singh the role chair
        clock> +2m
        Asha> Somebody wrote a threat
        bot>  Case {a}
        Asha> (taps) The school
        Asha> /case category {a} threat
        bot>  Thank you.
        clock> +5h
    """)
    case = await stage.bot.desk.store.case(cases["a"])
    failed = [each for each in case.notices if each.result == NoticeResult.FAILED]
    assert {each.to for each in failed} == {"efua"}
    assert any(each.key.endswith("for dev") or each.to == "dev" for each in case.notices)


async def test_a_refused_password_is_like_a_revoked_token(talk: Talk, stage: MailStage) -> None:
    stage.mail.refuse("login", "535 5.7.8 Authentication credentials invalid")
    cases = await talk("""
        Asha> He shouted at a child
        bot>  Case {a}
        Asha> /case about {a} head
        Asha> /case category {a} staff-allegation
        clock> +15m
    """)
    assert stage.bot.desk.cut_off() == {"mail"}
    assert stage.mail.mails == []
    stage.mail.mend()
    await stage.moves_clock("+1h")
    assert [each.subject for each in stage.mail.to(EFUA)] == [f"Heads Up: new case {cases['a']}"]
    assert stage.bot.desk.cut_off() == frozenset()


@pytest.mark.parametrize("by_mail", [{}])
async def test_whoever_has_a_chat_reads_it_there(talk: Talk, stage: MailStage) -> None:
    """Mail is what is left where no chat takes it."""
    store = stage.bot.desk.store
    efua = await store.person("efua")
    await store.save_person(replace(efua, accounts=(f"mail:{EFUA}", *efua.accounts)))
    await talk("""
        Asha> He shouted at a child
        bot>  Case {a}
        Asha> /case about {a} head
        Asha> /case category {a} staff-allegation
        clock> +15m
        bot to Efua> New case {a}
    """)
    assert stage.mail.mails == []


@pytest.mark.parametrize("more", [{"LEADERSHIP_CHANNEL": "mail:heads@school.example"}])
async def test_no_channel_is_an_address_that_nobody_has_confirmed(
    talk: Talk, stage: MailStage
) -> None:
    await talk("""
        Asha> Somebody wrote a threat
        bot>  Case {a}
        Asha> (taps) The school
        Asha> /case category {a} threat
        bot to Ben> Urgent: case {a}
        clock> +5m
    """)
    assert stage.mail.to("heads@school.example") == []


def test_every_kind_of_notice_has_words_for_a_mail() -> None:
    assert set(SAID) == set(NoticeKind)


# --- how somebody comes to be told by mail ------------------------------------------------------------


@pytest.mark.parametrize("by_mail", [{}])
async def test_a_code_is_read_out_and_then_mail_goes_there(
    talk: Talk, stage: MailStage, capsys: pytest.CaptureFixture[str]
) -> None:
    given = settings(stage.folder, **stage.environment)
    await invite_by_mail(Invited("Kofi Boateng", ["chair"], "", "Kofi@Governors.Example"), given)
    (sent,) = stage.mail.to("Kofi@governors.example")
    assert "Kofi@governors.example" in capsys.readouterr().out
    code = sent.words.split("    ")[1].split()[0]
    await talk(f"""
        technician> gives Dev Singh the role chair
        clock> +2m
        Ben>  /people invitations
        bot>  Kofi Boateng: chair of governors, until
        Finn> /join {code}
        bot>  That code is not valid
    """)
    assert len(stage.mail.mails) == 1

    with pytest.raises(Trouble, match="no such code"):
        await confirm("aaaa-bbbb", given)
    # As it is typed by somebody who listens.
    await confirm(f" {code.upper().replace('-', ' ')} ", given)
    assert "Kofi Boateng is told by mail" in capsys.readouterr().out
    await talk("""
        clock> +2m
        bot to Ben> Kofi Boateng joined as chair of governors, invited by the technician.
        Ben>  /people
        bot>  Kofi Boateng: chair of governors (by mail: told what is urgent and due, and cannot answer)
    """)
    with pytest.raises(Trouble, match="no such code"):
        await confirm(code, given)
    again = Invited("Kofi B", ["staff"], "", "Kofi@governors.example")
    with pytest.raises(Trouble, match="gets mail at that address already"):
        await invite_by_mail(again, given)
    kofi = await stage.bot.desk.store.by_account("mail:Kofi@governors.example")
    assert kofi
    assert kofi.roles == (Role.CHAIR,)


async def test_nobody_is_invited_by_a_mail_that_did_not_go(stage: MailStage) -> None:
    given = settings(stage.folder, **stage.environment)
    stage.mail.refuse("rcpt", "550 5.1.1 No such user")
    with pytest.raises(Trouble, match="nobody was invited"):
        await invite_by_mail(Invited("Kofi Boateng", ["chair"], "", "k@g.example"), given)
    assert await stage.bot.desk.store.invitations() == []


async def test_whoever_is_told_by_mail_joins_a_chat_by_the_technicians_code(
    talk: Talk, stage: MailStage
) -> None:
    given = settings(stage.folder, **stage.environment)
    made = await make_invitation("", (), given, "Efua Mensah")
    await talk(f"""
        Ben>  /people invite Efua Mensah for Efua Mensah
        bot>  Efua Mensah is told by mail alone
        Finn> /join {made.code}
        bot>  Welcome, Efua Mensah.
        bot to Ben> Efua Mensah has a further account, which the technician added
        Finn> /case list
        bot>  No open cases.
    """)
    efua = await stage.bot.desk.store.person("efua")
    assert efua.accounts == (f"mail:{EFUA}", "terminal:finn")


async def test_an_answer_is_asked_of_nobody_who_cannot_give_one(
    talk: Talk, stage: MailStage
) -> None:
    await talk("""
        Ben>  /people invite Gita Rao as dsl
        bot>  there is nobody here who could agree
    """)


async def test_no_case_is_given_to_who_cannot_look_after_it(talk: Talk) -> None:
    await talk("""
        technician> gives Efua Mensah the role leader
        clock> +2m
        Asha> Somebody wrote a threat
        bot>  Case {a}
        Asha> (taps) The school
        Asha> /case category {a} threat
        Cleo> /case take {a}
        bot>  Now: Cleo Martin
        Cleo> /case give {a} to Efua Mensah
        bot>  Efua Mensah cannot look after case {a}.
        Cleo> /case {a}
        bot>  Now: Cleo Martin
    """)


async def test_a_step_of_who_cannot_do_it_here_says_so(talk: Talk, stage: MailStage) -> None:
    """On the card, in what whoever gave it reads, and in what is told of it when it is overdue."""
    cannot = "Efua Mensah (told by mail alone, and can do nothing here)"
    cases = await talk("""
        technician> gives Efua Mensah the role leader
        clock> +2m
        Asha> Somebody wrote a threat
        bot>  Case {a}
        Asha> (taps) The school
        Asha> /case category {a} threat
        Cleo> /case take {a}
        bot>  Now: Cleo Martin
    """)
    reference = cases["a"]
    case = await stage.bot.desk.store.case(reference)
    step = next(step for step in case.oldest_first if step.is_open)
    await talk(f"""
        Cleo> /case hand {reference} {step.key}
        bot>  Who
    """)
    assert "Efua Mensah" not in stage.seen("Cleo")[-1].words
    await talk(f"""
        Cleo> /case hand {reference} {step.key} to Efua Mensah
        bot>  Efua Mensah, who is told by mail alone and cannot say here that it is done
        bot>  {cannot}
        Cleo> /case {reference}
        bot>  {cannot}
        clock> +2d
        bot to Ben> {cannot}
    """)


async def test_a_mail_beside_a_chat(talk: Talk, stage: MailStage) -> None:
    given = settings(stage.folder, **stage.environment)
    await invite_by_mail(Invited("her mail", [], "Cleo Martin", "cleo@school.example"), given)
    (sent,) = stage.mail.mails
    await confirm(sent.words.split("    ")[1].split()[0], given)
    await talk("""
        clock> +2m
        bot to Ben> Cleo Martin has a further account, which the technician added: Mail cleo@school.example.
    """)
    cleo = await stage.bot.desk.store.person("cleo")
    assert cleo.accounts == ("terminal:cleo", "mail:cleo@school.example")
    await change_roles("mail:cleo@school.example", [], ["dsl"], given)
