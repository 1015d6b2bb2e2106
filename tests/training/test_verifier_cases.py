"""The written turns and statements."""

from __future__ import annotations

from collections import Counter

from training.verifier_cases import FILE, written


def test_every_line_is_read_and_every_quote_stands_in_its_turn() -> None:
    cases = written()
    lines = FILE.read_text(encoding="utf-8").splitlines()
    assert len(cases) == sum(line[:2] in {"+ ", "- "} for line in lines)
    assert all(case.attribute.evidence for case in cases)
    assert len({case.group for case in cases}) == sum(line.startswith("= ") for line in lines)


def test_what_is_wrong_has_a_failure_and_what_is_supported_has_none() -> None:
    cases = written()
    assert all((case.failure is not None) == case.rejected for case in cases)
    assert min(Counter(case.failure for case in cases if case.rejected).values()) >= 5
