"""Every test of the exports runs on both databases."""

from tests.store.conftest import store

__all__ = ["store"]
