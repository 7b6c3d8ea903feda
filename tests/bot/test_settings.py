"""Settings that somebody has saved in a way of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import SettingsError, load


@pytest.mark.parametrize(
    "saved", ["PORT=80\n".encode("utf-16"), b"SLACK_BOT\xb4_TOKEN=1\n", b"\xff\xfe\x00"]
)
def test_a_file_in_another_encoding_is_named(saved: bytes, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(saved)
    with pytest.raises(SettingsError, match="not text in UTF-8"):
        load(env_file=file)
