"""Evidence, in every store: bytes as received, whole or not at all."""

import asyncio
import hashlib
from collections.abc import AsyncIterator

import pytest

from store.base import Kept, Store
from store.errors import NotFound, OverLimit
from tests.store.conftest import Later
from tests.store.made import case, item

BYTES = b"\x89PNG\r\n\x1a\n\0\xff" * 30_000
DIGEST = hashlib.sha256(BYTES).hexdigest()


async def pieces(
    content: bytes, size: int = 65_536, fails: BaseException | None = None
) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]
    if fails:
        raise fails


async def _a_case(store: Store, *digests: str) -> str:
    """A case that refers to these bytes; others may be gone when a store is opened anew."""
    made = case(evidence=tuple(item(n, sha256=digest) for n, digest in enumerate(digests, 1)))
    await store.add(made)
    return made.reference


async def _read(store: Store, reference: str, digest: str = DIGEST) -> bytes:
    async with store.kept(reference, digest) as path:
        return path.read_bytes()


async def _is_kept(store: Store, reference: str, digest: str = DIGEST) -> bool:
    try:
        await _read(store, reference, digest)
    except NotFound:
        return False
    return True


async def test_what_was_kept_is_there_as_it_came(store: Store, later: Later) -> None:
    reference = await _a_case(store, DIGEST)
    assert await store.keep(reference, pieces(BYTES), len(BYTES)) == Kept(DIGEST, len(BYTES))
    store = await later()
    assert await _read(store, reference) == BYTES


async def test_nothing_at_all_is_kept_too(store: Store, later: Later) -> None:
    empty = hashlib.sha256().hexdigest()
    reference = await _a_case(store, empty)
    assert await store.keep(reference, pieces(b""), 10) == Kept(empty, 0)
    store = await later()
    assert await _read(store, reference, empty) == b""


async def test_the_same_bytes_twice_are_kept_once(store: Store, later: Later) -> None:
    reference = await _a_case(store, DIGEST)
    both = await asyncio.gather(
        *(store.keep(reference, pieces(BYTES, n), len(BYTES)) for n in (999, 65_536))
    )
    assert both == [Kept(DIGEST, len(BYTES))] * 2
    store = await later()
    assert await _read(store, reference) == BYTES


async def test_evidence_belongs_to_its_case(store: Store) -> None:
    mine, other = await _a_case(store), await _a_case(store)
    await store.keep(mine, pieces(BYTES), len(BYTES))
    assert not await _is_kept(store, other)
    assert not await _is_kept(store, mine, "0" * 64)
    assert not await _is_kept(store, "7K4M")


@pytest.mark.parametrize("reference", ["7K\0M", "", "..", "a/b", "\ue000", "%2E"])
async def test_what_is_no_name_of_anything_is_not_found(store: Store, reference: str) -> None:
    mine = await _a_case(store)
    for name, digest in (
        (reference, DIGEST),
        (mine, f"{DIGEST[:-1]}\0"),
        (mine, "../x"),
        (mine, ""),
    ):
        assert not await _is_kept(store, name, digest)


async def test_one_byte_too_many_is_refused_and_nothing_stays(store: Store, later: Later) -> None:
    reference = await _a_case(store)
    with pytest.raises(OverLimit):
        await store.keep(reference, pieces(BYTES), len(BYTES) - 1)
    store = await later()
    assert not await _is_kept(store, reference)
    assert not await _is_kept(store, reference, hashlib.sha256(BYTES[:-1]).hexdigest())


@pytest.mark.parametrize(
    "failure",
    [
        ConnectionResetError("gone"),
        TimeoutError(),
        RuntimeError("broken"),
        asyncio.CancelledError(),
    ],
)
async def test_a_stream_that_fails_leaves_nothing_and_says_why(
    store: Store, later: Later, failure: BaseException
) -> None:
    reference = await _a_case(store)
    with pytest.raises(type(failure)):
        await store.keep(reference, pieces(BYTES, fails=failure), len(BYTES))
    store = await later()
    assert not await _is_kept(store, reference)
    await store.keep(reference, pieces(BYTES), len(BYTES))
    assert await _read(store, reference) == BYTES


async def test_a_fetch_that_is_cancelled_leaves_nothing(store: Store, later: Later) -> None:
    reference, begun = await _a_case(store), asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        yield BYTES
        begun.set()
        await asyncio.Event().wait()

    keeping = asyncio.create_task(store.keep(reference, endless(), 10 * len(BYTES)))
    await begun.wait()
    assert not await _is_kept(store, reference)
    keeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await keeping
    store = await later()
    assert not await _is_kept(store, reference)


async def test_what_was_taken_back_is_gone(store: Store, later: Later) -> None:
    reference = await _a_case(store)
    await store.keep(reference, pieces(BYTES), len(BYTES))
    await store.discard(reference, DIGEST)
    store = await later()
    assert not await _is_kept(store, reference)


async def test_what_the_case_refers_to_is_not_taken_back(store: Store, later: Later) -> None:
    made = case(evidence=(item(sha256=DIGEST),))
    await store.add(made)
    await store.keep(made.reference, pieces(BYTES), len(BYTES))
    store = await later()
    await store.discard(made.reference, DIGEST)
    store = await later()
    assert await _read(store, made.reference) == BYTES
