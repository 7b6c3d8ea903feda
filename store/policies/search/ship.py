"""Makes `shipped.npz`, the vectors of the shipped texts: `python -m store.policies.search.ship`.

A first start then has them at once, where the model would take seconds. To be run again when the
texts in `policy_texts/`, the way in which they are divided, the decoys or the model change; what is
not in the file is worked out.
"""

from __future__ import annotations

from pathlib import Path

from store.policies.library import Policies
from store.policies.search.vectors import SHIPPED

TEXTS = Path(__file__).parents[3] / "policy_texts"


def ship(texts: Path = TEXTS, to: Path = SHIPPED) -> None:
    """Work out all vectors of a folder of texts, and write them to a file."""
    to.unlink(missing_ok=True)
    Policies(texts, to).prepare()


if __name__ == "__main__":
    ship()
