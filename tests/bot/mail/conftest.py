"""A mail server that this machine trusts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.doubles.mail import MailDouble, Secured


@pytest.fixture
def secured() -> Secured:
    return "tls"


@pytest.fixture
async def mail(
    tmp_path: Path, secured: Secured, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[MailDouble]:
    async with MailDouble(tmp_path, secured) as double:
        monkeypatch.setenv("SSL_CERT_FILE", str(double.trusted))
        yield double
