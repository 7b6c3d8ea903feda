"""Saved web pages: what they say is kept, and what stands around it is not."""

from __future__ import annotations

import html
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.policies.divide import divide
from store.policies.files import school_file
from store.policies.files.reading import Empty, FileTooLarge
from store.policies.files.web_page import read_web_page
from tests.store.policies.files.made import lines_shown, text_of

AROUND = (
    "<nav><ul><li><a href='/'>Home</a><li><a href='/staff'>Our staff</a></ul></nav>",
    "<header><p>Marlpit School</p><form><input placeholder='Search'><button>Go</button></form></header>",
    "<div id='cookie-banner'><p>We use cookies.</p><button>Accept</button></div>",
    "<div role='navigation'><br>Menu <b>here</div>",
    "<footer><p>Quarry Lane</p></footer>",
    "<aside><h3>Latest news</h3></aside>",
    "<script>var a = '<p>no text</p>';</script><style>p { color: red }</style>",
    "<!-- <p>not yet</p> -->",
)
SAYS = (
    ("<h2>Gifts</h2><p>A gift over <b>&pound;25</b> is declared.</p>", "A gift over £25 is declared."),
    ("<details><summary>Dress</summary><p>No jeans.</p></details>", "No jeans."),
    (
        "<button aria-expanded='false'>Lifts</button><div hidden><p>Nobody gives lifts.</p></div>",
        "Nobody gives lifts.",
    ),
    ("<ul><li>one<ul><li>within one</ul><li>two</ul>", "within one"),
    ("<table><tr><td>Head<td>01632&nbsp;960 700</table>", "960 700"),
    ("<dl><dt>Adult<dd>anyone over 18</dl>", "anyone over 18"),
    ("<article><header><h2>Own title</h2></header><p>Below it.</p></article>", "Own title"),
)  # fmt: skip


def _page(parts: list[str], main: str) -> str:
    body = "\n".join(parts)
    return (
        f"<!DOCTYPE html><html><head><title>T</title></head><body>{main.format(body)}</body></html>"
    )


@settings(max_examples=150, deadline=None)
@given(
    parts=st.lists(st.sampled_from([*AROUND, *[page for page, _ in SAYS]]), max_size=12),
    main=st.sampled_from(["{}", "<main>{}</main>", "<nav>All policies</nav><main>{}</main>Last"]),
)
def test_what_a_page_says_is_kept_and_no_menu(parts: list[str], main: str) -> None:
    words = " ".join(read_web_page(_page(parts, main)).text.replace("\u00a0", " ").split())
    for page, said in SAYS:
        assert (said in words) == (page in parts), words
    for stranger in ("Home", "Search", "cookies", "Menu", "Quarry", "news", "no text", "color", "not yet"):  # fmt: skip
        assert stranger not in words


def test_a_page_is_a_text_like_any_other(put, folder):
    page = _page(
        [
            AROUND[0],
            "<h1>Code of conduct</h1><p>Staff must not:</p><ul><li>meet pupils, but<ul><li>where they are "
            "related</ul><li>give lifts</ul>",
            SAYS[1][0],
        ],
        "{}",
    )
    added = put("code.html", page)
    assert added.text.title == "Code of conduct"
    assert added.original.name == "code.html"
    assert "the menus of the web page" in lines_shown(added, folder)
    words = added.text.plain.words
    above = {}
    for unit in divide(added.text):
        places = [*unit.outer, unit.lead_in] if unit.lead_in else []
        above[words[unit.start : unit.end]] = [words[slice(*place)] for place in places]
    assert above["give lifts"] == ["Staff must not:"]
    assert above["where they are related"] == ["Staff must not:", "meet pupils, but"]
    assert "Dress" in added.sections
    # Whatever it is called.
    assert "Our staff" not in text_of(put("other.txt", page.replace("conduct", "dress")))


@pytest.mark.parametrize(("name", "encoding"), [("a.html", "utf-8"), ("a.txt", "utf-16")])
def test_a_page_that_takes_for_ever_is_given_up(monkeypatch, name: str, encoding: str) -> None:
    """Each of these tags has no end, so that each is looked for up to the end of the page."""
    monkeypatch.setattr(school_file, "LIMITS", replace(school_file.LIMITS, seconds=1))
    page = "<!DOCTYPE html><html><body>" + "<a b='" * 30_000
    with pytest.raises(FileTooLarge):
        school_file.read_school_file(name, page.encode(encoding))


def test_a_page_of_menus_alone_is_empty(put):
    with pytest.raises(Empty):
        put("menu.html", _page([AROUND[0]], "{}"))


@settings(max_examples=150, deadline=None)
@given(
    text=st.text(
        st.sampled_from("<>/=\"' abmain&;!-?[]") | st.characters(codec="utf-8"), max_size=80
    )
)
def test_no_page_is_too_odd(text: str) -> None:
    read_web_page(text)
    said = read_web_page(f"<html><body><p>{html.escape(text)}</p></body></html>").text
    assert "<p>" not in said.replace(text, "")
