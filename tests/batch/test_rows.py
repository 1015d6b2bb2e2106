"""Which errors cost only their row."""

from __future__ import annotations

import pytest

from recenter.batch.contract import Result, Row, Unfinished
from recenter.batch.rows import one_by_one
from recenter.errors import (
    InputError,
    ModelHTTPError,
    ModelUnavailableError,
    RecenterError,
    UnreadableAnswerError,
)


def handled(error: RecenterError) -> list[Result]:
    def fail(row: Row) -> Row:
        if row["n"]:
            raise error
        return row

    return list(one_by_one(fail)([{"n": 0}, {"n": 1}]))


@pytest.mark.parametrize(
    "error",
    [InputError("bad"), UnreadableAnswerError("no"), ModelHTTPError("too long", status=413)],
)
def test_an_error_of_the_row_stands_in_its_place(error: RecenterError) -> None:
    assert handled(error) == [{"n": 0}, error]


@pytest.mark.parametrize(
    "error", [ModelUnavailableError("down"), ModelHTTPError("no key", status=401)]
)
def test_what_no_other_row_could_escape_stops_the_run(error: RecenterError) -> None:
    with pytest.raises(Unfinished) as stopped:
        handled(error)
    assert (stopped.value.done, stopped.value.error) == ([{"n": 0}], error)
