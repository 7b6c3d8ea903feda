"""What is asked of Telegram arrives as it was meant, whatever people have written."""

from __future__ import annotations

from urllib.parse import parse_qsl

from hypothesis import given
from hypothesis import strategies as st
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from bot.telegram.http_client import encode_body

TEXT = st.text(st.sampled_from("&=+%;#? 4é😀\n") | st.characters(codec="utf-8"), max_size=30)


@given(st.dictionaries(st.sampled_from(["text", "caption", "chat_id"]), TEXT, min_size=1))
def test_a_form_holds_what_was_said(said: dict[str, str]) -> None:
    data = RequestData([RequestParameter.from_input(name, words) for name, words in said.items()])
    body = encode_body(data).data
    assert isinstance(body, bytes)
    assert dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True)) == said
