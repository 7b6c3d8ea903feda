"""A whole store carried over, there and back again: nothing is lost, and nothing that differs is overwritten."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from store.base import Store
from store.errors import Trouble
from store.model.invitations import Invitation
from store.model.memos import FOLDERS, Acceptance, Question
from store.model.records import Person, Role
from store.moving import move
from store.postgres import PostgresStore
from store.tiny import TinyStore
from tests.databases import database
from tests.store.made import NOW, case, item, notice

_schools = itertools.count()
FILM = bytes(range(256)) * 5_000


@pytest.fixture
async def folder(tmp_path: Path) -> AsyncIterator[TinyStore]:
    store = TinyStore.open(tmp_path / "data")
    yield store
    await store.close()


@pytest.fixture
async def postgres() -> AsyncIterator[PostgresStore]:
    store = await PostgresStore.open(database(), f"moving-{next(_schools)}")
    yield store
    await store.close()


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def fill(store: Store) -> None:
    for n in range(5):
        made = case(notices=(notice(f"k{n}"),))
        await store.add(made)
        kept = await store.keep(made.reference, _pieces(FILM + bytes([n])), 10**9)
        full = replace(made, evidence=(item(sha256=kept.sha256, size=kept.size),))
        await store.save(full.note("Seen.", by="ben", at=NOW))
    await store.add_person(Person("asha", "Asha", (Role.STAFF,), ("slack:T1:U1",), NOW, version=0))
    await store.save_person(replace(await store.person("asha"), name="Asha Patel"))
    await store.put(Question("d1", "may I?", NOW))
    await store.put(Acceptance("asha", "v1", NOW))
    await store.owe(notice("loose"))
    await store.settle("", replace(notice("loose"), settled=NOW, result="sent"))
    await store.add_invitation(Invitation("d" * 64, "Ben", (Role.HEAD,), NOW))


async def everything(store: Store) -> dict[str, object]:
    cases = sorted(
        [await store.case(s.reference) for s in await store.summaries()], key=lambda c: c.reference
    )
    content = {}
    for made in cases:
        async with store.kept(made.reference, made.evidence[0].sha256) as path:
            content[made.reference] = path.read_bytes()
    return {
        "cases": cases,
        "content": content,
        "people": list(await store.people()),
        "memos": {kind.__name__: list(await store.memos(kind)) for kind in FOLDERS},
        "loose": list(await store.loose()),
        "invitations": list(await store.invitations()),
    }


async def test_there_and_back_again(
    folder: TinyStore, postgres: PostgresStore, tmp_path: Path
) -> None:
    await fill(folder)
    moved = await move(folder, postgres)
    assert (moved.cases, moved.evidence, moved.people, moved.others) == (5, 5, 1, 4)
    back = TinyStore.open(tmp_path / "back")
    await move(postgres, back)
    assert await everything(folder) == await everything(postgres) == await everything(back)
    await back.close()


async def test_what_was_interrupted_is_finished(folder: TinyStore, postgres: PostgresStore) -> None:
    await fill(folder)
    calls = itertools.count()
    whole = postgres.keep

    async def keep(*given: object) -> object:
        if next(calls) == 2:
            raise ConnectionError("cut")
        return await whole(*given)  # type: ignore[arg-type]

    postgres.keep = keep  # type: ignore[method-assign, assignment]
    with pytest.raises(ConnectionError):
        await move(folder, postgres)
    await move(folder, postgres)
    await move(folder, postgres)
    assert await everything(folder) == await everything(postgres)


async def test_what_is_another_there_is_left_alone(
    folder: TinyStore, postgres: PostgresStore
) -> None:
    await fill(folder)
    first = (await folder.summaries())[0].reference
    other = replace(await folder.case(first), category="threat")
    await postgres.add(other)
    with pytest.raises(Trouble, match=f"Case {first} is in the other place already"):
        await move(folder, postgres)
    assert await postgres.case(first) == other


async def test_evidence_that_is_not_as_it_was_is_not_moved(
    folder: TinyStore, postgres: PostgresStore
) -> None:
    await fill(folder)
    path = next(folder.folder.glob("cases/*/evidence/*"))
    path.chmod(0o600)
    path.write_bytes(b"other")
    with pytest.raises(Trouble, match="is not as it was written"):
        await move(folder, postgres)


@pytest.mark.parametrize("pattern", ["cases/*/case.json", "people/*.json", "questions/*.json"])
async def test_what_cannot_be_read_is_named_before_anything_is_moved(
    folder: TinyStore, postgres: PostgresStore, pattern: str
) -> None:
    await fill(folder)
    path = next(folder.folder.glob(pattern))
    path.write_bytes(b"{")
    await folder.close()
    for _ in range(2):  # put aside now, and before
        again = TinyStore.open(folder.folder)
        place = path.parent if path.stem == "case" else path.with_suffix("")
        with pytest.raises(Trouble, match=f"nothing was moved: {place.relative_to(folder.folder)}"):
            await move(again, postgres)
        await again.close()
    assert list(await postgres.people()) == []
    assert list(await postgres.summaries()) == []


async def test_a_row_that_cannot_be_read_is_named_too(
    folder: TinyStore, postgres: PostgresStore
) -> None:
    await fill(postgres)
    await postgres._change("UPDATE people SET document = '{}' WHERE school = :school")
    with pytest.raises(Trouble, match="nothing was moved: people/asha"):
        await move(postgres, folder)
    assert list(await folder.people()) == []
