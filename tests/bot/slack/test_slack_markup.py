"""Slack's encoded text, back into what was typed, with its links."""

import pytest

from bot.slack.markup import NOBODY, decode, links_in
from bot.slack.reading.blocks import BlockReader


@pytest.mark.parametrize(
    ("encoded", "typed", "links"),
    [
        ("plain", "plain", ()),
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c", ()),
        (
            "<https://a.example/x?y=1&amp;z=2>",
            "https://a.example/x?y=1&z=2",
            ("https://a.example/x?y=1&z=2",),
        ),
        ("<http://a.example|a.example>", "a.example", ("http://a.example",)),
        (
            "<https://evil.example|the school> said",
            "the school (https://evil.example) said",
            ("https://evil.example",),
        ),
        ("<mailto:a@b.example|a@b.example>", "a@b.example", ()),
        ("<@U1> <@U2|ben> <#C1|staff> <#C2|>", "@U1 @ben #staff #C2", ()),
        ("<!here> <!subteam^S1|@leaders> <!channel|channel>", "@here @leaders @channel", ()),
        ("<!date^1392734382^{date}|18 February>", "18 February", ()),
        (
            "see https://a.example/x_(y). ok",
            "see https://a.example/x_(y). ok",
            ("https://a.example/x_(y)",),
        ),
        ("(https://a.example/x)", "(https://a.example/x)", ("https://a.example/x",)),
        ("a < b > c <not a link>", "a < b > c <not a link>", ()),
        (
            "<https://b.example> <https://a.example> <https://b.example>",
            "https://b.example https://a.example https://b.example",
            ("https://b.example", "https://a.example"),
        ),
    ],
)
def test_decode(encoded: str, typed: str, links: tuple[str, ...]) -> None:
    assert decode(encoded) == (typed, links)


def test_links_in_what_slack_has_not_encoded() -> None:
    assert links_in("HTTPS://A.example/?a=1&b=2, and http://b.example!") == (
        "HTTPS://A.example/?a=1&b=2",
        "http://b.example",
    )


def test_links_behind_words() -> None:
    link = {"type": "link", "url": "https://a.example", "text": "here"}
    nested = {
        "type": "rich_text_list",
        "elements": [{"type": "rich_text_section", "elements": [link]}],
    }
    mail = {"type": "link", "url": "mailto:a@b.example"}
    blocks = [
        {"type": "rich_text", "elements": [nested, {"type": "rich_text_quote", "elements": [mail]}]}
    ]
    reader = BlockReader(NOBODY)
    reader.read(blocks)
    reader.read(None)
    assert reader.links == ["https://a.example"]
