"""What a reader sees of a text, and that it can be found in its file."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from store.policies import Policies
from store.policies.plain import read_plain
from store.policies.texts import read

ROOT = Path(__file__).parents[3]
MARKDOWN = sorted(
    [
        *(ROOT / "policy_texts").glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(Path(__file__).parent / "elsewhere").glob("*.md"),
    ]
)


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("**Never** post *names*.", "Never post names."),
        ("__Never__ post _names_ of `pupils`.", "Never post names of pupils."),
        ("See [the form](/forms/a_b_c.pdf).", "See the form."),
        ("See [the **form**](https://x.y/a_b) and [that][1].", "See the form and that."),
        ("In our [Policy]\n(/policies/a_b.html).", "In our Policy."),
        ("Ring <https://a.b/c> or <help@a.b>.", "Ring https://a.b/c or help@a.b."),
        ("![a picture](x.png)Look.", "Look."),
        ("The {{md}} decides.", "The … decides."),
        ("{% if x %}Staff{% endif %} decide.", "Staff decide."),
        ("Staff decide. {: .note}", "Staff decide."),
        ("Tea &amp; toast&nbsp;on Monday.", "Tea & toast\u00a0on Monday."),
        (r"5 \* 3, C:\Temp, staff\'s", "5 * 3, C:\\Temp, staff's"),
        ("Phones ~~may be used~~ are off.", "Phones  are off."),
        ("Phones <del>may be used</del> are off.", "Phones  are off."),
        ("Off.<!-- unless the head says so -->", "Off."),
        ("Off[^1].", "Off."),
        ("<name of school> has < 20 staff, a_b_c and 2 * 3 * 4.", None),
        ("Name: ______ Date: ____", None),
        ("It is *not so.", None),
        ("One (*Keeping\nchildren safe*) and more.", "One (Keeping\nchildren safe) and more."),
        ("Is *not so\n- and *so", "Is *not so\n• and *so"),
        ("<!-- open for ever", None),
        ("- one\n- two", "• one\n• two"),
        ("<b>Never</b> post <a href='x'>names</a>.", "Never post names."),
    ],
)
def test_words_are_seen_and_marks_are_not(written: str, seen: str | None) -> None:
    assert read_plain(written).words == (written if seen is None else seen)


def test_html_is_read_as_what_it_draws() -> None:
    words = read_plain(
        "<h2>Complaints</h2>\n<p>In person:</p><ol><li><p>listen</p></li>\n<li>write</li></ol>"
        "<table><tr><th>Who</th><th>Phone</th></tr>\n<tr><td>LADO</td>\n<td>01632\n 960</td></tr></table>"
    ).words
    lines = [" ".join(line.split()) for line in words.splitlines() if line.strip()]
    assert lines == [
        "## Complaints",
        "In person:",
        "1. listen",
        "2. write",
        "| Who | Phone |",
        "|---|---|",
        "| LADO | 01632 960 |",
    ]


_pieces = st.sampled_from(
    ["**", "*", "_", "__", "`", "[", "](a_b)", "](", "<b>", "</b>", "<td>", "<tr>", "<li>", "<p>"]
    + [
        "<!--",
        "-->",
        "<del>",
        "</del>",
        "{{x}}",
        "{%",
        "&amp;",
        "&#65;",
        "\\",
        "~~",
        "| a | b |",
        "|---|",
    ]
    + [
        "\n",
        "\n\n",
        "- ",
        "1. ",
        "# ",
        " ",
        "never",
        "post",
        "a_b",
        "2 * 3",
        "\x00",
        "😀",
        "\r\n",
        "<h2>",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(_pieces, max_size=40).map("".join))
def test_every_word_knows_where_it_stands(text: str) -> None:
    plain = read_plain(text)
    last = 0
    for n, sign in enumerate(plain.words):
        start, end = plain.find_start(n), plain.find_end(n + 1)
        assert 0 <= last <= start < end <= len(text)
        last = start
        if sign.isalnum() and "&" not in text:
            assert sign in text[start:end] or sign.isdigit()


@pytest.mark.parametrize("file", MARKDOWN, ids=lambda path: path.name)
def test_what_is_quoted_is_found_in_what_another_reader_renders(file: Path, tmp_path: Path) -> None:
    (tmp_path / file.name).write_bytes(file.read_bytes())
    text = read(tmp_path / file.name)
    rendered = (
        MarkdownIt("commonmark")
        .enable("table")
        .enable("strikethrough")
        .render(text.text[text.body :])
    )
    # Of a list, both draw the marks by themselves; cells stand beside one another.
    seen = _letters(html.unescape(re.sub(r"<[^<>]*>", "", rendered)))
    passages = [
        p for section in Policies(tmp_path, by_meaning=False).whole(file.name) for p in section
    ]
    assert passages
    for passage in passages:
        for line in passage.words.splitlines():
            words = re.sub(r"^\s*(?:•|\d+[.)])\s", "", line)
            assert _letters(words) in seen


def _letters(words: str) -> str:
    return re.sub(r"[\s|`]", "", words)


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_what_is_no_words_goes_whatever_ends_the_lines(ends):
    lines = (
        "```",
        "Staff decide.",
        "```",
        "[1]: https://a.b/c",
        "{: .note}",
        ".. image:: x.png",
        "Heads too.",
    )
    assert read_plain(ends.join(lines)).words.split() == ["Staff", "decide.", "Heads", "too."]


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("<s>Old <strong>x</strong> <span>y</span></s>New.", "New."),
        ("<del>Old</DEL >New.", "New."),
        ("<!-- a -- b > c -->New.", "New."),
        ("<!-- never ended > New.", "<!-- never ended > New."),
    ],
)
def test_what_is_hidden_is_hidden_to_its_own_end(written, seen):
    assert read_plain(written).words == seen


def test_a_list_is_set_in_only_so_far():
    short, long = (read_plain("<ul><li>a" * n).words for n in (200, 400))
    assert len(long) < 3 * len(short)
