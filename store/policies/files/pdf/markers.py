"""The bullets and numbers that begin the items of a list."""

from __future__ import annotations

import re

_SIGNS = "•·▪◦●○■□➢➤►✓✔‣⁃∙❖◆\uf0b7\uf0a7\uf0d8\uf0fc\uf076"
SIGN = re.compile(rf"[{_SIGNS}]")
BULLET = re.compile(rf"(?:[{_SIGNS}]\s*|[-–—*o\u00ad]\s+)(?=\S)")
NUMBER = re.compile(
    r"\(?(?:\d{1,2}(?:\.\d{1,2}){0,3}|[a-zA-Z]|[ivx]{1,5})[.)]\s+\S|\d{1,2}(?:\.\d{1,2}){1,3}\s+\S"
)
