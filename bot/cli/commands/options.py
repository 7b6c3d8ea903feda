"""Options that several commands have, each with one name and one help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Write one JSON object.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="For a spreadsheet.")]

#: Of a backup that is read.
KeyFile = Annotated[
    Path | None,
    typer.Option("--key", help="The file with the private key, if it is encrypted."),
]
Generation = Annotated[
    str, typer.Option("--generation", help="An older backup, by its name; else the newest.")
]
