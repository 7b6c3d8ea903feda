"""Backups in a bucket, against a server that speaks S3."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from store.backup import BackupOptions, make, restore
from store.backup.keys import make_key
from store.errors import Trouble
from store.tiny.verifying import verify
from store.verifying import Walk
from tests.buckets import new_bucket
from tests.store.backup.test_backup import change, contents
from tests.store.made import NOW
from tests.store.test_verifying import furnish


@pytest.fixture
def bucket() -> str:
    return f"s3://{new_bucket()}/heads-up"


async def test_a_bucket_does_as_a_folder_does(bucket: str, tmp_path: Path) -> None:
    data, key = tmp_path / "data", tmp_path / "key"
    await furnish(data)
    public = make_key(key)
    first = make(data, bucket, NOW, BackupOptions(public=public))
    await change(data)
    second = make(data, bucket, NOW + timedelta(days=1), BackupOptions(public=public))
    assert (second.copied, second.generations) == (2, 2)
    restore(bucket, tmp_path / "restored", key)
    assert contents(tmp_path / "restored") == contents(data)
    restore(bucket, tmp_path / "earlier", key, first.name)
    assert list(verify(tmp_path / "restored", Walk(), tmp_path / "earlier")) == []
    options = BackupOptions(public=public, forget_older=True)
    third = make(data, bucket, NOW + timedelta(days=2), options)
    assert third.generations == 1
    with pytest.raises(Trouble, match="no backup called"):
        restore(bucket, tmp_path / "again", key, first.name)


async def test_a_bucket_that_is_not_there_is_a_sentence(bucket: str, tmp_path: Path) -> None:
    await furnish(tmp_path / "data")
    with pytest.raises(Trouble, match="s3://other/x cannot be used"):
        make(tmp_path / "data", "s3://other/x", NOW)
