"""Who is in a staff list: names, roles and mail, however the columns are called and ordered."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.cli.people.invite_many.list_file import Row, read_rows
from handlers.rules.names.words import same_name
from handlers.school.role_words import LONGEST_NAME
from handlers.text.words import ROLES, listed, shortened
from store.errors import Trouble
from store.model.records import Role

#: What people call the columns, in small letters without signs.
NAME = {"name", "full name", "fullname", "staff name", "staff", "person", "colleague", "names"}
FIRST = {"first name", "firstname", "forename", "given name", "first", "preferred forename"}
LAST = {"last name", "lastname", "surname", "family name", "last", "preferred surname"}
ROLE = {"role", "roles", "heads up role", "headsup role"}
MAIL = {
    *{"mail", "email", "e mail", "email address", "e mail address", "mail address"},
    *{"work email", "school email", "mails", "emails"},
}

#: Further words for a role, beside its own two.
ROLE_WORDS = {
    "head teacher": Role.HEAD,
    "leadership team": Role.LEADER,
    "slt": Role.LEADER,
    "designated safeguarding lead": Role.DSL,
    "ict": Role.ICT,
    "it manager": Role.ICT,
    "chair of the governors": Role.CHAIR,
    # As a list of the school's own has them. Whatever else is a slip, to be asked about.
    **dict.fromkeys(
        (
            *("teacher", "class teacher", "teaching assistant", "ta", "hlta", "learning assistant"),
            *("support staff", "cover supervisor", "midday supervisor", "lunchtime supervisor"),
            *("school office", "office", "administrator", "secretary", "caretaker", "site manager"),
            *("cook", "kitchen", "cleaner", "nurse", "volunteer", "trainee", "student teacher"),
        ),
        Role.STAFF,
    ),
}

EMPTY = "{file}: nothing stands in it."
NO_HEADERS = (
    "{file}, line {line}: the first row has to name the columns: name, role, mail (mail may be "
    "left out). It says: {said}."
)
COLUMN_TWICE = "{file}, line {line}: two columns are called {column}. Take one of them out."
NO_ONE = "{file}: there is nobody below the first row."
NO_NAME = "{file}, line {line}: no name. It says: {said}."
SURNAME_FIRST = (
    "{file}, line {line}: “{name}” has a comma in it. Write the first name first: “{turned}”."
)
NAME_TOO_LONG = "{file}, line {line}: the name is longer than {most} characters."
NO_ROLE = "{file}, line {line}: {name} has no role. Roles are: {roles}."
UNKNOWN_ROLE = "{file}, line {line}: “{role}”, for {name}, is no role. Roles are: {roles}."
NO_MAIL = "{file}, line {line}: “{mail}”, for {name}, is no e-mail address."
TWICE = "{file}, line {line}: {name} is on line {first} already. Take one of the two out."
SAME_MAIL = (
    "{file}, line {line}: {mail}, for {name}, is the address of {other} on line {first}. "
    "Everybody needs one of their own, or none."
)

_MAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")
_NO_LETTER = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Listed:
    """One person in a list."""

    #: Of the file, from 1.
    line: int
    name: str
    roles: tuple[str, ...]
    #: Empty where the list has none.
    mail: str


def read_staff(file: Path) -> list[Listed]:
    """Everybody in a list, in its order. Raises Trouble: a line for each thing to mend in it."""
    rows = read_rows(file)
    if not rows:
        raise Trouble(EMPTY.format(file=file))
    reading = _Reading(file)
    reading.read_headers(rows[0])
    people = [reading.person_in(row) for row in rows[1:]]
    found = [person for person in people if person]
    if not rows[1:]:
        reading.mistakes.append((rows[0].line, NO_ONE.format(file=file)))
    reading.find_doubles(found)
    if reading.mistakes:
        raise Trouble("\n".join(said for _, said in sorted(reading.mistakes)))
    return found


class _Reading:
    """One list, what its columns are, and what is wrong in it so far."""

    def __init__(self, file: Path) -> None:
        self.file = file
        #: Each with its line.
        self.mistakes: list[tuple[int, str]] = []
        #: What a column is -> its number, from 0.
        self.columns: dict[str, int] = {}

    def read_headers(self, row: Row) -> None:
        """Raises Trouble where the first row does not name the columns that are needed."""
        kinds = {"name": NAME, "first": FIRST, "last": LAST, "role": ROLE, "mail": MAIL}
        for number, cell in enumerate(row.cells):
            for kind, words in kinds.items():
                if _plain(cell.casefold().replace("(s)", "s")) not in words:
                    continue
                if kind in self.columns:
                    mistake = COLUMN_TWICE.format(file=self.file, line=row.line, column=cell)
                    raise Trouble(mistake)
                self.columns[kind] = number
        has_name = "name" in self.columns or {"first", "last"} <= self.columns.keys()
        if not has_name or "role" not in self.columns:
            said = ", ".join(filter(None, row.cells))
            raise Trouble(
                NO_HEADERS.format(file=self.file, line=row.line, said=shortened(said, 80))
            )

    def person_in(self, row: Row) -> Listed | None:
        """Who stands in a row; None where the row is not right, which is noted."""
        name = self._cell(row, "name")
        if not name:
            name = f"{self._cell(row, 'first')} {self._cell(row, 'last')}".strip()
        if not name:
            said = shortened(", ".join(filter(None, row.cells)), 80)
            self._note(NO_NAME, row, said=said)
            return None
        self._look_at_name(name, row)
        mail = self._mail_in(row, name)
        return Listed(row.line, name, self._roles_in(row, name), mail)

    def _look_at_name(self, name: str, row: Row) -> None:
        last, comma, first = name.partition(",")
        if comma:
            turned = f"{first.strip()} {last.strip()}"
            self._note(SURNAME_FIRST, row, name=shortened(name, 40), turned=shortened(turned, 40))
        elif len(name) > LONGEST_NAME:
            self._note(NAME_TOO_LONG, row, most=LONGEST_NAME)

    def _roles_in(self, row: Row, name: str) -> tuple[str, ...]:
        typed = re.split(r"[,;/+&]|\band\b", self._cell(row, "role"), flags=re.IGNORECASE)
        words = [word.strip() for word in typed if word.strip()]
        if not words:
            self._note(NO_ROLE, row, name=name, roles=role_choices())
        found: dict[str, None] = {}
        for word in words:
            role = role_meant(word)
            if role:
                found[role.value] = None
            else:
                role_typed = shortened(word, 40)
                self._note(UNKNOWN_ROLE, row, role=role_typed, name=name, roles=role_choices())
        return tuple(found)

    def _mail_in(self, row: Row, name: str) -> str:
        mail = self._cell(row, "mail").removeprefix("mailto:")
        if mail and not _MAIL.fullmatch(mail):
            self._note(NO_MAIL, row, mail=shortened(mail, 60), name=name)
        return mail

    def find_doubles(self, people: Sequence[Listed]) -> None:
        """Note who stands in the list twice, and whose address is somebody else's."""
        by_name: defaultdict[tuple[str, ...], list[Listed]] = defaultdict(list)
        by_mail: dict[str, Listed] = {}
        for one in people:
            of_that_name = by_name[same_name(one.name)]
            before = [other for other in of_that_name if _may_be_one(one, other)]
            if before:
                self._note_at(TWICE, one.line, name=one.name, first=before[0].line)
            of_that_name.append(one)

            owner = by_mail.setdefault(one.mail.lower(), one) if one.mail else one
            if same_name(owner.name) != same_name(one.name):
                words = {"mail": one.mail, "other": owner.name, "first": owner.line}
                self._note_at(SAME_MAIL, one.line, name=one.name, **words)

    def _cell(self, row: Row, column: str) -> str:
        number = self.columns.get(column, len(row.cells))
        return row.cells[number] if number < len(row.cells) else ""

    def _note(self, sentence: str, row: Row, **words: object) -> None:
        self._note_at(sentence, row.line, **words)

    def _note_at(self, sentence: str, line: int, **words: object) -> None:
        self.mistakes.append((line, sentence.format(file=self.file, line=line, **words)))


def _may_be_one(one: Listed, other: Listed) -> bool:
    """Whether two of one name may be one person: two people have two addresses."""
    return not one.mail or not other.mail or one.mail.lower() == other.mail.lower()


def role_meant(word: str) -> Role | None:
    """The role of a word in a list: `DSL`, `Head Teacher`, `chair`."""
    plain = _plain(word)
    for role in Role:
        if plain in (_plain(role.value), _plain(ROLES[role])):
            return role
    return ROLE_WORDS.get(plain)


def role_choices() -> str:
    """`staff, leader (leadership), head (headteacher) … and chair (chair of governors)`."""
    choices = []
    for role in Role:
        words = ROLES[role]
        choices.append(role.value if words == role.value else f"{role.value} ({words})")
    return listed(choices)


def _plain(words: str) -> str:
    """In small letters, with one space for every sign and space."""
    return _NO_LETTER.sub(" ", words).strip().casefold()
