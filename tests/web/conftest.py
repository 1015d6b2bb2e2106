"""Studies on real servers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from recenter.store import Store, open_store
from recenter.study.design import Outcome
from recenter.study.ledger.desk import Desk
from recenter.study.plan import TaskItems
from tests.study.samples import Clock, better, opened, relevant, supported, task, written
from tests.web.serving import served

STUDY_ITEMS = {
    "quality": TaskItems(
        work=(supported("a"), supported("b")), training=(supported("t", key=("reject",)),)
    ),
    "pages": TaskItems(work=(relevant("m", ("per_a", "per_b")),)),
    "pairs": TaskItems(work=(better("x"), better("y"))),
}
CODES = {outcome: f"CODE-{outcome.upper()}" for outcome in get_args(Outcome)}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'store.db'}") as made:
        yield made


@pytest.fixture
def desk(store: Store, clock: Clock) -> Desk:
    """Three tasks: two items with training, one mixed page, two pairs."""
    file = written(
        task(overlap=2, per_annotator=2, training={"items": "t", "needed": 1.0, "tries": 2}),
        task("pages", "relevant", overlap=2),
        task("pairs", "better", overlap=2, per_annotator=2),
        codes=CODES,
    )
    return opened(store.database, file, STUDY_ITEMS, clock)


@pytest.fixture
def root(desk: Desk) -> Iterator[str]:
    """Address of the study of `desk`."""
    with served(desk) as address:
        yield address
