"""Names with one letter wrong are found in sentences, and ordinary words are not taken for them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from handlers.rules.names.in_words import may_speak_of
from handlers.rules.names.slips import slips_of
from store.model.records import Person, Role
from store.model.words import words_of

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
#: People who lead, with names as common as they are at schools.
LEADERS = (
    *("Cleo Martin", "Ben Okafor", "Priya Patel", "Sarah White", "John Walker", "Emma Wright"),
    *("David Baker", "Laura Price", "James Clark", "Harpreet Singh", "Ruth Turner", "Tom Parker"),
    *(
        "Helen Green",
        "Peter Brown",
        "Anna Fields",
        "Grace Hardy",
        "Charlotte Carter",
        "Jane Rivers",
    ),
)
SLIPS = {
    "okafr is useless": "Ben Okafor",
    "Okafour hit a boy": "Ben Okafor",
    "that okaofr again": "Ben Okafor",
    "martn did it again": "Cleo Martin",
    "Marten shouted at the parents": "Cleo Martin",
    "ask patell about it": "Priya Patel",
    "it was walkar who wrote it": "John Walker",
    "charlote filmed the children": "Charlotte Carter",
}
#: What people write of other things, written before anything was fitted to it.
NOBODY = (
    "While we waited by the water, the children walked past the parked cars.",
    "The panel will write a few words about the weight of the books.",
    "They baked a cake and it was filed under the wrong price, which is a prize.",
    "He turned the page and wrote that the parts store was closed for the while.",
    "A person at the margin of the grand hall wants to greet seven scouts.",
    "Children sang and sings of rivers, fields and green parks; one hardly saw the grave.",
    "The clerk said that a tailor had marked the whole carpet with a marker.",
    "They were waiting in the park after the market, with a carton of milk.",
    "The charter was parted from its cover, and the brand was brown with rust.",
    "A prince and a pricey cooker: the worst joke was about a starting grid.",
    "Somebody posted a picture of the whiteboard with the register on it.",
    "My daughter is frightened of the bigger boys at lunch and after school.",
    "The year four trip to the farm was cancelled again without a word.",
    "There is a group chat in which parents call the school a disgrace.",
    "He will not come to school because of what they say about him online.",
    "Please look at the link; it shows a fight in the corridor on Tuesday.",
    "Her phone was taken away and a message was sent from her account.",
    "The dinner was cold, the soup tasted of nothing and the queue was long.",
    "They share a video from the changing rooms, and I am worried.",
    "A stranger has asked several pupils for photographs of themselves.",
    "The uniform shop charges too much, says a page with many followers.",
    "Nobody answered the telephone at the office between eight and nine.",
    "The harvest festival was a marvel, and the parking was terrible.",
    "Sports day: the runner in the green shirt pushed the walkers over.",
)


def person(name: str) -> Person:
    return Person("x", name, (Role.LEADER,), (), NOW)


@pytest.mark.parametrize("words", SLIPS)
def test_one_letter_wrong_is_that_name(words: str) -> None:
    assert may_speak_of(words_of([words]), person(SLIPS[words]))


def test_ordinary_words_are_no_slips_of_names() -> None:
    said = set(words_of(NOBODY).split())
    alarms = {}
    for name in LEADERS:
        for word in name.lower().split():
            alarms[word] = slips_of(word) & said
    assert {word: found for word, found in alarms.items() if found} == {}
