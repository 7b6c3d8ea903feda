"""No text file is too odd, too large or too long a line."""

from __future__ import annotations

import pytest

from store.policies import Policies
from store.policies.texts import LARGEST, read

LINE = "Parents must not post pictures of pupils, and staff report é to the head. "
ODD = {
    "empty": b"",
    "binary": bytes(range(256)) * 64,
    "UTF-16": LINE.encode("utf-16"),
    "half a UTF-16 letter": LINE.encode("utf-16")[:-1],
    "byte order mark": b"\xef\xbb\xbf" + LINE.encode(),
    "lone carriage returns": (LINE + "\r").encode() * 20,
    "Windows letters": LINE.encode("cp1252"),
    "one huge line": LINE.encode() * 4_000,
    "no blank at all": b"x" * 300_000,
    "only bullets": b"- \n" * 20_000,
    "only colons": b":\n" * 50_000,
    "an open header": b"---\ntitle: Phones\n",
    "a header alone": b"---\ntitle: Phones\n---",
    "null bytes": (LINE + "\x00").encode() * 200,
}


@pytest.mark.parametrize("data", ODD.values(), ids=ODD.keys())
def test_it_is_read_or_said_not_to_be(tmp_path, data):
    (tmp_path / "odd.txt").write_bytes(data)
    policies = Policies(tmp_path)
    (text,) = policies.texts()
    answer = policies.ask("can parents post pictures of pupils")
    for passage in (*answer.ranked, *(p for section in policies.whole("odd.txt") for p in section)):
        assert passage.text == text.text[passage.start : passage.end]
        assert 0 < len(passage.text) <= 800


def test_a_text_that_is_too_large_is_read_as_far_as_it_goes(tmp_path):
    path = tmp_path / "large.txt"
    path.write_bytes(b"a" + "é\n".encode() * (LARGEST // 3 + 1000))
    text = read(path).text
    assert text.startswith("aé\né\n")
    assert LARGEST - 3 < len(text.encode()) <= LARGEST
