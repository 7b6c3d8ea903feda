"""A case is packed, to be handed over; whom it is about is told of none."""

from __future__ import annotations

import zipfile
from io import BytesIO

from tests.talks.conftest import Talk
from tests.talks.stage import Stage

CASE = """
    Asha> [forwards one.png] They call the kitchen filthy
    bot>  Case {a}
    Asha> (taps) The school
    bot>  What is it mostly about?
    Asha> (taps) Complaint about the school
    bot>  Thank you.
"""


async def test_a_leader_is_asked_for_whom_and_why_and_is_given_it(talk: Talk, stage: Stage) -> None:
    cases = await talk(CASE)
    await stage.quiet()
    await talk(
        """
        Ben>  /case pack {a}
        bot>  Who is the pack of case {a} for?
        Ben>  (taps) The governors
        bot>  Why is case {a} handed to the governors?
        Ben>  They meet on Monday
        bot>  The pack of case {a} for the governors: check it before you hand it over.
        bot>  {a}-governors.zip
        Ben>  /case log {a}
        bot>  made a pack of it for the governors: They meet on Monday
        Asha> /case pack {a} police because I want it
        bot>  not among the things you can do
        Dev>  /case pack {a}
        bot>  not among the things you can do
    """.replace("{a}", cases["a"])
    )
    [pack] = [content for content in stage.handed("Ben") if content.startswith(b"PK")]
    with zipfile.ZipFile(BytesIO(pack)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
    assert {"chronology.pdf", "manifest.json", "chain.json", "verify.py"} <= set(names)
    assert any(name.startswith("originals/") for name in names)


async def test_the_head_has_no_pack_of_a_case_about_the_head(talk: Talk) -> None:
    await talk("""
        Asha> They say the head shouted
        bot>  Case {a}
        Asha> (taps) The headteacher
        Asha> (taps) Complaint about staff
        bot>  Thank you
        Ben>  /case pack {a} police because they asked
        bot>  I know no case “{a}” that you may see.
        Cleo> /case pack {a} police because they asked
        bot>  I know no case “{a}” that you may see.
        Efua> /case pack {a} police because they asked
        bot>  {a}-police.zip
    """)
