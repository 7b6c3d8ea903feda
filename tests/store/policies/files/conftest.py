"""A folder of texts, and a way to put a file among them."""

from __future__ import annotations

from datetime import date

import pytest

from store.policies.files.add import TextDetails, add

TODAY = date(2026, 11, 21)


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "texts"
    made.mkdir()
    return made


@pytest.fixture
def put(tmp_path, folder):
    """Adds bytes as a file of the given name."""

    def put(name, data, *, instead=False, **told):
        file = tmp_path / name
        file.write_bytes(data.encode() if isinstance(data, str) else data)
        return add(file, folder, TextDetails(**told), today=TODAY, instead=instead)

    return put
