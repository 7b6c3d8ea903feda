"""A step's letter is drafted from the card, and nothing is sent."""

from __future__ import annotations

from tests.talks.conftest import Talk
from tests.talks.stage import Stage


async def test_the_letter_of_a_step_is_written_from_its_card(talk: Talk, stage: Stage) -> None:
    cases = await talk("""
        Asha> They call the kitchen filthy https://facebook.com/groups/1
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> (taps) Complaint about the school
        bot>  Thank you.
        Ben>  /case take {a}
        Ben>  /case done {a} evidence
        bot>  Talk to the person who posted it
        Ben>  (taps) Write the letter
        bot>  Who is it to?
        Ben>  Mrs Example, 1 High Street
        bot>  “Please take down what was posted”, for case {a}
        bot>  I send nothing.
        bot>  {a}-removal-request.docx
        bot>  {a}-removal-request.pdf
        Ben>  /case log {a}
        bot>  drafted a letter: Please take down what was posted, to Mrs Example, 1 High Street
        Cleo> /case find mrs example
        bot>  Cases with “mrs example”\\n{a}
        Cleo> /case posted {a} the account @FilthyKitchen
        Cleo> /case find @filthykitchen
        bot>  Cases with “@filthykitchen”\\n{a}
        Cleo> /case removal {a} 2 site 12345
        Cleo> /case find 12345
        bot>  Cases with “12345”\\n{a}
        Asha> /case letter {a} warning to Mrs Example
        bot>  That is not yours to do with case {a}.
    """)
    word, pdf = stage.handed("Ben")
    assert word.startswith(b"PK")
    assert pdf.startswith(b"%PDF")
    assert cases["a"]
