"""The embedded store: one small TinyDB file for each case, person and invitation, in one folder.

    data/cases/7K4M/case.json    the case, its chronology and the notices it owes
    data/cases/7K4M/evidence/    bytes as received, by SHA-256
    data/people/ID.json          one person
    data/invitations/DIGEST.json one unused invitation
    data/notices/DIGEST.json     one notice of no case, by the SHA-256 of its key
    data/duties/DIGEST.json      one duty that was done; and so for every kind of memo
    data/.references/7K4M        nothing in it: a case that is there, and is missed where it is not
    data/.summaries/37          what a start has read of cases, for the next one; never needed

A write replaces one file, so it costs the same however many cases there are, and a crash leaves
the old or the new. Each file is sealed with its own SHA-256 (`store.disk.seal`). One process owns
the folder; only invitations, roles that the technician wants changed, and what says that something
was exported or backed up, may be written from outside.
"""

from store.tiny.files import read_tables
from store.tiny.people import add_invitation, read_invitation, read_people
from store.tiny.store import TinyStore

__all__ = ["TinyStore", "add_invitation", "read_invitation", "read_people", "read_tables"]
