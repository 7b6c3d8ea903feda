"""Every word that people see in a message is kept, and kept once."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings

from bot.slack.reading.content import PICTURES, TOO_DEEP, UNSEEN, Content, read_content
from bot.slack.reading.file_objects import ATTACHED, DELETED, HELD_BACK, NO_ADDRESS
from tests.bot.slack import made_messages
from tests.bot.slack.made_messages import Made
from tests.doubles.slack_world import encode, rich_text

NAMES = {"U1": "Asha Patel", "C1": "year-4"}
KNIFE = "I will bring a knife on Friday"
NOT_SHOWN = "This content can't be displayed."
NO_PREVIEW = "[no preview available]"


def everything(content: Content) -> str:
    """All that becomes evidence."""
    parts = [content.text, *content.links]
    for forwarded in content.forwarded:
        parts += [forwarded.text, *forwarded.links]
    return "\n".join(parts)


def table(*rows: list[str]) -> dict[str, Any]:
    cells = [[{"type": "raw_text", "text": text} for text in row] for row in rows]
    return {"type": "table", "rows": cells}


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


@settings(deadline=None)
@given(made=made_messages.messages())
def test_every_visible_string_is_kept(made: Made) -> None:
    kept = " ".join(everything(read_content(made.json, NAMES)).split())
    for text in made.seen:
        assert text in kept


@settings(deadline=None)
@given(typed=made_messages.words, made=made_messages.rich_texts())
def test_what_text_and_blocks_both_say_is_kept_once(typed: str, made: Made) -> None:
    both = read_content({"text": encode(typed), "blocks": rich_text(typed)})
    assert both.text == typed

    alone = read_content({"blocks": [made.json]}, NAMES).text
    fallback = encode(alone)
    assert Counter(read_content({"text": fallback, "blocks": [made.json]}, NAMES).text.split()) == (
        Counter(alone.split())
    )


def test_a_table_that_was_pasted() -> None:
    entry = {"id": 1, "blocks": [table(["Who", "What"], ["Tom", KNIFE])], "fallback": NO_PREVIEW}
    alone = read_content({"text": "", "attachments": [entry]})
    assert alone.text == f"Who | What\nTom | {KNIFE}"
    assert alone.missing == ()
    below = read_content({"text": "Look", "blocks": rich_text("Look"), "attachments": [entry]})
    assert below.text == f"Look\nWho | What\nTom | {KNIFE}"


def test_the_same_answer_to_two_questions_stands_below_both() -> None:
    form = [section("Did you see it?"), section("No"), section("Did you hear it?"), section("No")]
    content = read_content({"text": "No", "blocks": form})
    assert content.text == "Did you see it?\nNo\nDid you hear it?\nNo"


def test_words_within_other_words_are_not_the_same_words() -> None:
    content = read_content({"text": "She hit him", "blocks": [section("He hit him")]})
    assert content.text == "She hit him\nHe hit him"


def test_what_an_app_posted_and_slack_does_not_put_into_words() -> None:
    message = {"text": NOT_SHOWN, "blocks": [section("Camera 3: a person at the gate")]}
    assert read_content(message).text == "Camera 3: a person at the gate"
    assert read_content(message).missing == ()
    nothing = read_content({"text": NOT_SHOWN})
    assert (nothing.text, nothing.missing) == (NOT_SHOWN, (UNSEEN,))


def test_a_forward_of_a_forward() -> None:
    inner = {
        "is_share": True,
        "text": KNIFE,
        "author_name": "Tom",
        "ts": "2.0",
        "files": [_picture()],
    }
    outer = {"is_share": True, "text": "Seen this?", "author_name": "Ben", "ts": "1.0"}
    whole = {"message": {"text": "Seen this?", "attachments": [inner]}}
    for nested in ({"attachments": [inner]}, {"message_blocks": [whole]}):
        content = read_content({"text": "", "attachments": [{**outer, **nested}]})
        assert [(f.text, f.origin.author) for f in content.forwarded] == [
            ("Seen this?", "Ben"),
            (KNIFE, "Tom"),
        ]
        (picture,) = content.attachments
        assert picture.origin == content.forwarded[1].origin


def test_forwarded_deeper_than_anybody_reads() -> None:
    message: dict[str, Any] = {"text": KNIFE}
    for _ in range(300):
        message = {"text": "again", "attachments": [{"is_share": True, **message}]}
    content = read_content(message)
    assert TOO_DEEP in content.missing
    block: dict[str, Any] = section(KNIFE)
    for _ in range(300):
        block = {"type": "container", "child_blocks": [block]}
    assert read_content({"text": "", "blocks": [block]}).missing == (TOO_DEEP,)


@pytest.mark.parametrize(
    ("message", "missing"),
    [
        ({"files": [{"id": "F1", "mode": "tombstone"}]}, DELETED),
        ({"files": [{"id": "F1", "mode": "hidden_by_limit"}]}, HELD_BACK),
        ({"files": [{"id": "F1", "is_external": True}]}, NO_ADDRESS),
        ({"blocks": [{"type": "image", "image_url": "https://x.example/a.png"}]}, PICTURES),
        ({"attachments": [{"image_url": "https://x.example/a.png"}]}, PICTURES),
        ({"attachments": [{"fallback": NO_PREVIEW}]}, UNSEEN),
    ],
)
def test_what_cannot_be_kept_is_named(message: dict[str, Any], missing: str) -> None:
    assert read_content({"text": "", **message}).missing == (missing,)


def test_a_picture_of_slacks_among_the_words_is_fetched() -> None:
    image = {"type": "image", "alt_text": "a gate", "slack_file": {"id": "F7"}}
    (picture,) = read_content({"text": "", "blocks": [image]}).attachments
    assert picture.pointer == {"platform": "slack", "file": "F7"}


def test_the_title_of_a_file_is_kept_where_its_name_does_not_say_it() -> None:
    content = read_content({"files": [{**_picture(), "title": "Tom with a knife"}]})
    assert content.text == "Tom with a knife"
    assert read_content({"files": [_picture()]}).text == ""


@pytest.mark.parametrize("junk", [None, "x", 7, [], [None, 7], {}, [[["x"]]], {"type": ["table"]}])
def test_fields_that_are_not_what_they_should_be(junk: Any) -> None:
    message = {
        "blocks": junk,
        "attachments": [{"blocks": [junk], "fields": junk, "message_blocks": junk, "text": "kept"}],
        "files": junk,
    }
    assert "kept" in everything(read_content(message))
    for kind in ("table", "rich_text", "rich_text_list", "section", "context", "image"):
        block = {"type": kind, "rows": [junk], "elements": junk, "text": junk, "offset": junk}
        read_content({"blocks": [block]})


def test_what_slack_shows_beside_a_file_is_kept() -> None:
    clip = {
        **_picture(),
        "subtype": "slack_audio",
        "transcription": {
            "status": "complete",
            "preview": {"content": KNIFE, "has_more": True},
        },
    }
    picture = {**_picture(), "alt_txt": "A chat with Tom"}
    commented = {**_picture(), "initial_comment": {"comment": "he &amp; his brother"}}
    text = read_content({"files": [clip, picture, commented]}).text
    assert f"{KNIFE} …" in text
    assert "A chat with Tom" in text
    assert "he & his brother" in text


def test_of_an_email_it_is_kept_between_whom_it_went_and_said_what_is_not_there() -> None:
    kim = {"address": "kim@example.org", "name": "Kim Low", "original": "Kim Low <kim@example.org>"}
    email = {
        **_picture(),
        "mode": "email",
        "mimetype": "text/html",
        "from": [kim],
        "to": [{"address": "office@example.org", "name": ""}],
        "cc": [],
        "attachments": [{"filename": "knife.pdf", "size": 9, "mimetype": "application/pdf"}],
    }
    content = read_content({"files": [email]})
    assert content.text.splitlines() == [
        "From: Kim Low <kim@example.org>",
        "To: office@example.org",
        "Attached: knife.pdf",
    ]
    assert content.missing == (ATTACHED,)
    assert read_content({"files": [{**email, "attachments": []}]}).missing == ()


@pytest.mark.parametrize("junk", ["x", 1, ["x"], [1], {"a": 1}, [{"preview": 1}], {"preview": "x"}])
def test_nothing_beside_a_file_is_stumbled_over(junk: object) -> None:
    names = ("alt_txt", "transcription", "initial_comment", "from", "to", "cc", "attachments")
    file = {**_picture(), **dict.fromkeys(names, junk)}
    assert len(read_content({"text": "kept", "files": [file]}).attachments) == 1


def _picture() -> dict[str, Any]:
    return {"id": "F1", "name": "IMG_1.png", "title": "IMG_1", "mimetype": "image/png"}
