"""A study that recruits at Prolific, and Prolific itself, on real servers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from recenter.store import Store
from recenter.study.design import Recruitment
from recenter.study.ledger.desk import Desk
from recenter.study.plan import TaskItems
from tests.study.prolific.conftest import played
from tests.study.samples import Clock, opened, supported, task, written

__all__ = ["played"]

IDS = {"PROLIFIC_PID": "5" * 24, "STUDY_ID": "6" * 24, "SESSION_ID": "7" * 24}


@pytest.fixture
def recruiting(store: Store, clock: Clock) -> Callable[..., Desk]:
    """Makes a study of two items, one answer to each, that recruits at Prolific."""

    def make(**recruitment: object) -> Desk:
        values = {"kind": "prolific", **recruitment}
        file = written(
            task(overlap=1, per_annotator=2),
            recruitment=Recruitment(**values),  # type: ignore[arg-type]
        )
        items = TaskItems(work=(supported("a"), supported("b")))
        return opened(store.database, file, {"quality": items}, clock)

    return make
