"""Units of a text as passages: with their place in the file, their words, and what stands above."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from store.policies.answer import Passage
from store.policies.layout import lay_out, run_on
from store.policies.search.quote import list_bullets
from store.policies.texts import PolicyText
from store.policies.unit import LONGEST, Place, Unit

#: Units; nobody writes so many below one bullet.
MOST_UNDER_A_BULLET = 300


def cite(
    text: PolicyText, units: Sequence[Unit], start: int, end: int, answer: Unit | None = None
) -> Passage:
    """Characters `start` to `end` of a text's words. `units`: all of the text, in order.

    With the lead-in of its first bullet, where that stands before; and, for a lead-in that answers,
    with the bullets of its list that come after.
    """
    first = bisect_left(units, start, key=lambda unit: unit.start)
    last = first
    while last + 1 < len(units) and units[last + 1].end <= end:
        last += 1
    plain = text.plain
    first, last = _fit_in_file(text, units, first, last, answer)
    start, end = max(start, units[first].quoted_from), units[last].end
    quoted = units[first : last + 1]
    laid_out = lay_out(plain.words, quoted, answer)
    lead_in = _lead_in(plain.words, units, quoted[0], start)
    rest = _rest(plain.words, units, quoted, end) if answer else []
    file_start, file_end = plain.find_start(start), plain.find_end(end)
    before = map(units.__getitem__, range(first - 1, -1, -1))
    return Passage(
        doc=text.doc,
        title=text.title,
        section=quoted[0].section,
        start=file_start,
        end=file_end,
        text=text.text[file_start:file_end],
        words=laid_out.words,
        answer=laid_out.answer,
        lead_in=lead_in,
        rest=tuple(rest),
        skips_before=bool(lead_in) and _skips(before, quoted[0]),
        skips_after=not rest and _skips_after(units, first, last),
        review_by=text.review_by,
    )


def _fit_in_file(
    text: PolicyText, units: Sequence[Unit], first: int, last: int, answer: Unit | None
) -> tuple[int, int]:
    """The first and the last of the units, without those that have no room in the file."""
    while first < last and not _is_short_in_file(text, units[first], units[last]):
        if units[last] is answer:
            first += 1
        else:
            last -= 1
    return first, last


def _is_short_in_file(text: PolicyText, first: Unit, last: Unit) -> bool:
    """From one unit to another, addresses of links and other marks included."""
    start = text.plain.find_start(first.quoted_from)
    return text.plain.find_end(last.end) - start <= LONGEST


def _lead_in(words: str, units: Sequence[Unit], quoted: Unit, start: int) -> str:
    """What introduces the list that a quotation begins in, a line each; "" where nothing does.

    A bullet that may belong under another one has that as well: what comes between is left out.
    """
    if quoted.lead_in is None or quoted.lead_in[0] >= start:
        above = []
    else:
        above = [*quoted.outer, quoted.lead_in]
    lines = [run_on(words[_sentence_before(units, place) : place[1]]) for place in above]
    if 0 <= quoted.needs < quoted.begins:
        number = bisect_left(units, quoted.needs, key=lambda unit: unit.begins)
        needed = units[number] if number < len(units) else quoted
        # A bullet without a letter or digit is no unit.
        if needed.begins == quoted.needs and needed.of_list >= 0:
            lines.append(lay_out(words, _whole_bullet(units, number), with_marks=True).words)
    return "\n".join(lines)


def _whole_bullet(units: Sequence[Unit], number: int) -> list[Unit]:
    """The unit of this number, with which a bullet begins, and the bullet's further ones."""
    found = [units[number]]
    for unit in units[number + 1 :]:
        if unit.item != found[0].item or unit.kind != found[0].kind:
            break
        found.append(unit)
    return found


def _sentence_before(units: Sequence[Unit], place: Place) -> int:
    """Where a lead-in begins; with the sentence before, where it only points to that.

    “These are examples:” says nothing of what they are examples of.
    """
    start = place[0]
    number = bisect_left(units, start, key=lambda unit: unit.start)
    if number == 0 or not units[number].points_back:
        return start
    before = units[number - 1]
    is_near = before.under == units[number].under and place[1] - before.start <= LONGEST // 2
    return before.start if is_near and before.item < 0 else start


def _rest(words: str, units: Sequence[Unit], quoted: Sequence[Unit], end: int) -> list[str]:
    """The bullets of a list of which the lead-in is quoted, and that come after `end`.

    All that is quoted stands before it, or belongs to it.
    """
    leads = [unit for unit in quoted if unit.kind == "lead-in"]
    if not leads:
        return []
    bullets = []
    for start, stop in list_bullets(units, leads[-1]):
        if stop <= end:
            continue
        first = bisect_left(units, start, key=lambda unit: unit.start)
        last = bisect_left(units, stop, key=lambda unit: unit.start)
        bullets.append(lay_out(words, units[first:last], with_marks=True).words)
    return bullets


def _skips(before: Iterable[Unit], quoted: Unit) -> bool:
    """Something of a list, or of a paragraph, stands between its lead-in and a quotation."""
    return 0 <= quoted.needs < quoted.begins or _goes_on(before, quoted)


def _skips_after(units: Sequence[Unit], first: int, last: int) -> bool:
    """A list that something introduces, and that units `first` to `last` are of, goes on."""
    lists = {unit.of_list: unit for unit in units[first : last + 1] if unit.lead_in}
    for bullet in lists.values():
        after = map(units.__getitem__, range(last + 1, len(units)))
        if _goes_on(after, bullet):
            return True
    return False


def _goes_on(others: Iterable[Unit], bullet: Unit) -> bool:
    """The others, from the nearest on, have another bullet of the list that a bullet is in.

    So many that belong under the bullet are taken for that: something is left out there, too.
    """
    if bullet.of_list < 0:
        return False
    for number, other in enumerate(others):
        if number == MOST_UNDER_A_BULLET:
            return True
        if other.of_list == bullet.of_list:
            if other.item >= 0 and other.item != bullet.item:
                return True
        elif other.of_list < 0 or other.depth <= bullet.depth:
            return False
    return False


def gather_sections(text: PolicyText, units: Sequence[Unit]) -> Iterator[tuple[Passage, ...]]:
    """All units, section by section, in passages of whole sentences and bullets."""
    for _, of_section in groupby(units, key=lambda unit: unit.under):
        yield tuple(_gather_passages(text, list(of_section)))


def _fits_into_one(text: PolicyText, first: Unit, last: Unit) -> bool:
    is_short = last.end - first.quoted_from <= LONGEST
    return is_short and _is_short_in_file(text, first, last)


def _gather_passages(text: PolicyText, units: Sequence[Unit]) -> list[Passage]:
    """Neighbouring units as passages of at most LONGEST characters, as read and in the file."""
    passages: list[Passage] = []
    first: Unit | None = None
    end = 0
    for unit in units:
        if first is not None and not _fits_into_one(text, first, unit):
            passages.append(cite(text, units, first.quoted_from, end))
            first = None
        first = first or unit
        end = unit.end
    if first is not None:
        passages.append(cite(text, units, first.quoted_from, end))
    return passages
