"""What the tests of the commands share."""

from tests.store.policies.conftest import shipped

__all__ = ["shipped"]
