"""Stands for a process that the nursery has made: hands on its signals, and ends as it ends.

Run without the standard places of packages, so that it starts at once.
"""

import fcntl
import json
import os
import select
import signal
import socket
import sys
import termios
from contextlib import suppress


def main(place: str, *arguments: str) -> None:
    # Each signal writes its number there: none is lost before there is somebody to hand it on to, or while
    # this process is about to wait.
    told, of_signals = socket.socketpair()
    of_signals.setblocking(False)
    signal.set_wakeup_fd(of_signals.fileno())
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    if os.isatty(0):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        with suppress(OSError):  # it may not have been ours
            fcntl.ioctl(0, termios.TIOCNOTTY)  # the terminal is the other's from now on
    asked = socket.socket(socket.AF_UNIX)
    asked.connect(place)
    life = {"arguments": arguments, "folder": os.getcwd(), "environment": dict(os.environ)}
    socket.send_fds(asked, [json.dumps(life).encode() + b"\n"], [0, 1, 2])
    answers = asked.makefile("rb", buffering=0)
    process = int(answers.readline())
    for stream in (0, 1, 2):
        os.close(stream)
    while asked not in select.select([asked, told], [], [])[0]:
        for handed_on in told.recv(64):
            with suppress(ProcessLookupError):  # it has just ended
                os.kill(process, handed_on)
    status = int(answers.readline())
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status)


main(*sys.argv[1:])
