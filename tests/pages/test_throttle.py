"""Failures cost ever longer waits, by name and by address."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from recenter.pages import throttle
from recenter.pages.throttle import FIRST_WAIT, FREE, LONGEST_WAIT, Throttle, address_key

KEYS = {"name/ada": FREE}


def test_waits_begin_after_the_free_ones_and_double_up_to_the_longest() -> None:
    made, now, waits = Throttle(), 0.0, []
    for _ in range(FREE):
        assert made.admit(KEYS, now) == 0
    for _ in range(9):
        wait = made.admit(KEYS, now)
        waits.append(wait)
        # A moment too early counts nothing and shortens nothing.
        assert made.admit(KEYS, now + wait - 0.5) == pytest.approx(0.5)
        now += wait
        assert made.admit(KEYS, now) == 0
    assert waits[:3] == [FIRST_WAIT, 2 * FIRST_WAIT, 4 * FIRST_WAIT]
    assert waits[-1] == LONGEST_WAIT
    assert waits == sorted(waits)


def test_a_hundred_at_once_are_not_a_hundred_free_ones() -> None:
    made = Throttle()
    with ThreadPoolExecutor(20) as pool:
        waits = list(pool.map(lambda _: made.admit(KEYS, 0.0), range(100)))
    assert waits.count(0.0) == FREE


def test_success_frees_the_name_and_not_the_address() -> None:
    made = Throttle()
    keys = {"name/ada": FREE, "address/x": 3}
    for _ in range(2):
        made.admit(keys, 0.0)
    assert made.admit(keys, 0.0) == 0
    made.succeeded("name/ada", "address/x")
    assert made.admit({"name/eve": FREE, "address/x": 3}, 0.0) == 0
    assert made.wait({"address/x": 3}, 0.0) > 0
    assert made.wait({"name/ada": 1}, 0.0) == 0


def test_failures_are_forgotten_after_an_hour() -> None:
    made = Throttle()
    for _ in range(FREE):
        made.admit(KEYS, 0.0)
    assert made.wait(KEYS, 1.0) > 0
    assert made.wait(KEYS, 3_601.0) == 0
    assert [made.admit(KEYS, 3_601.0) for _ in range(FREE)] == [0] * FREE


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "_MOST", 50)
    made = Throttle()
    for number in range(500):
        made.admit({f"name/{number}": 1}, 0.0)
    assert len(made._failed) == 50
    assert made.wait({"name/499": 1}, 0.0) > 0


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("192.0.2.7", "address/192.0.2.7"),
        ("::ffff:192.0.2.7", "address/192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "address/2001:db8:1:2::/64"),
        ("testclient", "address/testclient"),
    ],
)
def test_an_address_is_that_of_a_household(host: str, key: str) -> None:
    assert address_key(host) == key
