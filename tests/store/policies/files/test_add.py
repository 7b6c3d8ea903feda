"""A school's own files, made into texts word for word."""

from __future__ import annotations

import errno
import os
import subprocess
from datetime import date
from pathlib import Path

import pytest

from bot.cli.policies.add import add_file
from bot.settings import PACKAGED_TEXTS
from store.errors import StoreUnavailable, Trouble
from store.policies import Policies
from store.policies.files.add import AlreadyThere
from store.policies.files.same_text import safe_name
from store.policies.files.school_file import OLD_WORD
from tests.crash.nursery import command
from tests.store.policies.files.conftest import TODAY
from tests.store.policies.files.made import lines_shown, make_pdf


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("../../etc/passwd", "etc-passwd"),
        ("Polisi Ŵyn & Ŷnys", "polisi-wyn-ynys"),
        ("中文", "policy-72726d"),
        ("...", "policy-ab5df6"),
        ("a" * 300, "a" * 80),
        ("Procedure.toml", "procedure-toml"),
    ],
)
def test_names_of_files_are_made_safe(given, safe):
    assert safe_name(given) == safe


def test_nothing_is_overwritten_unasked(put, folder):
    put("phones.txt", "Phones\n\nPhones are off.\n", owner="Head", signed_by="parent, pupil")
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    for name, text in (("phones.md", "Other words."), ("mobiles.txt", "Phones\n\nOther words.\n")):
        with pytest.raises(AlreadyThere, match="--replace"):
            put(name, text)
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before


def test_a_new_version_keeps_the_old_one_and_what_lasts(put, folder):
    first = put(
        "phones.txt", "Phones\n\nPhones are off.\n", owner="Head", signed_by="parent, pupil"
    )
    policies = Policies(folder, by_meaning=False)
    assert policies.ask("are phones off").ranked[0].text == "Phones are off."
    second = put("phones.pdf", make_pdf("= Phones\nPhones stay at home."), instead=True)
    assert [t.doc for t in policies.texts()] == ["phones.md"]
    assert policies.ask("where do phones stay").ranked[0].text == "Phones stay at home."
    assert (second.text.owner, second.text.sign) == ("Head", ("parent", "pupil"))
    kept = {p.name: p.read_bytes() for p in second.kept}
    assert sorted(kept.values()) == sorted(
        [first.text.text.encode(), b"Phones\n\nPhones are off.\n"]
    )
    assert all(name.startswith("phones.2026-11-21.") for name in kept)
    assert sorted(p.name for p in folder.iterdir()) == ["originals", "phones.md"]
    assert "originals/phones.2026-11-21." in lines_shown(second, folder)


def test_a_text_put_there_by_hand_is_replaced_too(put, folder):
    (folder / "phones.txt").write_text("Phones are off.\n")
    put("phones.md", "# Phones\n\nPhones stay at home.\n", instead=True)
    assert [t.doc for t in Policies(folder).texts()] == ["phones.md"]
    assert any(b"are off" in p.read_bytes() for p in (folder / "originals").iterdir())


def test_a_file_of_the_same_name_is_another_text_where_its_title_is(put, folder):
    put("win.md", "# Mobile phones\n\nPhones are off.\n")
    put("visitors-to-school.md", "# Visitors\n\nVisitors sign in.\n")
    before = (folder / "win.md").read_bytes()
    for name in ("win.md", "win.txt"):
        # What is to be replaced is the text of that title, whatever its file is called.
        with pytest.raises(AlreadyThere, match=r"“Visitors” already \(visitors-to-school\.md\)"):
            put(name, "# Visitors\n\nVisitors wear a badge.\n")
        put(name, "# Visitors\n\nVisitors wear a badge.\n", instead=True)
    added = put("win.md", "# Uniform\n\nShoes are black.\n")
    again = put("WIN.txt", "# Homework\n\nIt is due on Monday.\n", instead=True)
    assert (added.text.doc, again.text.doc) == ("win-2.md", "win-3.md")
    assert (folder / "win.md").read_bytes() == before
    assert sorted(text.title for text in Policies(folder, by_meaning=False).texts()) == [
        "Homework",
        "Mobile phones",
        "Uniform",
        "Visitors",
    ]


def test_an_owner_that_is_no_role_is_refused_with_the_roles(tmp_path, folder):
    file = tmp_path / "phones.md"
    file.write_text("# Phones\n\nPhones are off.\n")
    for owner in ("caretaker", "Mrs Bell", "head teacher’s cat"):
        with pytest.raises(Trouble, match="no role.*staff, .*safeguarding lead.*ICT manager"):
            add_file(file, folder, TODAY, owner=owner)
    assert list(folder.iterdir()) == []
    for title, owner in (("One", "Headteacher"), ("Two", "dsl"), ("Three", " ICT Manager ")):
        shown = "\n".join(add_file(file, folder, TODAY, title=title, owner=owner))
        assert f"Owner: {owner.strip()}\n" in shown
    file.write_text("# Pets\n\nPolicy owner: Mrs Bell\n\nNo pets.\n")
    assert "Owner: Mrs Bell, which is no role" in "\n".join(add_file(file, folder, TODAY))


def test_a_full_disk_leaves_the_text_that_was_there(put, folder, monkeypatch):
    put("phones.txt", "Phones\n\nPhones are off.\n")
    before = (folder / "phones.md").read_bytes()
    real = os.replace

    def full(source, target):
        if Path(target).name == "phones.md":
            raise OSError(errno.ENOSPC, "No space left on device")
        real(source, target)

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(StoreUnavailable, match="disk is full"):
        put("phones.txt", "Phones\n\nPhones stay at home.\n", instead=True)
    assert (folder / "phones.md").read_bytes() == before
    assert [p.name for p in folder.iterdir() if p.is_file()] == ["phones.md"]


def _headsup(folder, *words):
    return subprocess.run(
        command("policy", "add", *words),
        env={**os.environ, "POLICY_TEXTS": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_shows_what_it_understood(tmp_path, folder):
    file = tmp_path / "Phones (2026).txt"
    file.write_text(
        "Mobile phones\n\nPhones are off.\n\nUse of cameras\n\nCameras stay in the school overnight.\n"
    )
    done = _headsup(folder, str(file), "--owner", "Headteacher", "--review-by", "1 May 2028")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "Added “Mobile phones” as phones-2026.md.",
        "Sections: 2",
        "  Mobile phones",
        "  Use of cameras",
        "Passages: 2",
        "Owner: Headteacher",
        "Review by: 1 May 2028",
        "The file itself is kept as originals/phones-2026.txt.",
        "Please compare phones-2026.md with the file once: the bot quotes what phones-2026.md says.",
    ]


def test_the_command_refuses_in_one_sentence(tmp_path, folder):
    file = tmp_path / "phones.doc"
    file.write_bytes(b"\xd0\xcf\x11\xe0" + b"\x00" * 90)
    done = _headsup(folder, str(file))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"headsup: {OLD_WORD.format(name='phones.doc')}\n"
    (tmp_path / "a.txt").write_text("Be kind.")
    done = _headsup(folder, str(tmp_path / "a.txt"), "--review-by", "soon")
    assert done.returncode == 1
    assert "“soon” is not a date" in done.stderr


def test_the_texts_of_the_program_itself_are_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "phones.md"
    file.write_text("# Phones\n\nPhones stay in bags.\n")
    with pytest.raises(Trouble, match="cp -r .* policy_texts"):
        add_file(file, PACKAGED_TEXTS, date(2026, 11, 21))
    assert not (PACKAGED_TEXTS / "phones.md").exists()
