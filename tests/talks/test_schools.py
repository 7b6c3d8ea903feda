"""Several schools in one deployment: a real process, one database, a workspace or a bot of Telegram's for each."""

from __future__ import annotations

import asyncio
import itertools
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from structlog.contextvars import get_contextvars
from structlog.testing import capture_logs

from bot.chats import SLACK, TELEGRAM
from bot.cli.check.check import check_all
from bot.cli.people.invite import make_invitation, print_invitation
from bot.cli.policies.add import own_texts
from bot.run import ProcessRole, stop
from bot.schools.connect import connect_by_token, disconnect, install_link, list_schools
from bot.schools.open import open_installations, with_chats
from bot.schools.run import Schools, run_schools
from bot.server import Servers
from bot.settings import Settings, SettingsError, load
from store.errors import Trouble
from store.postgres.installations import Installation, Installations
from store.postgres.token_key import TokenKey
from tests.bot.test_health import asked, asked_when_up
from tests.bot.test_run import bot, environment
from tests.crash.nursery import command
from tests.crash.processes import free_port
from tests.databases import migrated
from tests.doubles.slack import SlackDouble
from tests.doubles.trust import Trust
from tests.patience import PATIENCE, until
from tests.talks.stage import ROOT

URL = "https://headsup.trust.example"
LINK = re.compile(re.escape(URL) + r"/\S+")
REFERENCE = re.compile(r"Case (\w{4})")
RULE = "# Phones at Oakfield\n\n## Where phones are\n\nPhones are handed in at the gate and kept in the blue cabinet.\n"
_numbers = itertools.count()


@pytest.fixture
async def trust() -> AsyncIterator[Trust]:
    async with Trust(URL, free_port()) as trust:
        yield trust


@pytest.fixture
def settings(tmp_path: Path, trust: Trust) -> dict[str, str]:
    for key, name in (("oakfield", "Oakfield School"), ("elmwood", "Elmwood School")):
        folder = tmp_path / "schools" / key
        folder.mkdir(parents=True)
        (folder / "school.toml").write_text(f'name = "{name}"\n')
    (tmp_path / "schools" / "README").write_text("no school")
    texts = tmp_path / "schools" / "oakfield" / "policy_texts"
    shutil.copytree(ROOT / "policy_texts", texts)
    (texts / "phones.md").write_text(RULE)
    url = migrated(f"trust_{next(_numbers)}")
    more = {"DATABASE_URL": url, "SCHOOLS": str(tmp_path / "schools"), "TOKEN_KEY": TokenKey.new()}
    return environment(tmp_path, **trust.environment, **more)


async def said(*arguments: str, settings: dict[str, str], typed: str = "") -> tuple[int, str]:
    """Exit status, and all that a command says."""
    process = await asyncio.create_subprocess_exec(
        *command(*arguments),
        cwd=ROOT,
        env=settings,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await asyncio.wait_for(process.communicate(typed.encode()), PATIENCE)
    return process.returncode or 0, out.decode()


def of(school: str, settings: dict[str, str]) -> Settings:
    return load({**settings, "HEADSUP_SCHOOL": school})


async def link_for(school: str, settings: dict[str, str]) -> str:
    return (await install_link(of(school, settings), SLACK))[-1]


async def code_for(school: str, name: str, role: str, settings: dict[str, str]) -> str:
    return (await make_invitation(name, (role,), of(school, settings))).code


async def listed(settings: dict[str, str]) -> str:
    return "\n".join(await list_schools(load(settings)))


@asynccontextmanager
async def schools(settings: dict[str, str]) -> AsyncIterator[tuple[Schools, Installations]]:
    """The schools in this process, served as `headsup run` does, and refreshed by hand."""
    several = load(settings)
    database, installations = await open_installations(several)
    made, servers = Schools(several, database, installations, ProcessRole.ALL), Servers()
    try:
        await servers.listen(several, made.routes())
        await servers.show_numbers(several, [made.numbers()])
        yield made, installations
    finally:
        await made.close()
        await stop(made.services, servers)
        await database.close()


async def numbers_of(settings: dict[str, str]) -> str:
    """What Prometheus is told."""
    status, page = await asked(int(settings["METRICS"]), "/metrics")
    assert status == 200
    return page


@asynccontextmanager
async def running(trust: Trust, settings: dict[str, str]) -> AsyncIterator[None]:
    async with bot(settings):
        assert (await asked_when_up(int(trust.environment["PORT"]), "/ready"))[0] == 200
        yield


async def head_of(slack: SlackDouble, school: str, settings: dict[str, str]) -> str:
    head = slack.user("UHEAD", f"Head of {school.capitalize()}")
    code = await code_for(school, f"Head of {school.capitalize()}", "head", settings)
    await slack.slash(head, "/headsup", f"join {code}")
    assert "Welcome" in (await slack.next(head)).words
    return head


async def report(slack: SlackDouble, who: str, words: str) -> str:
    """A report, and the reference of its case."""
    await slack.message(who, words)
    answer = await slack.next(who)
    found = REFERENCE.search(answer.words)
    assert found, answer.words
    await slack.tap(who, answer, "The school")
    await slack.tap(who, await slack.next(who), "Threat of violence")
    assert "urgent" in (await slack.next(who)).words
    return found[1]


async def test_two_schools_live_side_by_side(trust: Trust, settings: dict[str, str]) -> None:
    oak, elm = await trust.workspace("TOAK"), await trust.workspace("TELM")
    asha, bram = oak.user("UASHA", "Asha Patel"), elm.user("UBRAM", "Bram Jones")
    async with running(trust, settings):
        for school, slack in (("oakfield", oak), ("elmwood", elm)):
            _, words = await said("--school", school, "connect", "slack", settings=settings)
            link = LINK.search(words)
            assert link, words
            page = await trust.install(link[0], slack)
            assert (page.status, f"({school}), in the workspace" in page.text) == (200, True), page
        status, lines = await said("schools", settings=settings)
        assert status == 0
        assert "oakfield (Oakfield School): Slack: TOAK School" in lines
        assert "elmwood (Elmwood School): Slack: TELM School" in lines

        head_of_oak = await head_of(oak, "oakfield", settings)
        head_of_elm = await head_of(elm, "elmwood", settings)
        case = await report(oak, asha, "They say they will hurt Noor Malik")
        assert f"Urgent: case {case}" in (await oak.next(head_of_oak)).words

        for words in (
            f"case {case}",
            f"case take {case}",
            "case status",
            "case find Noor Malik",
            f"case evidence {case}",
        ):
            await elm.slash(head_of_elm, "/case", words.removeprefix("case "))
            answer = (await elm.next(head_of_elm)).words
            assert "Noor" not in answer.replace("“Noor Malik”", "")
            assert "Asha" not in answer
            assert case not in answer.replace(f"“{case}”", "").replace(f"case {case}", "")

        await oak.slash(asha, "/policy", "where are phones kept?")
        assert "blue cabinet" in (await oak.next(asha)).words
        await elm.slash(bram, "/policy", "where are phones kept?")
        assert "blue cabinet" not in (await elm.next(bram)).words
        await report(elm, bram, "Somebody will hurt Kit")
        assert "Urgent: case" in (await elm.next(head_of_elm)).words
        assert "Kit" not in "".join(shown.words for shown in oak.shown(head_of_oak))
    async with running(trust, settings):  # all of it is in the database
        await oak.slash(head_of_oak, "/case", case)
        assert case in (await oak.next(head_of_oak)).words
    with psycopg.connect(settings["DATABASE_URL"]) as connection:
        kept = connection.execute("SELECT * FROM installations").fetchall()
        assert len(kept) == 2
        assert not any(slack.bot_token in repr(kept) for slack in (oak, elm))


async def test_bots_of_telegram_for_two_schools(trust: Trust, settings: dict[str, str]) -> None:
    oak = await trust.telegram("111111:" + "a" * 35, "oakbot")
    elm = await trust.telegram("222222:" + "b" * 35, "elmbot")
    with pytest.raises(Trouble, match="This is no token of Telegram's"):
        await connect_by_token(of("oakfield", settings), TELEGRAM, "1:2")
    await connect_by_token(of("oakfield", settings), TELEGRAM, oak.token)
    status, words = await said(
        "--school", "elmwood", "connect", "telegram", settings=settings, typed=elm.token
    )
    assert (status, "elmwood is connected to @elmbot" in words) == (0, True), words
    assert elm.token not in words
    with pytest.raises(Trouble, match="another school's already"):
        await connect_by_token(of("elmwood", settings), TELEGRAM, oak.token)
    async with running(trust, settings):
        asha, bram = oak.user(1, "Asha"), elm.user(1, "Asha")  # one person, who works at both
        for school, telegram, person in (("oakfield", oak, asha), ("elmwood", elm, bram)):
            await telegram.until(lambda telegram=telegram: telegram.updates.webhook)
            await person.says(f"/join {await code_for(school, 'Asha Patel', 'staff', settings)}")
            await telegram.waits_for(person, "Welcome, Asha Patel.")
        await asha.says("They say they will hurt Noor Malik")
        found = REFERENCE.search((await oak.waits_for(asha, "Case ")).text)
        assert found
        await bram.says("/case status")
        await elm.waits_for(bram, "not passed anything on")
        await bram.says(f"/case {found[1]}")
        await elm.until(lambda: len(elm.shown(bram)) == 3)
        assert "Noor" not in elm.shown(bram)[-1].text

        secrets = [t.updates.webhook["secret_token"] for t in (oak, elm)]
        assert secrets[0] != secrets[1]
        for key, secret, status in (
            ("222222", secrets[0], 403),
            ("333333", secrets[0], 403),
            ("111111", secrets[0], 400),
        ):
            headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
            async with trust.client.post(
                f"{trust.here}/telegram/{key}", json={}, headers=headers
            ) as answer:
                assert answer.status == status

        assert "no longer connected" in await disconnect(of("elmwood", settings), TELEGRAM)
        assert "elmwood (Elmwood School): no chat yet" in await listed(settings)


async def test_a_link_installs_for_its_school_alone_and_once(
    trust: Trust, settings: dict[str, str]
) -> None:
    oak, elm = await trust.workspace("TOAK"), await trust.workspace("TELM")
    async with running(trust, settings):
        link = await link_for("oakfield", settings)
        page = await trust.browse(link)
        assert "Install Heads Up for Oakfield School (oakfield)?" in page.text
        assert (await trust.install(link, oak, refuse=True)).status == 200
        assert (await trust.install(link, oak, cookie=False)).status == 400
        assert "connected to Oakfield School (oakfield)" in (await trust.install(link, oak)).text
        again = await trust.install(link, elm)
        assert (again.status, "used already" in again.text) == (404, True)
        made_up = await trust.install(link.partition("=")[0] + "=elmwood.abc", elm)
        assert made_up.status == 404
        assert (
            await trust.browse(f"{URL}/slack/oauth_redirect?code=x&state=oakfield.x")
        ).status == 400

        taken = await trust.install(await link_for("elmwood", settings), oak)
        assert "another school&#x27;s already" in taken.text
        second = await trust.install(await link_for("oakfield", settings), elm)
        assert "this school has another workspace" in second.text
        lines = await listed(settings)
        assert "oakfield (Oakfield School): Slack: TOAK School" in lines
        assert "elmwood (Elmwood School): no chat yet" in lines


async def test_a_workspace_that_removes_the_app_is_forgotten(
    trust: Trust, settings: dict[str, str]
) -> None:
    oak = await trust.workspace("TOAK")
    asha = oak.user("UASHA", "Asha Patel")
    async with running(trust, settings):
        await trust.install(await link_for("oakfield", settings), oak)
        assert (
            await oak.event({"type": "app_uninstalled"})
        ).acknowledged  # an old one: the token is good
        case = await report(oak, asha, "They say they will hurt Noor Malik")

        revoked = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["UBOT"]}}
        trust.fails = True
        assert not (await oak.event(revoked)).acknowledged  # Slack could not be asked
        trust.fails = False
        trust.revoke(oak)
        assert (await oak.event(revoked)).acknowledged
        assert "oakfield (Oakfield School): no chat yet" in await listed(settings)
        await oak.slash(asha, "/case", "status")
        assert "not connected to a school" in (await oak.next(asha)).words

        await trust.install(await link_for("oakfield", settings), oak)
        await oak.slash(asha, "/case", "status")
        assert case in (await oak.next(asha)).words  # what was kept is there

        assert "no longer connected" in await disconnect(of("oakfield", settings), SLACK)
        assert oak.bot_token in trust.revoked
        assert "oakfield (Oakfield School): no chat yet" in await listed(settings)


async def test_a_disconnected_workspace_is_out_or_nothing_changes(
    trust: Trust, settings: dict[str, str]
) -> None:
    oak = await trust.workspace("TOAK")
    database, installations = await open_installations(load(settings))
    try:
        await installations.put(
            Installation("slack", "TOAK", "oakfield", "Oak", oak.bot_token, datetime.now(UTC))
        )
        trust.fails = True
        with pytest.raises(Trouble, match="nothing was changed"):
            await disconnect(of("oakfield", settings), SLACK)
        assert [i.key for i in await installations.all()] == ["TOAK"]
        trust.fails = False
        trust.revoke(oak)
        assert "no longer connected" in await disconnect(of("oakfield", settings), SLACK)
    finally:
        await database.close()


async def test_one_schools_mistake_stops_that_school_alone(
    trust: Trust, settings: dict[str, str], tmp_path: Path
) -> None:
    settings["METRICS"] = str(free_port())
    oak, elm = await trust.workspace("TOAK"), await trust.workspace("TELM")
    asha, bram = oak.user("UASHA", "Asha Patel"), elm.user("UBRAM", "Bram Jones")
    written = tmp_path / "schools" / "elmwood" / "school.toml"
    right = written.read_text()
    async with schools(settings) as (made, installations):
        for slack, key in ((oak, "oakfield"), (elm, "elmwood")):
            await installations.put(
                Installation("slack", slack.team, key, key, slack.bot_token, datetime.now(UTC))
            )
        written.write_text("nation = 3\n")
        with capture_logs() as logs:
            await made.refresh()
            await made.refresh()
        assert [line["school"] for line in logs if "nation" in line["event"]] == [
            "elmwood"
        ]  # said once
        await report(oak, asha, "They say they will hurt Noor Malik")
        assert not (await elm.event({"type": "message"})).acknowledged  # it is sent again
        assert "headsup_schools_away 1.0" in await numbers_of(settings)
        written.write_text(right)
        await made.refresh()
        await report(elm, bram, "Somebody will hurt Kit")
        await until(lambda: all(service.bot.desk.policies.by_meaning for service in made.services))
        assert "headsup_schools_away 0.0" in await numbers_of(settings)


async def test_what_a_school_does_is_logged_with_its_name(
    trust: Trust, settings: dict[str, str]
) -> None:
    oak = await trust.workspace("TOAK")
    seen: list[str] = []
    async with schools(settings) as (made, installations):
        installed = Installation(
            "slack", "TOAK", "oakfield", "Oak", oak.bot_token, datetime.now(UTC)
        )
        await installations.put(installed)
        await made.refresh()
        [service] = made.services
        claim = service.bot.desk.store.claim

        async def watched(*given: Any) -> Any:
            seen.append(get_contextvars()["school"])
            return await claim(*given)

        service.bot.desk.store.claim = watched  # type: ignore[method-assign]
        await report(oak, oak.user("UASHA", "Asha Patel"), "They say they will hurt Noor Malik")
        await until(lambda: bool(seen))
    assert set(seen) == {"oakfield"}


async def test_a_school_whose_token_is_refused_keeps_what_it_owes(
    trust: Trust, settings: dict[str, str]
) -> None:
    settings["METRICS"] = str(free_port())
    oak = await trust.workspace("TOAK")
    asha = oak.user("UASHA", "Asha Patel")
    async with schools(settings) as (made, installations):
        installed = Installation(
            "slack", "TOAK", "oakfield", "Oak", oak.bot_token, datetime.now(UTC)
        )
        await installations.put(installed)
        await made.refresh()
        head = oak.user("UHEAD", "Head of Oakfield")
        code = await code_for("oakfield", "Head of Oakfield", "head", settings)
        await oak.slash(head, "/headsup", f"join {code}")
        assert "Welcome" in (await oak.next(head)).words
        await oak.message(asha, "They say they will hurt Noor Malik")
        await oak.tap(asha, await oak.next(asha), "The school")
        answer = await oak.next(asha)
        trust.revoke(oak, but=("users.info", "auth.test"))
        await oak.tap(asha, answer, "Threat of violence")
        [service] = made.services
        store = service.bot.desk.store
        await until(lambda: any(r.held_until for r in service.bot.delivery._receivers.values()))
        [summary] = await store.summaries()
        owed = [n for n in (await store.case(summary.reference)).notices if not n.settled]
        assert owed
        # It does not take the others with it, and somebody is told all the same: at once, as the
        # clock has not looked at the schools since.
        page = await numbers_of(settings)
        assert "headsup_schools_away 1.0" in page
        assert 'headsup_school_up{school="oakfield"} 0.0' in page
        trust.revoke(oak)
        await installations.put(replace(installed, token=oak.bot_token, since=datetime.now(UTC)))
        await made.refresh()
        assert made.services != [service]
        await oak.until(lambda: [s for s in oak.shown(head) if summary.reference in s.words])


async def test_nothing_is_started_after_the_end_and_nothing_left_behind(
    trust: Trust, settings: dict[str, str]
) -> None:
    oak = await trust.workspace("TOAK")
    async with schools(settings) as (made, installations):
        installed = Installation(
            "slack", "TOAK", "oakfield", "Oak", oak.bot_token, datetime.now(UTC)
        )
        await installations.put(installed)
        refreshing = asyncio.create_task(made.refresh())
        await asyncio.sleep(0)
        refreshing.cancel()  # as the clock does when it is shut down
        await asyncio.gather(refreshing, return_exceptions=True)
        await made.close()
        [service] = made.services  # whoever stops, stops it too
        await installations.put(replace(installed, key="TELM", school="elmwood"))
        await made.refresh()
        assert made.services == [service]


async def test_what_is_not_signed_by_slack_is_not_heard(
    trust: Trust, settings: dict[str, str]
) -> None:
    oak = await trust.workspace("TOAK")
    async with running(trust, settings):
        await trust.install(await link_for("oakfield", settings), oak)
        check = '{"type": "url_verification", "challenge": "abc"}'
        assert await oak.posts.post(check, "application/json", {}) == (200, '{"challenge": "abc"}')
        assert (await oak.posts.post(check, "application/json", {}, secret="other"))[0] == 401
        assert (await oak.posts.post(check, "application/json", {}, age=600))[0] == 401
        event = '{"type": "event_callback", "team_id": "TNONE", "event": {"type": "message"}}'
        assert (await oak.posts.post(event, "application/json", {}))[0] == 503  # it is sent again
        assert (await oak.posts.post("[" * 50_000, "application/json", {}))[0] == 400
        assert (await trust.browse(f"{URL}/telegram/123")).status == 405


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"DATABASE_URL": ""}, "SCHOOLS needs DATABASE_URL"),
        ({"TOKEN_KEY": ""}, "headsup schools proposes one"),
        ({"TOKEN_KEY": "abc"}, "TOKEN_KEY is not a key"),
        ({"PUBLIC_URL": ""}, "PUBLIC_URL is not set"),
        (
            {"PUBLIC_URL": "http://headsup.trust.example"},
            "PUBLIC_URL is no address that begins with https://",
        ),
        ({"SLACK_CLIENT_SECRET": ""}, "Slack needs SLACK_CLIENT_ID, SLACK_CLIENT_SECRET"),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_BOT_TOKEN is of one school alone"),
        ({"SCHOOLS": "/nowhere/at/all"}, "which is no folder"),
        ({"SCHOOLS": str(ROOT / "docs" / "decisions")}, "There is no school in"),
        ({"HEADSUP_SCHOOL": "ashfield"}, "There is no school “ashfield”"),
    ],
)
async def test_what_is_set_wrong_is_said(
    settings: dict[str, str], wrong: dict[str, str], words: str
) -> None:
    with pytest.raises(Trouble, match=re.escape(words)):
        await run_schools(load({**settings, **wrong}))


async def test_a_command_asks_which_school_is_meant(settings: dict[str, str]) -> None:
    several = load(settings)
    for asking in (
        print_invitation("Ben", ["head"], several),
        install_link(several, SLACK),
        disconnect(several, SLACK),
    ):
        with pytest.raises(SettingsError, match="Say which"):
            await asking


async def test_the_check_looks_at_each_school(
    trust: Trust, settings: dict[str, str], tmp_path: Path
) -> None:
    oak = await trust.telegram("111111:" + "a" * 35, "oakbot")
    await connect_by_token(of("oakfield", settings), TELEGRAM, oak.token)
    oak.revokes_token()

    async def checked(settings: dict[str, str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for finding in (await check_all(load(settings), lambda: datetime.now(UTC))).found:
            found.setdefault(finding.school, []).append(finding.says)
        return found

    (tmp_path / "schools" / "oakfield").rename(tmp_path / "schools" / "oakhill")
    assert any("without a folder" in words for words in (await checked(settings))["oakfield"])
    (tmp_path / "schools" / "oakhill").rename(tmp_path / "schools" / "oakfield")
    found = await checked(settings)
    assert any("headsup --school oakfield connect telegram" in words for words in found["oakfield"])
    assert (
        "no chat is connected yet: headsup --school elmwood connect slack, or telegram"
        in found["elmwood"]
    )
    assert any("Telegram does not know this token" in words for words in found["oakfield"])
    assert all(
        any("nobody is headteacher" in words for words in found[key])
        for key in ("oakfield", "elmwood")
    )
    assert set(await checked({**settings, "HEADSUP_SCHOOL": "elmwood"})) == {"elmwood"}

    other = await checked({**settings, "TOKEN_KEY": TokenKey.new()})
    assert any(
        "TOKEN_KEY does not open its token of telegram" in words for words in other["oakfield"]
    )
    rotated = {**settings, "TOKEN_KEY": f"{TokenKey.new()},{settings['TOKEN_KEY']}"}
    assert not any("TOKEN_KEY" in words for words in (await checked(rotated))["oakfield"])


async def test_a_text_is_added_to_a_school_of_its_own_texts_alone(
    settings: dict[str, str], tmp_path: Path
) -> None:
    assert own_texts(of("oakfield", settings)) == tmp_path / "schools" / "oakfield" / "policy_texts"
    assert (
        own_texts(load(settings)) == ROOT / "policy_texts"
    )  # all schools' that have none of their own
    with pytest.raises(Trouble, match="elmwood has no texts of its own.*cp -r"):
        own_texts(of("elmwood", settings))


async def test_an_invitation_shows_the_link_of_the_schools_own_bot(
    trust: Trust, settings: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    oak = await trust.telegram("111111:" + "a" * 35, "oakbot")
    await connect_by_token(of("oakfield", settings), TELEGRAM, oak.token)
    await print_invitation("Asha Patel", ["staff"], of("oakfield", settings))
    assert "https://t.me/oakbot?start=" in capsys.readouterr().out
    await print_invitation("Bram Jones", ["staff"], of("elmwood", settings))
    assert "t.me" not in capsys.readouterr().out


async def test_a_new_key_is_proposed_where_nobody_keeps_it_and_takes_the_old_ones_place(
    trust: Trust, settings: dict[str, str]
) -> None:
    with pytest.raises(SettingsError, match="such as this new one:\nTOKEN_KEY="):
        await list_schools(load({**settings, "TOKEN_KEY": ""}))
    oak = await trust.telegram("111111:" + "a" * 35, "oakbot")
    await connect_by_token(of("oakfield", settings), TELEGRAM, oak.token)
    newer = TokenKey.new()
    both = {**settings, "TOKEN_KEY": f"{newer},{settings['TOKEN_KEY']}"}
    assert "All tokens are encrypted with the first key" in await listed(both)
    assert "Telegram: @oakbot" in await listed({**settings, "TOKEN_KEY": newer})
    assert "TOKEN_KEY does not open" in await listed(settings)


async def test_schools_share_no_channel_and_no_secret_of_the_deployment(
    settings: dict[str, str],
) -> None:
    more = {"LEADERSHIP_CHANNEL": "C0123", "TELEGRAM_WEBHOOK_SECRET": "left-over"}
    its = with_chats(of("oakfield", {**settings, **more}), [])
    assert (its.leadership_channel, its.telegram_webhook_secret, its.slack_signing_secret) == (
        (),
        None,
        None,
    )
