"""What `docs/accessibility.md` promises: nobody needs to see the layout, a picture or a colour.

It is looked for in a life of a school in Slack: every message, form and page that anybody is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from bot.slack.render import UNNAMED, render
from handlers.messages import (
    Choice,
    Choices,
    Fields,
    Heading,
    Prompt,
    Quote,
    Reply,
    Table,
    Text,
)
from tests.doubles.slack import SlackDouble
from tests.doubles.slack_blocks import elements, words
from tests.doubles.slack_world import Shown, View
from tests.talks.stage import ANY_CASE, TUESDAY, SlackStage, StillClock

#: Of every kind of part, with what people may have typed into it.
PARTS = (
    Heading("Case 7K4M"),
    Text("First.\nSecond."),
    Fields((("About", "bullying"), ("Now", ""))),
    Quote("They write: :fire: <!channel>", "1 · Asha Patel", bold=(0, 4)),
    Table("Term   Cases\nAutumn     12"),
    Choices((Choice("Done", "case done 7K4M talk"), Choice("7K4M", "case 7K4M"))),
    Choices(
        tuple(Choice(f"Kind {n}", f"case category 7K4M {n}") for n in range(40)), menu="Which?"
    ),
    Prompt("Why?", "case close 7K4M"),
)
A_WORD = re.compile(r"[^\W_]")
REFERENCE = re.compile(rf"\b{ANY_CASE.pattern}\b")


def mistakes_in(blocks: Sequence[dict[str, Any]], text: str | None) -> Iterator[str]:
    """What somebody would miss who does not see these blocks. `text` stands for them in a message."""
    if text is not None:
        said = " ".join(
            text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").split()
        )
        for line in words(list(blocks)).splitlines():
            if A_WORD.search(line) and " ".join(line.split()) not in said:
                yield f"only in the layout: {line!r}"
        if not text.strip() or text == UNNAMED and words(list(blocks)).strip() != UNNAMED:
            yield "a message without words"
    for _, element in elements(list(blocks)):
        yield from _mistakes_in_element(element)
    for block in blocks:
        if block["type"] == "image" and not A_WORD.search(block.get("alt_text", "")):
            yield "an image without a description"
        if block["type"] == "input" and not A_WORD.search(block["label"]["text"]):
            yield "a box without a label"


def _mistakes_in_element(element: dict[str, Any]) -> Iterator[str]:
    if element["type"] != "button":
        if not A_WORD.search(element["placeholder"]["text"]):
            yield "a menu without a question"
        return
    label = element.get("accessibility_label") or element["text"]["text"]
    if not A_WORD.search(label):
        yield f"a button without words: {label!r}"
    if REFERENCE.fullmatch(label):
        yield f"a button that says nothing of what it does: {label!r}"
    command = element.get("value", "")
    found = REFERENCE.search(command) if command.startswith("case ") else None
    if found and found[0] not in label:
        yield f"a button that does not say for which case it is: {label!r}, {command!r}"


def _mistakes(shown: Sequence[Shown], views: Sequence[View]) -> list[str]:
    found = [mistake for one in shown for mistake in mistakes_in(one.blocks, one.text)]
    found += [mistake for one in views for mistake in mistakes_in(one.view["blocks"], None)]
    return found


def test_each_kind_of_part_is_said_in_words() -> None:
    for message in render(Reply(PARTS)):
        assert list(mistakes_in(message.blocks, message.text)) == []
        # What somebody typed is never made a picture of.
        assert '"emoji": True' not in repr(message.blocks).replace("'", '"')


async def test_a_life_of_a_school_is_heard_as_it_is_seen(tmp_path: Path) -> None:
    async with SlackDouble() as slack:
        stage = SlackStage(tmp_path, StillClock(TUESDAY), slack)
        async with stage.running():
            await _live(stage)
        assert len(slack.world.history) > 20
        shown = [*slack.world.history]
        views = [*slack.world.views, *slack.world.homes_shown]
        assert views
        assert _mistakes(shown, views) == []
        # The pictures that we show ourselves say what is in them.
        described = {a["filename"]: a.get("alt_txt") for n, a in slack.calls if n == OF_A_FILE}
        assert described["figures.png"]


OF_A_FILE = "files.getUploadURLExternal"


async def _live(stage: SlackStage) -> None:
    picture = stage.folder / "post.png"
    _draw(picture)
    for name in ("Asha", "Ben"):
        await stage.slack.open_home(stage._user(name))
    await stage.sends("Asha", [picture], "They write :fire: <!here> about Year 4")
    await stage.quiet()
    reference = ANY_CASE.findall(stage.seen("Asha")[-1].words)[0]
    await _says(
        stage,
        *(
            ("Asha", f"/case category {reference} bullying"),
            ("Asha", f"/case about {reference} school"),
        ),
        *(("Ben", f"/case {reference}"), ("Ben", f"/case take {reference}")),
        *(("Ben", f"/case more {reference}"), ("Ben", f"/case log {reference}")),
        *(("Ben", f"/case evidence {reference}"), ("Ben", "/case list"), ("Ben", "/case overdue")),
        *(("Ben", "/figures"), ("Ben", "/people"), ("Ben", "/people invite Nia New as staff")),
        *(("Ben", "/people give Gita Marsh the role leader"), ("Ben", "/help"), ("Asha", "/help")),
        *(("Asha", "/policy may I be friends with pupils on social media"), ("Asha", "/policy")),
        *(("Asha", "/case status"), ("Finn", "/help"), ("Cleo", f"/case close {reference}")),
    )
    await stage.taps("Ben", "Later")
    await stage.quiet()
    await stage.moves_clock("+8d")
    await stage.quiet()


async def _says(stage: SlackStage, *lines: tuple[str, str]) -> None:
    for name, words_typed in lines:
        await stage.says(name, words_typed)
        await stage.quiet()


def _draw(path: Path) -> None:
    made = BytesIO()
    Image.new("RGB", (80, 60), "white").save(made, "PNG")
    path.write_bytes(made.getvalue())
