"""Bare text and Markdown, and what is neither."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.errors import Trouble
from store.policies.files.add import NoFolder, add
from store.policies.files.reading import Empty, FileRefused, FileTooLarge, OtherKind
from tests.store.policies.files.conftest import TODAY
from tests.store.policies.files.made import lines_shown, text_of


def _solid(text):
    return [c for c in text if not c.isspace() and c != "\ufeff"]


@settings(max_examples=200, deadline=None)
@given(
    text=st.text(
        st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\r\t#-*:. "),
        max_size=200,
    ),
    way=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    suffix=st.sampled_from([".md", ".txt"]),
)
def test_no_character_of_a_bare_text_is_lost(tmp_path_factory, text, way, suffix):
    folder = tmp_path_factory.mktemp("texts")
    file = folder.parent / f"{folder.name}-school{suffix}"
    file.write_bytes(text.encode(way))
    try:
        added = add(file, folder, today=TODAY)
    except FileRefused:
        assert not _solid(text) or text.count("\ufffd") * 20 > len(text)
        return
    written = (folder / added.text.doc).open(encoding="utf-8", newline="").read()
    assert written == added.text.text
    assert written.endswith(text.removeprefix("\ufeff")) or text.lstrip("\ufeff").startswith("---")
    assert not added.text.text.startswith("\ufeff")
    left = iter(_solid(written))
    assert all(c in left for c in _solid(text))
    assert added.original.read_bytes() == file.read_bytes()


@pytest.mark.parametrize("way", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_other_ways_of_writing_letters_are_told_apart(put, way):
    text = "Parents’ evening – £5\r\n\r\nÉmile’s naïve café.\r\n"
    assert put("letter.txt", text.encode(way)).text.text.endswith(text)


@pytest.mark.parametrize(
    ("name", "data", "refusal"),
    [
        ("a.txt", b"", Empty),
        ("a.md", b" \n\t\r\n", Empty),
        ("a.txt", b"\x81\x8d\x8f\x90" * 30, OtherKind),
        ("a.txt", bytes(range(1, 32)) * 9, OtherKind),
        ("a.rtf", rb"{\rtf1 Be kind.}", OtherKind),
        ("a.txt", rb"{\rtf1 Be kind.}", OtherKind),
        ("a.html", b"<nav>Be kind.</nav>", Empty),
        ("a", b"Be kind.", OtherKind),
        ("a.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, OtherKind),
        ("a.txt", b"be kind " * 600_000, FileTooLarge),
        ("a.txt", b"\x00" * 200, Empty),
    ],
)
def test_what_is_no_text_is_refused_in_a_sentence(put, folder, name, data, refusal):
    with pytest.raises(refusal, match=re.escape(name)) as caught:
        put(name, data)
    assert isinstance(caught.value, Trouble)
    assert str(caught.value).endswith(".")
    assert list(folder.iterdir()) == []


def test_a_huge_file_is_not_read_to_its_end(tmp_path, folder):
    huge = tmp_path / "huge.pdf"
    with huge.open("wb") as file:
        file.truncate(200_000_000)
    with pytest.raises(FileTooLarge, match="50 MB"):
        add(huge, folder, today=TODAY)


@pytest.mark.parametrize("name", ["missing.pdf", ".", "a\x00b.txt"])
def test_what_is_no_file_is_said(tmp_path, folder, name):
    with pytest.raises(FileRefused):
        add(tmp_path / name, folder, today=TODAY)


def test_a_missing_folder_is_said(tmp_path):
    (tmp_path / "a.txt").write_text("Be kind.")
    with pytest.raises(NoFolder, match="POLICY_TEXTS"):
        add(tmp_path / "a.txt", tmp_path / "nowhere", today=TODAY)


def test_comments_of_an_online_document_are_no_policy(put, folder):
    written = (
        "First aid\n\nSeven staff are trained[a].[b] Nobody else[c] helps.\n________\n"
        "[1]Health and Safety Executive\n[a]Do we have so many? - Jo\n[b]Yes.\n"
    )
    added = put("first-aid.txt", written)
    words = text_of(added)
    assert words == (
        "First aid Seven staff are trained. Nobody else[c] helps. ________ "
        "[1]Health and Safety Executive"
    )
    assert "the comments at its end" in lines_shown(added, folder)
    notes = "Phones\n\nPhones are off[a].\n\n[a] But those of the office.\n"
    assert "[a] But those" in text_of(put("phones.txt", notes))
