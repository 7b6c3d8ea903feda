"""Every bench of this folder, each in a process of its own: `python -m tests.bench`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

for bench in sorted(Path(__file__).parent.glob("*.py")):
    if "\ndef main(" in bench.read_text(encoding="utf-8"):
        print(f"\n=== {bench.stem}", flush=True)
        subprocess.run([sys.executable, "-m", f"tests.bench.{bench.stem}"], check=True)
