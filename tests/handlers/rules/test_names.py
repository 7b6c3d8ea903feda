"""Whom a name may mean: the same where it is asked for, and in the midst of a sentence."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from handlers.rules.meant import is_meant
from handlers.rules.names.alike import may_be_account, may_mean, names_in, run_together
from handlers.rules.names.in_words import may_speak_of, speaks_of
from handlers.rules.names.offices import offices_in, roles_of_office
from handlers.rules.names.several import parts_of
from handlers.rules.names.spellings import plainly, short_forms
from handlers.rules.names.words import name_words
from store.model.records import About, Person, Poster, Role, Subject
from store.model.words import words_of

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
NAMES = (
    "Ben Okafor",
    "William Rao",
    "Elizabeth Hall",
    "Robert Mueller",
    "Jürgen Müller",
    "Ása Björnsson",
    "Søren Sørensen",
    "Siân O’Neill",
    "Fiona MacDonald",
    "Fiona Mac Donald",
    "Karl Größer",
    "Åse Ødegård",
    "Aase Aaberg",
    "Anna Smith-Jones",
    "Mary Jane Bell",
    "Ana Núñez",
    "Juan van der Berg",
    "Le Roy",
    "Łukasz Wójcik",
    "王伟",
    "Ina Theis",
    "Jo Li",
)
WITH_MARKS = {"ü": "ue", "ö": "oe", "ø": "oe", "å": "aa", "ä": "ae", "ß": "ss", "ñ": "n", "ú": "u"}
SENTENCES = ("I saw that {} wrote this", "{}'s post", "“so {}”, they say", "this_is_{}.png")


def person(name: str, *roles: Role) -> Person:
    return Person("x", name, roles or (Role.STAFF,), (), NOW)


def ways_to_write(name: str) -> list[str]:
    """How people write of somebody who has this name, and nobody else's."""
    words = name.split()
    first, last = words[0], words[-1]
    plain = "".join(WITH_MARKS.get(letter, letter) for letter in last.lower())
    apart = last.replace("’", " ").replace("Mac", "Mac ").replace("-", " ")
    together = name.split(maxsplit=1)[-1].replace(" ", "").replace("-", "")
    ways = [name, name.upper(), name.lower(), f"Mr {last}", f"{last}, {first}", f"{first} {last}"]
    ways += [plain, f"mrs {plain}", apart, together, plainly(last.lower()), f"Mrs {last[0]}"]
    for short in short_forms(name_words(name)[0]):
        ways += [short, f"{short} {last}", short.title()]
    return [way for way in ways if len(way) > 1]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_taken_for_a_name_is_found_in_a_sentence(name: str) -> None:
    for way in ways_to_write(name):
        assert may_mean(way, name), way
        for sentence in SENTENCES:
            said = words_of(["They write of us.", sentence.format(way)])
            assert may_speak_of(said, person(name)), (way, said)
    assert not may_speak_of(words_of(["They call the dirty kitchen names"]), person(name))


@pytest.mark.parametrize("known", NAMES)
def test_whatever_means_somebody_else_as_well_is_found_for_them_too(known: str) -> None:
    """Of any words: the two ways of looking know the same."""
    for name in NAMES:
        for way in ways_to_write(name):
            if may_mean(way, known):
                assert may_speak_of(words_of([f"I saw {way} shout"]), person(known)), way


@pytest.mark.parametrize("name", NAMES)
def test_an_account_named_after_somebody_is_theirs_and_found_in_a_sentence(name: str) -> None:
    words = name_words(name)
    for written in run_together(words) | {".".join(words), "_".join(words)}:
        ways = (f"@{written}", f"@{written}77", f"https://instagram.com/{written}", written)
        for way in ways:
            assert may_be_account(way, name), way
            assert may_be_account(f"the page {way}", name) or " " in written, way
            assert may_mean(f"@{written}", name), way
            assert may_speak_of(words_of([f"It was {way} who wrote it"]), person(name)), way


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Benny", "Ben Okafor"),
        ("Benjy Okafor", "Ben Okafor"),
        ("Bill", "William Rao"),
        ("Bill", "Will Rao"),
        ("Liz", "Elizabeth Hall"),
        ("Beth", "Elizabeth Hall"),
        ("Bob", "Rob Mueller"),
        ("Liz", "Mary Elizabeth Hall"),
        ("Mr O", "Ben Okafor"),
        ("BO", "Ben Okafor"),
        ("B. O.", "Ben Okafor"),
        ("Miss C", "Cleo Martin"),
        ("Mrs. M in Year 4", "Cleo Martin"),
        ("Vanmueller", "Jo van Müller"),
        ("@mr.okafor.y4", "Ben Okafor"),
        ("instagram.com/mr.okafor", "Ben Okafor"),
    ],
)
def test_a_name_that_may_mean_somebody(typed: str, name: str) -> None:
    assert may_mean(typed, name)
    assert may_speak_of(words_of([f"Everybody saw {typed} shout"]), person(name))


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Dan Okafor", "Ben Okafor"),
        ("Benny Hill", "Ben Okafor"),
        ("O", "Ben Okafor"),
        ("Mr B Hill", "Ben Okafor"),
        ("Mr X", "Ben Okafor"),
        ("the deputy head", "Ben Okafor"),
        ("", "Ben Okafor"),
        ("Dan Smith, Ben Okafor", "Ben Smith"),
    ],
)
def test_a_name_of_somebody_else(typed: str, name: str) -> None:
    assert not may_mean(typed, name)


@pytest.mark.parametrize(
    "account",
    [
        "https://instagram.com/mr.okafor",
        "https://instagram.com/mr.okafor.y4/",
        "https://www.instagram.com/okafor",
        "https://facebook.com/groups/12/okafor_is_a_bully",
        "https://mr-okafor.tumblr.com/",
        "https://tiktok.com/@mrokaforsucks?lang=en",
        "https://tiktok.com/share?user=benokafor",
        "instagram.com/mr.okafor",
        "@mr.okafor.y4",
        "@hate_okafor",
        "the page https://x.com/elm_road, and Mr Okafor",
    ],
)
def test_a_colleague_in_an_address(account: str) -> None:
    assert may_be_account(account, "Ben Okafor")


@pytest.mark.parametrize(
    "account",
    [
        "https://www.instagram.com/elm_road_mums",
        "https://m.facebook.co.uk/12345",
        "https://t.me/elm_road/12",
        "https://instagram.com/okaforian_dinners",
        "https://x.com/benny_hill",
    ],
)
def test_an_address_that_is_hardly_anybodys(account: str) -> None:
    for name in ("Ben Okafor", "Fay Mo", "Claire Owen", "Ida Grant", "Will Wu"):
        assert not may_be_account(account, name), name


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("Cleo Martin, Ben Okafor", ["Cleo Martin", "Ben Okafor"]),
        ("Cleo Martin; Ben Okafor", ["Cleo Martin", "Ben Okafor"]),
        ("Cleo Martin/Ben Okafor", ["Cleo Martin", "Ben Okafor"]),
        ("Cleo Martin\nBen Okafor", ["Cleo Martin", "Ben Okafor"]),
        ("Mr Okafor, Mrs Martin", ["Mr Okafor", "Mrs Martin"]),
        ("Mr Okafor Mrs Martin", ["Mr Okafor", "Mrs Martin"]),
        ("Jo Bell, Al Reid, Mo Hill and Di Lee", ["Jo Bell", "Al Reid", "Mo Hill", "Di Lee"]),
        ("Okafor, Martin, Rao", ["Okafor", "Martin", "Rao"]),
        ("Okafor, Ben, Cleo Martin", ["Okafor, Ben", "Cleo Martin"]),
        ("Jo Bell, maths teacher, Al Reid", ["Jo Bell, maths teacher", "Al Reid"]),
        ("the head, Cleo Martin", ["the head", "Cleo Martin"]),
        ("Martin, Cleo", ["Martin, Cleo"]),
        ("Smith Jones, Anna", ["Smith Jones, Anna"]),
        ("Jo Bell, teaching assistant in Oak Class", ["Jo Bell, teaching assistant in Oak Class"]),
        ("the teacher Mr Garcia in Year 4", ["the teacher Mr Garcia in Year 4"]),
        ("a parent of Tom Reid, Ella Reid", ["a parent of Tom Reid, Ella Reid"]),
        ("https://x.com/a/b;c and Ben Okafor", ["https://x.com/a/b;c", "Ben Okafor"]),
    ],
)
def test_names_side_by_side(typed: str, names: list[str]) -> None:
    assert names_in(typed) == names


@pytest.mark.parametrize("subject", [Poster.PARENT, Poster.PUPIL, Subject.PARENT, Subject.PUPIL])
@pytest.mark.parametrize(
    "words", ["Cleo Martin", "Cleo Martin of Year 4", "of Tom, Martin, Cleo", "Mrs Cleo Martin"]
)
def test_a_colleague_by_a_whole_name_among_parents_and_pupils(subject: str, words: str) -> None:
    assert is_meant(person("Cleo Martin"), About(subject, name=words))
    assert not is_meant(person("Cleo Marten"), About(subject, name=words))
    assert not is_meant(person("Cleo Reid"), About(subject, name=words))


@pytest.mark.parametrize(
    ("words", "roles"),
    [
        ("the deputy head", {Role.LEADER, Role.DSL}),
        ("our deputy", {Role.LEADER, Role.DSL}),
        ("the deputy headteacher", {Role.LEADER, Role.DSL}),
        ("an assistant head", {Role.LEADER, Role.DSL}),
        ("the vice-principal", {Role.LEADER, Role.DSL}),
        ("deputy safeguarding lead", {Role.LEADER, Role.DSL}),
        ("the principal", {Role.HEAD}),
        ("the head of the school", {Role.HEAD}),
        ("the child-protection officer", {Role.DSL}),
        ("our safeguarding officer", {Role.DSL}),
        ("SLT", {Role.LEADER, Role.DSL, Role.HEAD}),
        ("a member of SMT", {Role.LEADER, Role.DSL, Role.HEAD}),
        ("the senior leadership team", {Role.LEADER, Role.DSL, Role.HEAD}),
        ("one of the leadership team", {Role.LEADER, Role.DSL, Role.HEAD}),
        ("a senior leader", {Role.LEADER, Role.DSL, Role.HEAD}),
        ("the DHT", {Role.LEADER, Role.DSL}),
        ("our AHT", {Role.LEADER, Role.DSL}),
        ("the DDSL", {Role.LEADER, Role.DSL}),
        ("somebody in the safeguarding team", {Role.LEADER, Role.DSL}),
        ("our boss", {Role.HEAD}),
        ("the designated person", {Role.DSL}),
        ("the chair of governors", {Role.CHAIR}),
        ("the chairperson", {Role.CHAIR}),
        ("our lead governor", {Role.CHAIR}),
        ("the gaffer", {Role.HEAD}),
        ("bennaeth", {Role.HEAD}),
        ("the head of safeguarding", {Role.DSL}),
        ("the safeguarding manager", {Role.DSL}),
        ("the IT manager", {Role.ICT}),
        ("the head of Year 4", set()),
        ("the teacher", set()),
        ("Cleo Martin", set()),
    ],
)
def test_an_office_is_known_by_itself_and_in_a_sentence(words: str, roles: set[Role]) -> None:
    assert set(roles_of_office(words)) == roles
    assert roles <= offices_in(words_of([f"I saw {words} shout at them"]))


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Benny", True),
        ("benny", True),
        ("Dad of benny okafor", True),
        ("may the deputy phone a parent at home", False),
        ("the headteacher", True),
    ],
)
def test_what_was_searched_for_speaks_of_the_head(words: str, found: bool) -> None:
    assert speaks_of(words, person("Ben Okafor", Role.HEAD)) is found


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("will", True),
        ("will phone", True),
        ("when will the new policy come", False),
        ("Will the new policy come soon", False),
        ("is it true that Will may phone pupils", True),
    ],
)
def test_a_name_that_is_a_word_besides(words: str, found: bool) -> None:
    assert speaks_of(words, person("William Rao", Role.HEAD)) is found


def test_words_that_stand_in_every_text_are_no_name() -> None:
    said = words_of(["In a way this is the issue, and it is as a doctor would do it"])
    for name in ("Ina Theis", "Isa Anand", "Ann Doe", "Asa Noe"):
        assert not may_speak_of(said, person(name)), name


@pytest.mark.parametrize("words", ["Mr Okafr shouted", "so dr. okaffor said", "Miss Okafour’s dog"])
def test_a_slip_after_a_title(words: str) -> None:
    assert may_speak_of(words_of([words]), person("Ben Okafor"))
    assert not may_speak_of(words_of([words]), person("Cleo Martin"))


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("Jo Smith & Ben Okafor", ["Jo Smith", "Ben Okafor"]),
        # A sign is nobody.
        ("Jo Smith; '", ["Jo Smith"]),
        ("=cmd|'/c calc'", ["=cmd", "c calc'"]),
        ("Jo & & Ben", ["Jo", "Ben"]),
        # What has no sign of ours may be how somebody calls themselves.
        ("🔥🔥 and Jo", ["🔥🔥", "Jo"]),
        ("李", ["李"]),
        # Who types a sign alone is asked, or refused, by whoever reads it.
        ("'", ["'"]),
    ],
)
def test_several_are_named_and_no_sign_is_one_of_them(typed: str, names: list[str]) -> None:
    assert parts_of(typed) == names


@pytest.mark.parametrize(
    ("words", "roles"),
    [
        ("one of the governors", {Role.CHAIR}),
        ("either of the governors", {Role.CHAIR}),
        ("leadership", {Role.LEADER, Role.DSL, Role.HEAD}),
    ],
)
def test_an_office_that_every_report_may_mention_is_known_where_it_stands_alone(
    words: str, roles: set[Role]
) -> None:
    assert set(roles_of_office(words)) == roles
    assert not offices_in(words_of([f"Please tell {words} of this"]))
