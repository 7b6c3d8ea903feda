"""Whom words in a picture surely speak of: measured on what parents post, and what schools send."""

from __future__ import annotations

import pytest

from handlers.rules.names.in_pictures import surely_speaks_of
from store.model.records import Person, Role
from tests.store.made import NOW

PEOPLE = {
    "head": Person("b", "Ben Okafor", (Role.HEAD,), ("slack:1",), NOW),
    "dsl": Person("c", "Cleo Martin", (Role.DSL,), ("slack:2",), NOW),
    "chair": Person("e", "Efua Mensah", (Role.CHAIR,), ("slack:3",), NOW),
    "leader": Person("s", "Anna Smith-Jones", (Role.LEADER,), ("slack:4",), NOW),
}

POSTED = [
    ("Headteacher Ben Okafor hit my boy today", "head"),
    ("Headteacher Mr Okafor Bully", "head"),
    ("Ben Okafor\n2h\nI will make that boy cry", "head"),
    ("OKAFOR, BEN: a disgrace", "head"),
    ("B. Okafor should resign", "head"),
    ("Mr\nOkafor is a bully", "head"),
    ("Headteacher Ben Okafor\nhit my boy today", "head"),
    ("headteacher ben okafor\nHit my boy", "head"),
    ("Headteacher: Ben Okafor\nhit my boy", "head"),
    ("Mr Okafor’s lies again", "head"),
    ("that headteacher should be sacked", "head"),
    ("our Head Teacher\nis useless", "head"),
    ("Head Okafor does nothing", "head"),
    ("Ben Okafor @benokafor77", "head"),
    # Beside the school's own letter, too.
    ("Headteacher: Mr B Okafor\nThis man, Ben Okafor, slapped a girl", "head"),
    ("Mrs Martin is on her phone all day", "dsl"),
    ("the safeguarding lead lied to us", "dsl"),
    ("Chair of Governors Efua Mensah lied to us", "chair"),
    ("the chair of the governors is his wife", "chair"),
    ("Mrs Smith shouts at them", "leader"),
    ("Anna Smith Jones shouts at them", "leader"),
]

OF_SCHOOLS = [
    "Hillside Primary School\nHeadteacher: Mr B Okafor BSc (Hons)\nTel: 01234 567890\n"
    "office@hillside.sch.uk\nDear parents, school closes at noon",
    "Headteacher: Mr Ben Okafor   Deputy: Mrs C Martin\nHillside\nDear parents",
    "Headteacher: Mr B Okafor, Deputy Headteacher: Mrs Cleo Martin DSL",
    "Dear parents\nthe kitchen is shut\nYours sincerely\nMr B Okafor\nHeadteacher",
    "Chair of Governors: Mrs E Mensah",
    "If you have any question please contact the headteacher.",
    "Please speak to our safeguarding lead",
]

NOISE = [
    "he hit his head, ben was there",
    "Okafor",
    "Martin scored a goal",
    "no headphones in class",
    "Year 5 parents\nThe kitchen is filthy",
    "",
]


@pytest.mark.parametrize(("read", "who"), POSTED)
def test_posts_speak_of_those_whom_they_name_and_of_nobody_else(read: str, who: str) -> None:
    assert {key for key, each in PEOPLE.items() if surely_speaks_of(read, each)} == {who}


@pytest.mark.parametrize("read", OF_SCHOOLS + NOISE)
def test_letters_of_the_school_and_noise_speak_of_nobody(read: str) -> None:
    assert [key for key, each in PEOPLE.items() if surely_speaks_of(read, each)] == []
