"""Slips of paper for people who are invited: a QR code, and the words to type in each chat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from handlers.text.pdf import compile_pdf, printable

TITLE = "Invitations to Heads Up"
AS = "as {roles}"
WHAT = "With Heads Up you pass on a worrying post about our school: a screenshot, a link, or words."
SCAN = "In Telegram"
SCAN_HOW = "Point your phone’s camera at the square, open the link, and press Start."
OR_TYPE = "Or write to {place}:"
TYPE = "In {chat}"
TYPE_HOW = "Open a chat with the bot, and type:"
ONCE = (
    "It is yours alone and works once, until {until}. "
    "Whoever uses it joins as {name}: hand it to nobody else."
)


@dataclass(frozen=True, slots=True)
class ChatWords:
    """What somebody does in one chat."""

    #: As people call the chat.
    chat: str
    #: The whole line to type, with the code in it.
    words: str
    #: Opens the chat and sends the code; empty where there is no such link.
    link: str = ""


@dataclass(frozen=True, slots=True)
class Slip:
    """What is on one person's slip."""

    name: str
    roles: str
    #: Empty where it is not known.
    mail: str
    #: Local time, in words.
    until: str
    chats: Sequence[ChatWords]


def print_slips(slips: Sequence[Slip], school: str) -> bytes:
    """A PDF (A4), three slips to a page, to be cut apart. Some 5 ms for each page."""
    content = {
        "title": TITLE,
        "school": printable(school),
        "what": WHAT,
        "slips": [_content(slip) for slip in slips],
    }
    return compile_pdf(TEMPLATE, content)


def _content(slip: Slip) -> dict[str, object]:
    return {
        "name": printable(slip.name),
        "as": printable(AS.format(roles=slip.roles)),
        "mail": printable(slip.mail),
        "once": printable(ONCE.format(until=slip.until, name=slip.name)),
        "ways": [_way(words) for words in slip.chats],
    }


def _way(words: ChatWords) -> dict[str, str]:
    if words.link:
        heading, how = SCAN, SCAN_HOW
    else:
        heading, how = TYPE.format(chat=words.chat), TYPE_HOW
    return {
        "heading": heading,
        "how": how,
        "or": OR_TYPE.format(place=_place_of(words.link)) if words.link else "",
        "words": printable(words.words),
        "link": printable(words.link),
        "code": _qr_code(words.link) if words.link else "",
    }


def _place_of(link: str) -> str:
    """`t.me/our_bot`, of a link to it."""
    return printable(link.partition("?")[0].removeprefix("https://"))


def _qr_code(link: str) -> str:
    """An SVG picture, black on white, that a camera reads also where the paper has a crease."""
    # It makes pictures alone: loaded when slips are printed.
    import segno

    picture = BytesIO()
    segno.make(link, error="m", micro=False).save(picture, kind="svg", border=4, xmldecl=False)
    return picture.getvalue().decode()


TEMPLATE = r"""
#let d = json(bytes(sys.inputs.content))
#let ink = rgb("#1c3557")
#let grey = luma(35%)

#set document(title: d.title)
#set page(paper: "a4", margin: (x: 18mm, y: 10mm))
#set text(font: "Libertinus Serif", size: 10.5pt, lang: "en", region: "GB", hyphenate: false)
#set par(leading: 0.6em, spacing: 0.8em)

#let typed(words) = block(
  fill: luma(95%), inset: (x: 2mm, y: 1.8mm), radius: 1mm, above: 2mm, below: 2.5mm,
  text(font: "DejaVu Sans Mono", size: 9.5pt, words),
)

#let show-way(w) = {
  text(weight: "bold", fill: ink, w.heading)
  linebreak()
  text(w.how)
  if w.or != "" { linebreak(); text(w.or) }
  typed(w.words)
}

#let show-code(w) = if w.code != "" {
  image(bytes(w.code), format: "svg", width: 38mm, alt: w.link)
}

#let show-slip(s) = block(width: 100%, height: 87mm, breakable: false, spacing: 0mm, {
  text(9.5pt, fill: grey, d.school)
  v(0mm)
  text(17pt, weight: "bold", fill: ink, s.name)
  h(2mm)
  text(10.5pt, fill: grey, s.at("as"))
  if s.mail != "" { v(-0.5mm); text(9.5pt, fill: grey, s.mail) }
  v(0mm)
  text(d.what)
  v(0.5mm)
  let codes = s.ways.filter(w => w.code != "")
  grid(
    columns: if codes.len() > 0 { (1fr, 38mm) } else { (1fr,) },
    column-gutter: 5mm,
    s.ways.map(show-way).join(),
    ..if codes.len() > 0 { (codes.map(show-code).join(),) },
  )
  v(1fr)
  text(9.5pt, s.once)
  v(2mm)
})

#for (number, slip) in d.slips.enumerate() {
  show-slip(slip)
  if calc.rem(number + 1, 3) == 0 { pagebreak(weak: true) } else {
    let cut = (paint: luma(60%), thickness: 0.5pt, dash: "dashed")
    block(spacing: 2.2mm, line(length: 100%, stroke: cut))
  }
}
"""
