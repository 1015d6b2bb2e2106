"""Pay by the hour, estimated and measured, in whole pence."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recenter.errors import InputError
from recenter.study.prolific.pay import check_currency, check_pay, measured_pay, minor_units, money
from recenter.study.prolific.records import Currency

CURRENCIES = st.sampled_from(["GBP", "USD"])


def test_what_is_too_little_says_what_would_do() -> None:
    with pytest.raises(InputError) as caught:
        check_pay(100, 15, "GBP")
    assert str(caught.value) == (
        "reward: 1.00 GBP for 15 minutes is 4.00 GBP an hour; the least is 6.00 GBP. "
        "Raise the reward to at least 150 (1.50 GBP), or make it take at most 10 minutes."
    )
    check_pay(150, 15, "GBP")
    check_pay(100, 10, "GBP")
    with pytest.raises(InputError, match=r"at least 200 \(2\.00 USD\)"):
        check_pay(199, 15, "USD")


@given(st.integers(1, 10**6), st.integers(1, 1440), CURRENCIES)
def test_the_cure_cures_and_a_penny_less_does_not(
    reward: int, minutes: int, currency: Currency
) -> None:
    least = {"GBP": 600, "USD": 800}[currency]
    if Fraction(reward * 60, minutes) >= least:
        check_pay(reward, minutes, currency)
        return
    with pytest.raises(InputError) as caught:
        check_pay(reward, minutes, currency)
    enough = int(str(caught.value.cure).split("at least ")[1].split(" ")[0])
    check_pay(enough, minutes, currency)
    with pytest.raises(InputError):
        check_pay(enough - 1, minutes, currency)


def test_measured_pay_goes_by_the_median_person() -> None:
    pay = measured_pay(150, "GBP", [600, 1200, 5000])
    assert (pay.people, pay.median_minutes, pay.per_hour) == (3, 20, 450)
    assert (pay.fair, pay.missing) == (False, 50)
    assert measured_pay(150, "GBP", [900, 900]).fair
    assert measured_pay(150, "GBP", [900.1]).missing == 1


@given(st.integers(1, 10**5), st.lists(st.floats(1, 10**5), min_size=1), CURRENCIES)
def test_what_is_missing_makes_it_fair(
    reward: int, seconds: list[float], currency: Currency
) -> None:
    pay = measured_pay(reward, currency, seconds)
    assert pay.fair == (pay.missing == 0)
    assert measured_pay(reward + pay.missing, currency, seconds).fair
    if pay.missing > 0:
        assert not measured_pay(reward + pay.missing - 1, currency, seconds).fair


@pytest.mark.parametrize("seconds", [[], [0], [-1.0], [float("nan")], [60, float("inf")]])
def test_times_that_are_none_are_refused(seconds: list[float]) -> None:
    with pytest.raises(InputError, match="active_seconds"):
        measured_pay(100, "GBP", seconds)


def test_money_is_written_as_people_write_it() -> None:
    assert [money(n, "GBP") for n in (5, 150, 123456)] == ["0.05 GBP", "1.50 GBP", "1234.56 GBP"]
    with pytest.raises(InputError, match="GBP or USD"):
        check_currency("EUR")


@given(st.integers(0, 10**8 - 1))
def test_amounts_are_read_as_they_are_written(amount: int) -> None:
    written = money(amount, "GBP").removesuffix(" GBP")
    assert minor_units(written, field="amount") == amount
    assert minor_units(f" {written}00 ", field="amount") == amount


@pytest.mark.parametrize(
    ("text", "amount"), [("4", 400), ("4.5", 450), ("0.3", 30), ("4.50", 450), ("007", 700)]
)
def test_short_amounts_are_read_as_well(text: str, amount: int) -> None:
    assert minor_units(text, field="amount") == amount


@pytest.mark.parametrize(
    "text",
    ["", "x", "-1", "+1", "1.", ".5", "1,50", "1e3", "1.505", "nan", "inf", "£1", "٣", "1 0"],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"amount: .* is no amount of money\. Write it like 4\.50"):
        minor_units(text, field="amount")


@given(st.text(max_size=12))
def test_an_amount_is_never_read_as_more_than_its_digits_say(text: str) -> None:
    try:
        found = minor_units(text, field="amount")
    except InputError:
        return
    assert found == Decimal(text.strip()) * 100
