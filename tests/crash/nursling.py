"""Stands for a process that the nursery has made: hands on its signals, and ends as it ends.

Run without the standard places of packages, so that it starts at once.
"""

import fcntl
import json
import os
import signal
import socket
import sys
import termios
from contextlib import suppress


def main(place: str, *arguments: str) -> None:
    if os.isatty(0):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        with suppress(OSError):  # it may not have been ours
            fcntl.ioctl(0, termios.TIOCNOTTY)  # the terminal is the other's from now on
    asked = socket.socket(socket.AF_UNIX)
    asked.connect(place)
    life = {"arguments": arguments, "folder": os.getcwd(), "environment": dict(os.environ)}
    socket.send_fds(asked, [json.dumps(life).encode() + b"\n"], [0, 1, 2])
    answers = asked.makefile()
    process = int(answers.readline())
    for stream in (0, 1, 2):
        os.close(stream)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda which, _: os.kill(process, which))
    status = int(answers.readline())
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status)


main(*sys.argv[1:])
