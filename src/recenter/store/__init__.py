"""Records in SQLite or PostgreSQL."""

from recenter.store.cache import StoreCache
from recenter.store.loading import Found
from recenter.store.reports import ForgetReport, Outcome, PutReport, Run
from recenter.store.store import Store, open_store
from recenter.store.work import FailedTask, Item, Task, Work

__all__ = [
    "FailedTask",
    "ForgetReport",
    "Found",
    "Item",
    "Outcome",
    "PutReport",
    "Run",
    "Store",
    "StoreCache",
    "Task",
    "Work",
    "open_store",
]
