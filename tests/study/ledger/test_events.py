"""Bounds of what a page tells hold wherever it is read or saved."""

from __future__ import annotations

import msgspec
import pytest

from recenter import formats
from recenter.errors import InputError, RefusedError
from recenter.study.ledger.events import Event, Sent, check_bounds

GOOD: dict[str, object] = {"id": "event-000001", "position": 0, "kind": "time", "seq": 2**53 - 1}


@pytest.mark.parametrize(
    "bad",
    [
        {"id": "short"},
        {"id": "x" * 65},
        {"id": "not-ascii-é"},
        {"position": -1},
        {"position": 100_000},
        {"kind": "other"},
        {"seq": -1},
        {"seq": 2**53},
        {"part": "x" * 41},
        {"note": "x" * 4_001},
        {"active_ms": 3_600_001},
        {"idle_ms": -1},
        {"idle_ms": 86_400_001},
        {"at": "x" * 41},
    ],
)
def test_what_is_out_of_bounds_is_refused_from_a_page_and_by_the_ledger(
    bad: dict[str, object],
) -> None:
    with pytest.raises(InputError):
        formats.decode(msgspec.json.encode(GOOD | bad), Sent)
    event = Event(slot="slt_x", **GOOD | bad)  # type: ignore[arg-type]
    with pytest.raises(RefusedError, match="out of bounds") as caught:
        check_bounds(event)
    assert caught.value.status == 422


def test_what_is_just_within_is_taken() -> None:
    more: dict[str, object] = {"note": "é" * 4_000, "active_ms": 3_600_000, "idle_ms": 86_400_000}
    sent = formats.decode(msgspec.json.encode(GOOD | more), Sent)
    check_bounds(Event(slot="slt_x", **msgspec.structs.asdict(sent)))
