"""Passwords are hashed, compared and renewed; of unknown names nothing is told."""

from __future__ import annotations

import time

import pytest
from argon2 import PasswordHasher

from recenter.errors import InputError
from recenter.web.desk.passwords import LEAST, MOST, check_password, hash_password, renewed


def test_a_password_is_the_one_that_was_hashed() -> None:
    stored = hash_password("correct horse battery")
    assert stored.startswith("$argon2id$")
    assert "horse" not in stored
    assert check_password(stored, "correct horse battery")
    assert not check_password(stored, "correct horse batterY")
    assert stored != hash_password("correct horse battery")


def test_an_accent_may_be_typed_in_either_way() -> None:
    assert check_password(hash_password("caf\u00e9 am Morgen"), "cafe\u0301 am Morgen")


@pytest.mark.parametrize("length", [0, LEAST - 1, MOST + 1])
def test_too_short_or_too_long_is_refused(length: int) -> None:
    with pytest.raises(InputError, match=f"{LEAST} to {MOST}"):
        hash_password("x" * length)


def test_nobody_has_a_password_and_a_broken_hash_is_nobodys() -> None:
    assert not check_password(None, "correct horse battery")
    assert not check_password("not a hash", "correct horse battery")
    assert not check_password(hash_password("y" * MOST), "y" * 100_000)


def test_an_unknown_name_takes_as_long_as_a_wrong_password() -> None:
    stored = hash_password("correct horse battery")

    def least(hash: str | None) -> float:
        times = []
        for _ in range(5):
            begun = time.perf_counter()
            check_password(hash, "a wrong password")
            times.append(time.perf_counter() - begun)
        return min(times)

    least(None)
    known, unknown = least(stored), least(None)
    # The answer without a hash would take a thousandth.
    assert unknown > known / 3
    assert known > unknown / 3


def test_a_hash_of_older_settings_is_made_anew() -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("correct horse battery")
    assert check_password(weak, "correct horse battery")
    made = renewed(weak, "correct horse battery")
    assert made is not None
    assert check_password(made, "correct horse battery")
    assert renewed(made, "correct horse battery") is None
