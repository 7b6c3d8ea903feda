"""Copies of the data folder, made while the bot runs: in another folder, or in a bucket.

    TO/generations/20261121T020000Z.json   one copy: when, and which pieces it is made of
    TO/pieces/3f/3f09…                     bytes, under the SHA-256 of what lies there

A piece is written once, however many generations hold it, so a copy costs what has changed. A
generation is written last: what a process leaves that dies before is no generation, and the older
ones are untouched.
"""

from store.backup.from_store import make_of_store
from store.backup.making import make
from store.backup.restoring import Restored, restore
from store.backup.writing import BackupOptions, Made

__all__ = ["BackupOptions", "Made", "Restored", "make", "make_of_store", "restore"]
