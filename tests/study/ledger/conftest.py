"""Every test of the ledger runs on both databases."""

from tests.store.conftest import store

__all__ = ["store"]
