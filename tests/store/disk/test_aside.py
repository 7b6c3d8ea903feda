"""What is made and handed over leaves nothing, also where its maker is killed."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from store.disk.aside import MAKING, folder_aside, sweep_aside

MAKER = """
import sys
from pathlib import Path
from store.disk.aside import folder_aside

with folder_aside(Path(sys.argv[1])) as folder:
    (folder / "pack.zip").write_text("of a case")
    print(folder, flush=True)
    sys.stdin.read()
"""


def test_what_a_killed_process_was_making_is_gone_with_the_next_start(tmp_path: Path) -> None:
    command = [sys.executable, "-c", MAKER, str(tmp_path)]
    maker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603
    assert maker.stdout
    folder = Path(maker.stdout.readline().strip())
    assert folder.parent == tmp_path / MAKING
    sweep_aside(tmp_path)
    assert (folder / "pack.zip").exists()
    maker.send_signal(signal.SIGKILL)
    maker.communicate()
    assert folder.exists()
    with folder_aside(tmp_path) as mine:
        sweep_aside(tmp_path)
        assert not folder.exists()
        assert mine.exists()
    assert not mine.exists()


def test_where_the_folder_cannot_be_made_it_is_the_systems(tmp_path: Path) -> None:
    in_the_way = tmp_path / "data"
    in_the_way.write_text("a file")
    for data in (None, in_the_way):
        with folder_aside(data) as folder:
            assert tmp_path not in folder.parents
            assert folder.stat().st_mode & 0o077 == 0
    sweep_aside(in_the_way)
    sweep_aside(tmp_path / "missing")
