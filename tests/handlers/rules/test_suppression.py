"""What a page shows must not tell a small count that it hides.

The solver knows everything: the page, and how pages are made. It makes every table that there can be, of
so many kinds and so large counts, and the page of each; whatever small count is hidden on a page must be
able to be several among the tables that give that very page. What is hidden for their sake is no secret itself.
"""

from __future__ import annotations

import itertools
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.rules.suppression import (
    FEW,
    Cell,
    Hidden,
    Suppressed,
    alone,
    sum_alone,
    suppress,
    suppress_sums,
)

#: Kinds, and the largest count: the counts that matter are those around five.
SIZES = [(2, 18), (3, 14), (4, 10), (5, 7)]


def solved(kinds: int, most: int) -> dict[Suppressed, list[tuple[int, ...]]]:
    """Each page with all the tables that it may be of."""
    tables: dict[Suppressed, list[tuple[int, ...]]] = defaultdict(list)
    for table in itertools.product(range(most + 1), repeat=kinds):
        tables[suppress(table)].append(table)
    return tables


@pytest.mark.parametrize(("kinds", "most"), SIZES)
def test_no_small_count_can_be_worked_out(kinds: int, most: int) -> None:
    for page, tables in solved(kinds, most).items():
        # At the edge of what was tried, a larger table that gives the same page is missing.
        if any(max(table) == most for table in tables):
            continue
        for number, cell in enumerate(page.cells):
            possible = {table[number] for table in tables}
            if cell == Hidden.FEWER:
                assert len(possible) > 1, (page, possible)
                assert max(possible) < FEW
            elif isinstance(cell, int):
                assert possible == {cell}
        totals = {sum(table) for table in tables}
        if page.total == Hidden.FEWER:
            assert len(totals) > 1
        elif isinstance(page.total, int):
            assert totals == {page.total}


@pytest.mark.parametrize(("kinds", "most"), SIZES)
def test_a_total_that_is_shown_leaves_a_small_count_to_be_anything_small(
    kinds: int, most: int
) -> None:
    for page, tables in solved(kinds, most).items():
        if isinstance(page.total, Hidden) or any(max(table) == most for table in tables):
            continue
        for number, cell in enumerate(page.cells):
            if cell == Hidden.FEWER:
                assert {table[number] for table in tables} == set(range(FEW)), page


def test_without_the_second_hiding_the_solver_finds_a_count() -> None:
    """The solver would find it: with the small ones alone hidden, a total tells the only one."""

    def hides_small_ones_alone(table: tuple[int, ...]) -> tuple[tuple[Cell, ...], int]:
        return tuple(map(alone, table)), sum(table)

    tables = defaultdict(list)
    for table in itertools.product(range(10), repeat=3):
        tables[hides_small_ones_alone(table)].append(table)
    assert any(
        len({table[0] for table in of_page}) == 1
        for (cells, _), of_page in tables.items()
        if cells[0] == Hidden.FEWER
    )


@given(st.lists(st.integers(0, 40), min_size=1, max_size=30))
def test_what_is_shown_is_so_and_nothing_small_is(counts: list[int]) -> None:
    page = suppress(counts)
    for count, cell in zip(counts, page.cells, strict=True):
        assert cell == count or isinstance(cell, Hidden)
        assert (cell == Hidden.FEWER) == (count < FEW)
    assert page.total in (sum(counts), *Hidden)
    assert page.total != Hidden.FEWER or sum(counts) < FEW
    hidden = sum(cell == Hidden.WITHHELD for cell in page.cells)
    has_both = min(counts) < FEW <= max(counts)
    assert hidden == (1 if has_both else 0)


# --- sums of several schools ----------------------------------------------------------------------


@pytest.mark.parametrize(("schools", "kinds", "most"), [(2, 2, 11), (3, 1, 12), (3, 2, 5)])
def test_no_school_works_out_a_small_count_of_the_others(
    schools: int, kinds: int, most: int
) -> None:
    """The solver knows the page, how pages are made, and all counts of its own school."""
    known: dict[object, list[tuple[int, ...]]] = defaultdict(list)
    edges = set()
    for counts in itertools.product(range(most + 1), repeat=schools * kinds):
        table = [counts[n * kinds : (n + 1) * kinds] for n in range(schools)]
        own, others = table[0], table[1:]
        rest = tuple(sum(column) for column in zip(*others, strict=True))
        known[suppress_sums(table), own].append(rest)
        # At the edge of what was tried, a larger table that gives the same page is missing.
        if max(counts) == most:
            edges.add((suppress_sums(table), own))
    tried = 0
    for key, rests in known.items():
        if key in edges:
            continue
        page, own = key  # type: ignore[misc]
        for place, cell in enumerate(page.cells):
            possible = {rest[place] for rest in rests}
            if isinstance(cell, int):
                assert possible == {cell - own[place]}
                assert min(possible) >= FEW
            else:
                assert len(possible) > 1, key
            tried += 1
    assert tried > 20


def test_sums_show_what_no_school_could_take_apart() -> None:
    shown = suppress_sums([[9, 30], [8, 20], [7, 10]])
    assert shown == Suppressed((24, 60), 84)
    # What the second has alone is not shown: the first, which has none, would read it.
    assert suppress_sums([[0, 30], [8, 20]]).cells[0] == Hidden.WITHHELD
    assert sum_alone([0, 4]) == Hidden.WITHHELD
    assert sum_alone([6, 5]) == 11
