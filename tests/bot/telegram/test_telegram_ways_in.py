"""Every way in that Telegram has, over HTTP, each leading to the same `Incoming`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from handlers.messages import (
    Choice,
    Choices,
    Incoming,
    Origin,
    Sender,
    Standing,
    say,
)
from tests.bot.telegram.telegram_running import Running, Script, running
from tests.doubles.telegram import TelegramDouble
from tests.doubles.telegram_people import User

POSTED = datetime(2025, 10, 9, 8, 53, 20, tzinfo=UTC)


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramDouble]:
    async with TelegramDouble() as double:
        yield double


@pytest.fixture
async def bot(telegram: TelegramDouble) -> AsyncIterator[Running]:
    async with running(telegram) as one:
        yield one


@pytest.fixture
def asha(telegram: TelegramDouble) -> User:
    return telegram.user(4242, "Asha", "Patel")


async def only(bot: Running) -> Incoming:
    (incoming,) = await bot.got()
    return incoming


async def test_text_comes_in_as_typed_with_its_sender_and_place(bot: Running, asha: User) -> None:
    update = await asha.says("  Have you *seen*\nthis? ")
    incoming = await only(bot)
    assert incoming.text == "  Have you *seen*\nthis? "
    assert incoming.source == f"telegram:4242:{update['message']['message_id']}"
    assert incoming.sender == Sender("telegram:4242", "Asha Patel", Standing.INVITED)
    assert incoming.place == "telegram:4242"
    assert incoming.at == datetime.fromtimestamp(update["message"]["date"], UTC)
    assert incoming.private
    assert incoming.command is None


async def test_a_bot_is_an_outsider(telegram: TelegramDouble, bot: Running) -> None:
    await telegram.user(99, "Spam", is_bot=True).says("hello")
    assert (await only(bot)).sender.standing is Standing.OUTSIDER


async def test_links_are_found_after_emoji_and_behind_words(bot: Running, asha: User) -> None:
    behind = {"type": "text_link", "offset": 3, "length": 4, "url": "https://b.example/?x=1"}
    await asha.says("😱 this and https://a.example/é?q=1#z too", entities=[behind])
    assert (await only(bot)).links == ("https://b.example/?x=1", "https://a.example/é?q=1#z")


async def test_a_photo_is_a_pointer_to_its_largest_size(
    telegram: TelegramDouble, bot: Running, asha: User
) -> None:
    update = await asha.sends_photo(b"large", caption="/look https://a.example/1")
    incoming = await only(bot)
    (picture,) = incoming.attachments
    assert (picture.kind, picture.reduced, picture.size) == ("picture", True, 5)
    assert picture.pointer["message_id"] == str(update["message"]["message_id"])
    assert picture.pointer["chat_id"] == "4242"
    assert picture.pointer["platform"] == "telegram"
    assert b"".join([piece async for piece in bot.front_end.fetch(picture.pointer)]) == b"large"
    assert incoming.text == "/look https://a.example/1"
    assert incoming.command is None
    assert incoming.links == ("https://a.example/1",)


async def test_nothing_is_fetched_unasked(
    telegram: TelegramDouble, bot: Running, asha: User
) -> None:
    await asha.sends_photo()
    await bot.got()
    assert not telegram.methods & {"getFile", "(file)"}


@pytest.mark.parametrize(
    ("name", "mime", "kind"),
    [
        ("post.png", "image/png", "picture"),
        ("clip.mov", "video/quicktime", "video"),
        ("letter.pdf", "application/pdf", "file"),
        ("IMG_1.HEIC", "", "picture"),
        ("shot.jpg", "application/octet-stream", "picture"),
    ],
)
async def test_a_document_keeps_its_name_and_original(
    bot: Running, asha: User, name: str, mime: str, kind: str
) -> None:
    await asha.sends_document(b"123456", name, mime, caption="see this")
    incoming = await only(bot)
    (file,) = incoming.attachments
    assert (file.kind, file.name, file.size, file.reduced) == (kind, name, 6, False)
    assert incoming.text == "see this"


async def test_what_is_too_large_to_fetch_comes_in_all_the_same(bot: Running, asha: User) -> None:
    await asha.sends_document(b"", "film.mp4", "video/mp4", size=25_000_000)
    (film,) = (await only(bot)).attachments
    assert film.size == 25_000_000
    assert film.limit == 20 * 1024 * 1024


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        ("video", "video"),
        ("video_note", "video"),
        ("animation", "video"),
        ("voice", "audio"),
        ("audio", "audio"),
        ("sticker", "picture"),
    ],
)
async def test_each_kind_of_media_is_one_attachment(
    bot: Running, asha: User, sent: str, kind: str
) -> None:
    await asha.sends(sent, b"12345678")
    (found,) = (await only(bot)).attachments
    assert (found.kind, found.size) == (kind, 8)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"location": {"latitude": 51.5, "longitude": -0.1}}, "[Place: 51.5, -0.1]"),
        (
            {"contact": {"phone_number": "+441632960961", "first_name": "Gil"}},
            "[Contact: Gil, +441632960961]",
        ),
        ({"dice": {"emoji": "🎲", "value": 4}}, "[🎲 4]"),
        (
            {"story": {"chat": {"id": -1, "type": "channel", "title": "x"}, "id": 3}},
            "[Something that a bot cannot read: a story of x]",
        ),
    ],
)
async def test_what_is_neither_text_nor_file_is_described(
    bot: Running, asha: User, content: dict[str, object], said: str
) -> None:
    await asha.sends_other(**content)
    assert (await only(bot)).text == said


async def test_a_poll_is_described(bot: Running, asha: User) -> None:
    options = [
        {"persistent_id": str(n), "text": t, "voter_count": 0} for n, t in enumerate(("Yes", "No"))
    ]
    poll = {
        "id": "1",
        "question": "Sack Mr X?",
        "options": options,
        "total_voter_count": 0,
        "is_closed": False,
        "is_anonymous": True,
        "type": "regular",
        "allows_multiple_answers": False,
        "allows_revoting": False,
        "members_only": False,
    }
    await asha.sends_other(poll=poll)
    assert (await only(bot)).text == "[Poll: Sack Mr X? Yes / No]"


async def test_a_notice_of_the_chat_is_nothing_to_take_in(bot: Running, asha: User) -> None:
    await asha.sends_other(message_auto_delete_timer_changed={"message_auto_delete_time": 60})
    await asha.says("but this is")
    assert (await only(bot)).text == "but this is"


async def test_the_parts_of_an_album_belong_together(bot: Running, asha: User) -> None:
    await asha.sends_album([b"1", b"2", b"3"], caption="all of it")
    parts = await bot.got(3)
    assert len({part.album for part in parts}) == 1
    assert parts[0].album is not None
    assert parts[0].album.startswith("telegram:album:4242:")
    assert [part.text for part in parts] == ["all of it", "", ""]
    assert len({part.source for part in parts}) == 3


async def test_forwarded_from_a_person(telegram: TelegramDouble, bot: Running, asha: User) -> None:
    gil = telegram.user(77, "Gil", "Roe", username="gilroe")
    await asha.forwards("/case the head is a … https://x.example/9", user=gil)
    incoming = await only(bot)
    assert (incoming.text, incoming.links, incoming.command) == ("", (), None)
    (forwarded,) = incoming.forwarded
    assert forwarded.text == "/case the head is a … https://x.example/9"
    assert forwarded.links == ("https://x.example/9",)
    assert forwarded.origin == Origin("person", "Gil Roe (@gilroe)", "77", sent_at=POSTED)


async def test_forwarded_from_somebody_hidden(bot: Running, asha: User) -> None:
    await asha.forwards("nasty", hidden="Anon")
    assert (await only(bot)).forwarded[0].origin == Origin("hidden person", "Anon", sent_at=POSTED)


async def test_forwarded_from_a_group(telegram: TelegramDouble, bot: Running, asha: User) -> None:
    parents = telegram.group(-1001, "Year 4 parents")
    await asha.forwards("nasty", group=parents, signature="Admin")
    found = (await only(bot)).forwarded[0].origin
    assert found == Origin(
        "group", "Admin", place="Year 4 parents", place_id="-1001", sent_at=POSTED
    )


async def test_a_picture_forwarded_from_a_channel(
    telegram: TelegramDouble, bot: Running, asha: User
) -> None:
    channel = telegram.group(-1002, "Town gossip", kind="channel", username="gossip")
    photo = await telegram.user(5, "Gil").sends_photo(b"shot")
    await bot.got()
    await asha.forwards(photo, channel=channel, post=815)
    incoming = (await bot.got(2))[1]
    expected = Origin(
        "channel",
        place="Town gossip",
        place_id="-1002",
        message_id="815",
        sent_at=POSTED,
        link="https://t.me/gossip/815",
    )
    assert incoming.attachments[0].origin == expected
    assert incoming.forwarded == ()


async def test_a_reply_to_another_chat_passes_its_words_on(
    telegram: TelegramDouble, bot: Running, asha: User
) -> None:
    parents = telegram.group(-1001, "Year 4 parents")
    origin = {"type": "chat", "sender_chat": parents.chat, "date": int(POSTED.timestamp())}
    quote = {
        "text": "look at x.example/1",
        "position": 0,
        "entities": [{"type": "url", "offset": 8, "length": 11}],
    }
    reply = {"origin": origin, "chat": parents.chat, "message_id": 31}
    await asha.says("is this all right?", external_reply=reply, quote=quote)
    incoming = await only(bot)
    assert incoming.text == "is this all right?"
    (forwarded,) = incoming.forwarded
    assert (forwarded.text, forwarded.links) == ("look at x.example/1", ("x.example/1",))
    assert (forwarded.origin.place, forwarded.origin.message_id) == ("Year 4 parents", "31")


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("/case status", "case status"),
        ("/case@headsup_test_bot 7K4M", "case 7K4M"),
        ("/Case@HeadsUp_Test_Bot", "Case"),
        ("/report one\ntwo  three", "report one\ntwo  three"),
        ("/start", "start"),
        ("/start AB-12_cd", "join AB-12_cd"),
        ("/", None),
        ("/etc/passwd", None),
        ("//case", None),
        ("see /case", None),
    ],
)
async def test_commands(bot: Running, asha: User, typed: str, command: str | None) -> None:
    await asha.says(typed)
    incoming = await only(bot)
    assert incoming.command == command
    assert incoming.text == typed


async def test_the_link_of_an_invitation_joins(bot: Running, asha: User) -> None:
    await asha.starts("K3Y")
    assert (await only(bot)).command == "join K3Y"


async def test_another_bots_command_is_left_alone(bot: Running, asha: User) -> None:
    await asha.says("/case@other_bot 7K4M")
    await asha.says("mine")
    assert (await only(bot)).text == "mine"


async def test_a_tap_is_a_command_and_is_acknowledged(telegram: TelegramDouble, asha: User) -> None:
    script = Script(
        lambda i: say("What is it?", Choices((Choice("A pupil", "case about 7K4M pupil"),)))
    )
    async with running(telegram, script) as bot:
        await asha.says("hello")
        await telegram.waits_for(asha, "A pupil")
        await asha.taps("A pupil", resend=True)
        incoming = (await bot.got(2))[1]
        (query,) = telegram.api.queries
        assert incoming.command == "case about 7K4M pupil"
        assert incoming.source == f"telegram:tap:{query}"
        assert (incoming.place, incoming.private, incoming.text) == ("telegram:4242", True, "")
        assert await telegram.until(lambda: telegram.api.queries[query])
        assert len(script.received) == 2


async def test_an_edit_is_a_later_version_and_never_obeyed(bot: Running, asha: User) -> None:
    update = await asha.says("/report he hit")
    edit = await asha.edits(update, "/report he did not hit", later=9)
    first, edited = await bot.got(2)
    stamp = update["message"]["date"] + 9
    assert edited.source == f"{first.source}:edit:{stamp}:{edit['update_id']}"
    assert edited.edits == first.source
    assert (edited.command, edited.text) == (None, "/report he did not hit")
    assert edited.at == datetime.fromtimestamp(stamp, UTC)


async def test_a_group_is_heard_only_where_the_bot_is_meant(
    telegram: TelegramDouble, bot: Running, asha: User
) -> None:
    staff = telegram.group(-1005, "Staff room")
    await asha.says("private talk https://x.example/1", chat=staff)
    await asha.says("/ban him", chat=staff)
    await asha.sends_photo(caption="look", chat=staff)
    staff.posts("a channel's post")
    for text in (
        "/case@headsup_test_bot list",
        "/report he hit",
        "@headsup_test_bot https://x.example/2",
    ):
        await asha.says(text, chat=staff)
    mention = await asha.sends_photo(caption="@headsup_test_bot this", chat=staff)
    received = await bot.got(4)
    assert [i.command for i in received] == ["case list", "report he hit", None, None]
    assert not any(i.private or i.attachments or i.links or i.forwarded for i in received)
    assert {i.place for i in received} == {"telegram:-1005"}
    answer = await telegram.waits_for(staff, f"Kept {mention['message']['message_id']}.")
    assert answer.answers == mention["message"]["message_id"]
    await asha.says("and now?", chat=staff, reply_to=answer.message_id)
    assert (await bot.got(5))[4].text == "and now?"


async def test_half_a_surrogate_pair_does_not_stop_anything(bot: Running, asha: User) -> None:
    await asha.says("fine")
    await bot.got()
    broken = await asha.sends_other(
        text="half \ud83d", entities=[{"type": "url", "offset": 0, "length": 6}]
    )
    incoming = (await bot.got(2))[1]
    assert incoming.text == "half \ufffd"
    assert incoming.links == ("half \ufffd",)
    assert broken["message"]["text"].endswith("\ud83d")
