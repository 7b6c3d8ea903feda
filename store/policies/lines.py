"""The lines of a text, each with its kind, and the marks of bullets.

Schools write in every shape: bullets of a dozen kinds, numbered clauses, headings that are only
short lines, tables, letters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from store.policies.bare_lists import is_bare_item
from store.policies.contents import leave_out_contents
from store.policies.marks import BULLET
from store.policies.rows import GAP, is_delimiter, is_in_columns, is_table_row
from store.policies.text_line import TextLine, is_blank, next_with_text

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
#: Blanks at the ends of a line, some of them without any width.
_BLANKS = " \t\u00a0\u200b\ufeff\x0b\x0c"
_UNDERLINE = re.compile(r"={3,}|-{3,}")
_MARKDOWN_HEADING = re.compile(r"(#{1,6})[ \t]+(.*)")
#: Beginnings of a letter and of a form: short lines that are no headings.
_LETTER_OR_FORM = re.compile(r"(?:dear|signed|date|name|yours|thank)\b", re.IGNORECASE)
#: How words end that a list goes on from.
_GOES_ON = re.compile(
    r"\b(?:must|should|may|will|shall|can|cannot|not|never|to|that|are|is|by|if|when|the|and|or)\Z",
    re.IGNORECASE,
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
#: Lines of a letter that are no rule: when it was written, to whom, and from whom.
_OF_LETTER = re.compile(
    r"(?:date:?\s*)?(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+)?(?:the\s+)?"
    r"(?:\d{1,2}(?:st|nd|rd|th)?\s+(?:of\s+)?)?"
    rf"{_MONTH},?\s+\d{{4}}"
    r"|(?:date:?\s*)?\d{1,2}[./-]\d{1,2}[./-]\d{2,4}"
    r"|dear\s[^.!?:;]{1,80}",
    re.IGNORECASE,
)
_CLOSE = re.compile(
    r"(?:with\s)?(?:yours(?:\s(?:sincerely|faithfully|truly))?|(?:many\s)?thanks|all the best"
    r"|(?:(?:kind|best|warm)(?:est)?\s)?(?:regards|wishes))"
    # The other language of a bilingual letter.
    r"(?:\s/\s[^.!?]{3,40}?)?[,.!]?",
    re.IGNORECASE,
)
#: What a program puts below every e-mail.
_BELOW_EMAIL = re.compile(
    r"(?:this|the information (?:contained )?in this) e-?mail\b.*"
    r"\b(?:confidential|intended|attachments?|privileged)\b.*",
    re.IGNORECASE,
)
#: Lines above an e-mail.
_OF_EMAIL = re.compile(r"(?:from|to|cc|bcc|sent|date|subject|re|ref)[ \t]*:.*", re.IGNORECASE)
#: Questions and answers, where the letters are not those of a list.
_QUESTION = re.compile(r"Q\s?\d{0,2}[.):]\s")
_REPLY = re.compile(r"A\s?\d{0,2}[.):]\s")
#: A word, and what it means: `ICO: the Information Commissioner's Office`.
_EXPLAINED = re.compile(r"[^\s:][^:]{0,40}: (?:an?|the)?\s?[a-z]")
#: Characters of a question that stands as a heading above its answer.
LONGEST_QUESTION = 160
#: Level of a heading that has no other below it.
LOWEST = 6
#: Lines of a signature.
LONGEST_SIGNATURE = 3
_RULE = re.compile(r"(?:[-=_*~.·•|+]|[ \t])+\Z")
_NUMBER = re.compile(r"(?:\d{1,2}(?:\.\d{1,2}){0,3}[.)]?|[A-Z][.)]|[ivxIVX]+[.)])[ \t]+")
#: Words that stand in small letters in a title, too.
_SMALL = {
    "a",
    "an",
    "and",
    "as",
    "at",
    "by",
    "for",
    "from",
    "in",
    "is",
    "of",
    "on",
    "or",
    "our",
    "the",
    "to",
    "we",
    "with",
    "your",
}


def read_lines(text: str, body: int) -> list[TextLine]:
    """The lines of a text from its character `body` on, each with its kind."""
    lines: list[TextLine] = []
    for match in _LINE.finditer(text, body):
        raw = match.group()
        if raw:
            indent = len(raw) - len(raw.lstrip(_BLANKS))
            bare = raw.strip(_BLANKS + "\r\n")
            start = match.start() + indent
            lines.append(TextLine(start, start + len(bare), indent, bare))

    # From above, for the kind of a line may depend on that of the line before.
    for n in range(len(lines)):
        _classify(lines, n)
    leave_out_contents(lines)
    return lines


# The order matters: marks that somebody set on purpose go before what a line looks like.
def _classify(lines: Sequence[TextLine], n: int) -> None:
    """Find the kind of line `n`, where those of the lines before it are known."""
    line = lines[n]
    marked = _MARKDOWN_HEADING.match(line.text)
    if not line.text:
        line.kind = "blank"
    elif marked:
        line.make_heading(len(marked.group(1)), marked.group(2).strip(" \t#:"))
    elif _is_underlined(lines, n):
        is_double = lines[n + 1].text.startswith("=")
        line.make_heading(1 if is_double else 2, line.text)
    elif _RULE.fullmatch(line.text) or is_delimiter(line):
        line.kind = "rule"
    elif is_table_row(lines, n) or is_in_columns(lines, n):
        line.kind = "row"
    else:
        _classify_by_look(lines, n)


def _classify_by_look(lines: Sequence[TextLine], n: int) -> None:
    """Find the kind of a line that has no mark of Markdown, and is no row."""
    line = lines[n]
    if _is_below_email(lines, n):
        line.kind = "letter"
        line.is_below_email = True
    elif _is_of_letter(lines, n):
        line.kind = "letter"
    elif _is_question(line.text):
        line.make_heading(LOWEST, _QUESTION.sub("", line.text, count=1).strip())
    elif _is_reply(lines, n):
        line.kind = "text"
    elif BULLET.match(line.text) and not _is_numbered_heading(lines, n):
        line.kind = "bullet"
    elif is_bare_item(lines, n):
        line.kind = "bullet"
        line.is_bare_item = True
    elif _is_short_heading(lines, n) or _is_numbered_heading(lines, n):
        line.make_heading(3, _without_number(line.text).strip(" :"))


def _is_underlined(lines: Sequence[TextLine], n: int) -> bool:
    """A heading with a line of `===` or `---` below it."""
    if n + 1 == len(lines) or len(lines[n].text) > 100:
        return False
    is_apart = is_blank(lines, n - 1) or lines[n - 1].kind == "rule"
    return bool(_UNDERLINE.fullmatch(lines[n + 1].text)) and is_apart


def _is_numbered_heading(lines: Sequence[TextLine], n: int) -> bool:
    """True for `3. Roles and Duties` above a paragraph, or above `3.1`; else it is in a list."""
    text = lines[n].text
    number = _NUMBER.match(text)
    if number is None or not _is_name_of_section(text[number.end() :]):
        return False
    of_section = number.group().strip().rstrip(".")
    after = next_with_text(lines, n)
    # `1.2 In this procedure:` is a clause.
    if after is None or (text.endswith(":") and "." in of_section):
        return False
    if _begins_level_with(after, f"{of_section.removesuffix('.0')}.1", lines[n]):
        return not text.endswith(":")
    if _NUMBER.match(after.text):
        return False

    words = text[number.end() :].split()
    is_much_shorter = len(words) <= 6 and len(after.text) > len(text) + 30
    if not is_blank(lines, n - 1):
        return is_much_shorter and _is_clause_with_name(lines, n)
    return is_much_shorter or _begins_in_capitals(words) or _is_title_like(words)


def _is_clause_with_name(lines: Sequence[TextLine], n: int) -> bool:
    """`2.1 Minor accidents`, right below a sentence or a heading, and right above one."""
    before = lines[n - 1]
    follows_end = before.kind == "heading" or before.text.endswith((".", "!", "?"))
    if not follows_end or is_blank(lines, n + 1):
        return False
    has_levels = "." in lines[n].text.split()[0].rstrip(".")
    return has_levels and lines[n + 1].text[0].isupper() and not BULLET.match(lines[n + 1].text)


def _begins_in_capitals(words: Sequence[str]) -> bool:
    return words[0].isupper() and len(words[0]) > 3


def _without_number(text: str) -> str:
    number = _NUMBER.match(text)
    return text[number.end() :] if number else text


def _begins_level_with(line: TextLine, words: str, above: TextLine) -> bool:
    """It begins with these words, and no further in than the line above it."""
    return line.text.startswith(words) and line.indent <= above.indent


def _is_name_of_section(text: str) -> bool:
    """A few words that begin with a capital letter and do not end as a sentence does."""
    if not 1 <= len(text.split()) <= 9:
        return False
    return text[0].isupper() and text[-1] not in ".;,!?"


# The order matters: what is surest is asked first, and each question rules out what the next may
# forget.
def _is_short_heading(lines: Sequence[TextLine], n: int) -> bool:
    """A short line that reads like a heading, and stands like one above a text or a list."""
    text = lines[n].text
    if not _may_be_heading(text) or next_with_text(lines, n) is None:
        return False
    if _continues_bullet(lines, n):
        return False
    if text.isupper() and len(text) > 3:
        return True
    if text.endswith(":"):
        return _is_heading_with_colon(lines, n)
    return _begins_like_heading(text) and _stands_like_heading(lines, n)


def _continues_bullet(lines: Sequence[TextLine], n: int) -> bool:
    """It stands further in, right below another line."""
    return lines[n].indent > 1 and not is_blank(lines, n - 1)


def _stands_like_heading(lines: Sequence[TextLine], n: int) -> bool:
    """It is apart from what comes before, and short beside what comes after."""
    words = lines[n].text.split()
    if _stands_alone(lines, n) and _introduces(lines, n):
        return len(words) <= 9 or _is_title_like(words)
    return len(words) <= 8 and _follows_an_end(lines, n) and _is_much_shorter(lines, n, by=40)


def _begins_like_heading(text: str) -> bool:
    if text.endswith("?") and len(text.split()) > 9:
        return False
    return text[0].isupper() or bool(_NUMBER.match(text))


def _may_be_heading(text: str) -> bool:
    """It is short, and neither a sentence, nor part of a letter or a form, nor an address."""
    if len(text) > 90 or len(text.split()) > 12 or text[-1] in ".;,!…":
        return False
    if _LETTER_OR_FORM.match(text) or _GOES_ON.search(text) or "__" in text or "@" in text:
        return False
    if GAP.search(text) or _EXPLAINED.match(text):
        return False
    return any(sign.isalpha() for sign in text)


def _is_heading_with_colon(lines: Sequence[TextLine], n: int) -> bool:
    """True for `Contact Details:` above a text; above a list it is the list's lead-in."""
    words = lines[n].text.split()
    if len(words) > 4 or not _is_title_like(words) or not _stands_alone(lines, n):
        return False
    after = next_with_text(lines, n)
    return after is not None and not BULLET.match(after.text)


def _stands_alone(lines: Sequence[TextLine], n: int) -> bool:
    """Nothing comes before it that it could go on with."""
    return is_blank(lines, n - 1) or lines[n - 1].kind in ("heading", "rule", "bullet")


def _introduces(lines: Sequence[TextLine], n: int) -> bool:
    """What comes after it is set apart, or much longer, or a list."""
    if is_blank(lines, n + 1) or _is_much_shorter(lines, n, by=20):
        return True
    after = next_with_text(lines, n)
    return after is not None and bool(BULLET.match(after.text))


def _is_much_shorter(lines: Sequence[TextLine], n: int, *, by: int) -> bool:
    """True where the next line with words is more than `by` characters longer than line `n`."""
    after = next_with_text(lines, n)
    return after is not None and len(after.text) > len(lines[n].text) + by


def _follows_an_end(lines: Sequence[TextLine], n: int) -> bool:
    """The line before it ends a sentence, or is a bullet."""
    if n == 0:
        return False
    before = lines[n - 1]
    return before.kind == "bullet" or before.text.endswith((".", ";", "!", "?"))


def _is_title_like(words: Sequence[str]) -> bool:
    """Most of the words that a title has with a capital letter have one."""
    long = [word for word in words if word.lower() not in _SMALL and word[0].isalpha()]
    capitals = sum(word[0].isupper() for word in long)
    return bool(long) and capitals >= 0.7 * len(long)


def _is_of_letter(lines: Sequence[TextLine], n: int) -> bool:
    text = lines[n].text
    if len(text) > 90:
        return False
    if _OF_LETTER.fullmatch(text) or _CLOSE.fullmatch(text):
        return True
    return _is_above_email(lines, n) or _is_signature(lines, n)


def _is_above_email(lines: Sequence[TextLine], n: int) -> bool:
    """One of the lines that a text begins with, if it is an e-mail: from whom, to whom, of what."""
    if not _OF_EMAIL.fullmatch(lines[n].text):
        return False
    return all(line.kind in ("letter", "blank") for line in lines[:n])


def _is_below_email(lines: Sequence[TextLine], n: int) -> bool:
    if _BELOW_EMAIL.fullmatch(lines[n].text):
        return True
    return n > 0 and lines[n - 1].is_below_email


def _is_signature(lines: Sequence[TextLine], n: int) -> bool:
    """A name, or what somebody is, below the close of a letter."""
    above = [line for line in lines[max(0, n - 2 * LONGEST_SIGNATURE) : n] if line.text]
    near = above[-LONGEST_SIGNATURE:]
    for place, line in enumerate(near):
        if _CLOSE.fullmatch(line.text):
            is_all_signature = all(other.kind == "letter" for other in near[place:])
            return is_all_signature and len(lines[n].text.split()) <= 6
    return False


def _is_question(text: str) -> bool:
    return bool(_QUESTION.match(text)) and text.endswith("?") and len(text) <= LONGEST_QUESTION


def _is_reply(lines: Sequence[TextLine], n: int) -> bool:
    """`A. Yes, …`, below a `Q. …`: it is no first bullet of a list."""
    if not _REPLY.match(lines[n].text):
        return False
    above = [line for line in lines[max(0, n - 8) : n] if line.text]
    return any(_is_question(line.text) for line in above)
