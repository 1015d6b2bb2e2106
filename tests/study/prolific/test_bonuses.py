"""Bonuses are paid once, whatever the network, the server, the process or the researcher does."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recenter.errors import (
    ConfigError,
    InputError,
    NotConfirmedError,
    OutcomeUnknownError,
    PaidBeforeError,
    PlatformError,
    StoreError,
)
from recenter.study.prolific.actions import Action
from recenter.study.prolific.bonuses import Bonus, bonus_lines
from recenter.study.prolific.client import Prolific
from recenter.study.prolific.ledger import Entry, FileLedger, Payment, settle, standing
from recenter.study.prolific.transport import Waits
from tests.study.prolific_server import TOKEN, Fault, Played

Connect = Callable[..., Prolific]


@pytest.fixture
def study(played: Played) -> str:
    return played.add_study(status="ACTIVE")


@pytest.fixture
def planned(client: Prolific, played: Played, study: str) -> Action:
    one, two = played.add_submissions(study, 2)
    return client.plan_bonuses(
        study, [Bonus(submission=one, amount=150), Bonus(submission=two, amount=5)]
    )


@pytest.fixture
def ledger(tmp_path: Path) -> FileLedger:
    return FileLedger(tmp_path / "ledger.jsonl")


def states(ledger: FileLedger) -> list[str]:
    return [entry.state for entry in ledger.entries()]


def test_bonuses_are_set_up_shown_and_paid(
    client: Prolific, played: Played, planned: Action, ledger: FileLedger
) -> None:
    (sent,) = played.calls("POST", "/bonus-payments/")
    assert sent.body["csv_bonuses"] == "sub0001,1.50\nsub0002,0.05\n"
    # 1.55 and a third of it as fee and a fifth of the fee as tax: 216.38 pence, rounded up.
    assert (planned.people, planned.cost, planned.currency) == (2, 217, "GBP")
    with pytest.raises(NotConfirmedError, match=r"bulk001\) \(2 people; 2\.17 GBP with fees"):
        client.do(planned)
    assert (played.paid, ledger.entries()) == ([], ())
    entry = client.do(planned, yes=True)
    assert isinstance(entry, Entry)
    assert (entry.state, played.paid, states(ledger)) == (
        "accepted",
        ["bulk001"],
        ["begun", "accepted"],
    )


def test_a_server_that_pays_and_then_fails_is_not_asked_again(
    client: Prolific, connect: Connect, played: Played, planned: Action, ledger: FileLedger
) -> None:
    played.fail("pay_bonus_payments", Fault(status=500, after=True))
    with pytest.raises(OutcomeUnknownError, match="unknown: look at the platform") as caught:
        client.do(planned, yes=True)
    assert caught.value.status == 500
    for again in (client, connect()):
        with pytest.raises(PaidBeforeError, match=r"2\.17 GBP .*bulk001.* outcome unknown"):
            again.do(planned, yes=True)
    with pytest.raises(PaidBeforeError):
        client.plan_bonuses(planned.study, [Bonus(submission="sub0001", amount=20)])
    assert played.paid == ["bulk001"]
    assert len(played.calls("POST", "/pay/")) == len(played.calls("POST", "/bonus-payments/")) == 1
    assert states(ledger) == ["begun", "unknown"]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=502, after=True),
        Fault(status=503),
        Fault(status=408),
        Fault(status=409),
        Fault(status=307, text=""),
        Fault(silence=60),
    ],
)
def test_whatever_leaves_it_open_counts_as_paid(
    connect: Connect, played: Played, planned: Action, fault: Fault
) -> None:
    client = connect(waits=Waits(read=0.3, total=2))
    played.fail("pay_bonus_payments", fault)
    with pytest.raises(OutcomeUnknownError):
        client.do(planned, yes=True)
    with pytest.raises(PaidBeforeError):
        client.do(planned, yes=True)
    assert len(played.paid) <= 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429])
def test_a_refusal_pays_nothing_and_may_be_tried_again_by_hand(
    client: Prolific, played: Played, planned: Action, ledger: FileLedger, status: int
) -> None:
    error = '{"error": {"status": 400, "error_code": 1, "title": "No", "detail": "No money."}}'
    played.fail("pay_bonus_payments", Fault(status=status, text=error))
    with pytest.raises(PlatformError, match=r"No money\.") as caught:
        client.do(planned, yes=True)
    assert not isinstance(caught.value, OutcomeUnknownError)
    assert len(played.calls("POST", "/pay/")) == 1
    client.do(planned, yes=True)
    assert played.paid == ["bulk001"]
    assert states(ledger) == ["begun", "not_paid", "begun", "accepted"]


def test_an_accepted_payment_whose_answer_cannot_be_read_is_accepted(
    client: Prolific, played: Played, planned: Action
) -> None:
    played.fail("pay_bonus_payments", Fault(text="<html>", after=True))
    entry = client.do(planned, yes=True)
    assert isinstance(entry, Entry)
    assert entry.state == "accepted"


def test_the_same_bonus_set_up_again_is_not_paid_again(
    client: Prolific, connect: Connect, played: Played, study: str, ledger: FileLedger
) -> None:
    one, two = played.add_submissions(study, 2)
    first = client.plan_bonuses(study, [Bonus(submission=one, amount=100)])
    # Planned before the first is paid, so that only paying can find out.
    second = client.plan_bonuses(
        study, [Bonus(submission=two, amount=100), Bonus(submission=one, amount=100)]
    )
    client.do(first, yes=True)
    with pytest.raises(PaidBeforeError, match="bulk001"):
        client.do(second, yes=True)
    with pytest.raises(PaidBeforeError, match="another purpose"):
        client.plan_bonuses(study, [Bonus(submission=one, amount=1)])
    other = client.plan_bonuses(study, [Bonus(submission=one, amount=100, purpose="second part")])
    client.do(other, yes=True)
    assert played.paid == ["bulk001", "bulk003"]


def test_a_process_that_is_killed_while_it_pays_leaves_it_open(
    played: Played, planned: Action, client: Prolific, ledger: FileLedger, tmp_path: Path
) -> None:
    played.fail("pay_bonus_payments", Fault(silence=60, after=True))
    script = tmp_path / "pay.py"
    script.write_text(
        "import sys, msgspec, pathlib\n"
        "from recenter.study.prolific.client import Prolific\n"
        "from recenter.study.prolific.actions import Action\n"
        "from recenter.study.prolific.ledger import FileLedger\n"
        f"client = Prolific({TOKEN!r}, base_url={played.url!r}, "
        f"ledger=FileLedger(pathlib.Path({str(tmp_path / 'ledger.jsonl')!r})))\n"
        "client.do(msgspec.json.decode(sys.stdin.buffer.read(), type=Action), yes=True)\n"
    )
    with subprocess.Popen([sys.executable, str(script)], stdin=subprocess.PIPE) as process:
        assert process.stdin
        process.stdin.write(msgspec.json.encode(planned))
        process.stdin.close()
        until = time.monotonic() + 60
        while played.faults and time.monotonic() < until:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    assert states(ledger) == ["begun"]
    with pytest.raises(PaidBeforeError, match="outcome unknown"):
        client.do(planned, yes=True)


def test_of_many_who_pay_at_once_one_pays(
    connect: Connect, played: Played, planned: Action, ledger: FileLedger
) -> None:
    refused: list[Exception] = []

    def pay() -> None:
        try:
            connect().do(planned, yes=True)
        except PaidBeforeError as error:
            refused.append(error)

    threads = [threading.Thread(target=pay) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(played.paid), len(refused)) == (1, 7)


def test_who_writes_second_withdraws(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    payment = Payment(bulk="b", study="s", keys=("k",), total=1, currency="GBP")

    class Overtaken(FileLedger):
        """Another process writes between this one's look and its line."""

        overtaken = False

        def entries(self) -> tuple[Entry, ...]:
            found = super().entries()
            if not self.overtaken:
                self.overtaken = True
                FileLedger(path).begin(payment)
            return found

    with pytest.raises(PaidBeforeError):
        Overtaken(path).begin(payment)
    entries = FileLedger(path).entries()
    assert [entry.state for entry in entries] == ["begun", "begun", "not_paid"]
    assert entries[0].attempt != entries[1].attempt == entries[2].attempt


@pytest.mark.parametrize(("paid", "after"), [(True, 0), (False, 1)])
def test_what_is_unknown_is_settled_by_who_has_looked(
    client: Prolific,
    played: Played,
    planned: Action,
    ledger: FileLedger,
    paid: bool,
    after: int,
) -> None:
    played.fail("pay_bonus_payments", Fault(status=500))
    with pytest.raises(OutcomeUnknownError):
        client.do(planned, yes=True)
    attempt = ledger.entries()[-1].attempt
    settle(ledger, attempt, paid=paid)
    with pytest.raises(InputError, match="not unknown"):
        settle(ledger, attempt, paid=not paid)
    if paid:
        with pytest.raises(PaidBeforeError):
            client.do(planned, yes=True)
    else:
        client.do(planned, yes=True)
    assert len(played.paid) == after


def test_a_ledger_that_cannot_be_written_stops_the_payment(
    connect: Connect, played: Played, planned: Action, tmp_path: Path
) -> None:
    client = connect(ledger=FileLedger(tmp_path / "missing" / "ledger.jsonl"))
    with pytest.raises(StoreError, match="cannot be written"):
        client.do(planned, yes=True)
    assert not played.paid


def test_a_ledger_that_is_cut_short_stops_the_payment(
    client: Prolific, played: Played, planned: Action, tmp_path: Path
) -> None:
    (tmp_path / "ledger.jsonl").write_text('{"attempt": "a1", "state": "beg')
    with pytest.raises(InputError, match=r"ledger\.jsonl: line 1: .*delete this one"):
        client.do(planned, yes=True)
    assert not played.paid


def test_without_a_ledger_nothing_is_even_set_up(connect: Connect, played: Played) -> None:
    with pytest.raises(ConfigError, match="only with a ledger"):
        connect(ledger=None).plan_bonuses("study1", [Bonus(submission="s", amount=1)])
    assert not played.exchanges


@pytest.mark.parametrize("total", [154, 311, 15500])
def test_bonuses_that_were_understood_otherwise_are_not_paid(
    client: Prolific, played: Played, study: str, total: int
) -> None:
    (one,) = played.add_submissions(study, 1)
    played.fail("create_bonus_payments", Fault(text=f'{{"id": "b1", "total_amount": {total}}}'))
    with pytest.raises(PlatformError, match=r"1\.55 GBP of bonuses were set up as"):
        client.plan_bonuses(study, [Bonus(submission=one, amount=155)])


def test_a_submission_that_did_not_take_part_is_named(client: Prolific, study: str) -> None:
    with pytest.raises(PlatformError, match="sub9999 did not take part"):
        client.plan_bonuses(study, [Bonus(submission="sub9999", amount=100)])


@pytest.mark.parametrize(
    "bonuses",
    [
        [],
        [Bonus(submission="a", amount=0)],
        [Bonus(submission="a", amount=-5)],
        [Bonus(submission="a", amount=True)],
        [Bonus(submission="a", amount=1.5)],  # type: ignore[arg-type]
        [Bonus(submission="a,9.99\nb", amount=1)],
        [Bonus(submission="a", amount=1), Bonus(submission="a", amount=2, purpose="x")],
        [Bonus(submission=f"s{n}", amount=1) for n in range(201)],
    ],
)
def test_bonuses_that_cannot_be_meant_are_refused(
    client: Prolific, played: Played, study: str, bonuses: list[Bonus]
) -> None:
    with pytest.raises(InputError):
        client.plan_bonuses(study, bonuses)
    assert not played.exchanges


@given(st.lists(st.integers(1, 10**7), min_size=1, max_size=20))
def test_lines_hold_exactly_what_was_asked_in_pounds(amounts: list[int]) -> None:
    lines = bonus_lines([Bonus(submission=f"s{n}", amount=a) for n, a in enumerate(amounts)])
    found = [re.fullmatch(r"s(\d+),(\d+\.\d\d)", line) for line in lines.splitlines()]
    assert [Decimal(m[2]) * 100 for m in found if m] == amounts


@given(st.lists(st.sampled_from(["begun", "accepted", "unknown", "not_paid"]), max_size=4))
def test_only_what_was_not_paid_may_be_paid(ends: list[str]) -> None:
    payment = Payment(bulk="b", study="s", keys=("k",), total=1, currency="GBP")
    entries = [
        Entry(attempt="a", state=state, at="", payment=payment)  # type: ignore[arg-type]
        for state in ends
    ]
    free = not ends or ends[-1] == "not_paid"
    assert (standing(entries, keys=["k"], bulk="c") is None) == free
    assert (standing(entries, keys=["j"], bulk="b") is None) == free
    assert standing(entries, keys=["j"], bulk="c") is None
