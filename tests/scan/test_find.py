"""What is found, what is left alone, and how the rules do on what was planted before them."""

from __future__ import annotations

import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recenter.errors import MissingExtraError
from recenter.scan.find import find
from recenter.scan.record import KINDS
from tests.scan.measure import measure, show
from tests.scan.pieces import PIECES
from tests.scan.planted import lines


def found(text: str, **options: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(one.kind, one.text) for one in find(text, **options)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Write to (ann.lee@example.com).", [("email", "ann.lee@example.com")]),
        ("it is ann at example dot com, ok", [("email", "ann at example dot com")]),
        ("see https://example.org/a_(b)?c=1).", [("url", "https://example.org/a_(b)?c=1")]),
        ("see example.org.", [("url", "example.org")]),
        ("from 203.0.113.9, twice", [("ip", "203.0.113.9")]),
        ("call 202-555-0143, please", [("phone", "202-555-0143")]),
        ("2 rooms, +49 30 23125 123", [("phone", "+49 30 23125 123")]),
        ("phone=+12025550143;", [("phone", "+12025550143")]),
        ("Phone:2025550143", [("phone", "2025550143")]),
        ("I live on Elm Street now", [("address", "Elm Street")]),
        ("我叫王小明，你好", [("name", "王小明")]),
        ("card 4111 1111 1111 1111 ok", [("number", "4111 1111 1111 1111")]),
        ("to DE89 3704 0044 0532 0130 00.", [("number", "DE89 3704 0044 0532 0130 00")]),
        ("my passport number is X1234567 now", [("number", "X1234567")]),
        ("at 12 Elm Street, Dover, DE 19901.", [("address", "12 Elm Street, Dover, DE 19901")]),
        ("write to @ann_lee please", [("handle", "@ann_lee")]),
        ("my name is ann lee.", [("name", "ann lee")]),
        ("Dear Ms. O'Brien,", [("name", "O'Brien")]),
        ("my friends Xiu and Bob came", [("name", "Xiu"), ("name", "Bob")]),
        ("Thanks!\n\nBest,\nE. T. Poe", [("name", "E. T. Poe")]),
        ("Thanks!\r\n\r\nRegards,\r\nAnn Poe\r\n", [("name", "Ann Poe")]),
        ("Zoe\u0308 Poe called", [("name", "Zoe\u0308 Poe")]),
    ],
)
def test_each_kind_is_found_at_its_edges(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "card 4111 1111 1111 1112 ok",
        "to DE88 3704 0044 0532 0130 00.",
        "the order 202-555-0143-7 is late",
        "router 192.168.1.1 and host 127.0.0.1",
        "version 203.0.113.9 is out",
        "np.random.rand and config.py and README.md",
        "@property\ndef name(self): ...",
        "I'm Italian, and I am Tired.",
        "Dear Customer,",
        "Will May come? Grant Park is green.",
    ],
)
def test_what_only_looks_like_it_is_left(text: str) -> None:
    assert found(text) == []


def test_a_name_told_once_is_found_everywhere() -> None:
    text = "I'm Xiomara Vex. Ask Vex; XIOMARA's cat. Vexing. Rose Vex and a rose."
    assert [one for _, one in found(text)] == ["Xiomara Vex", "Vex", "XIOMARA", "Vex"]
    assert found("a vex", names=("Vex",)) == [("name", "vex")]
    assert found("will will", names=("Will Vex",)) == []
    assert found("Will Vex", names=("will vex",)) == [("name", "Will Vex")]


def test_overlap_goes_to_the_longer_and_what_is_beside_it_remains() -> None:
    assert found("https://ann.lee@example.com/x") == [("url", "https://ann.lee@example.com/x")]
    assert found("ann@example.com") == [("email", "ann@example.com")]


@given(st.text(max_size=80) | PIECES)
def test_findings_are_in_order_apart_and_in_their_place(text: str) -> None:
    last = 0
    for one in find(text):
        assert last <= one.start < one.end
        assert text[one.start : one.end] == one.text
        assert one.kind in KINDS
        last = one.end


SEEN = {"email": 0.97, "url": 0.97, "number": 0.97, "ip": 0.97, "handle": 0.95, "phone": 0.95}
SEEN |= {"address": 0.92, "name": 0.9}
UNSEEN = {"email": 0.95, "url": 0.95, "number": 0.95, "ip": 0.95, "handle": 0.9, "phone": 0.95}
UNSEEN |= {"address": 0.88, "name": 0.84}
"""No rule was made, and none changed, for what is missed in this half."""


@pytest.mark.parametrize(("seen", "floors"), [(True, SEEN), (False, UNSEEN)])
def test_what_was_planted_before_the_rules_is_found(seen: bool, floors: dict[str, float]) -> None:
    measured = measure(seen=seen)
    sys.stdout.write(f"\n{'seen' if seen else 'unseen'} half\n{show(measured)}\n")
    assert set(floors) == set(measured.planted)
    below = {kind: measured.recall(kind) for kind in floors if measured.recall(kind) < floors[kind]}
    assert not below
    assert measured.precision() >= 0.99


def test_without_phonenumbers_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "recenter.scan.phones", None)
    with pytest.raises(MissingExtraError, match="study"):
        find("Dear Ann")


def test_hard_negatives_are_mostly_left() -> None:
    for seen in (True, False):
        negatives = lines("negatives.txt", seen=seen)
        assert sum(bool(find(line)) for line in negatives) <= len(negatives) // 10


ADVERSE = (
    "a 1 @ ' - . ( \n a@ @a. a.a. 1- (1 ::1 é [at] www. http:// d' u/ x#1 1.1.1.1_ Aa_ Anna_ +1_"
    " Aa,_ Aa_Aa_1,_ Dear_ my_wife_Ab_ Am_Alten_ 12_Main_ 12_rue_de_la_ Best,\n a_dot_ me_at_ A-"
    " 1_A1_ 1-1 1_1_ DE11 one_two_ Name:_ I'm_A Anna_Maria_Li_ Mr._ passport_1 1_Aa_St,_Aa_ A_ 12_"
    " Aa_Bb\na@b.org\n"
)


@pytest.mark.parametrize("unit", [unit.replace("_", " ") for unit in ADVERSE.split(" ") if unit])
def test_time_grows_with_the_length_and_not_faster(unit: str) -> None:
    assert _grows_with_length(unit * (10_000 // len(unit)), unit * (20_000 // len(unit)))


def test_a_megabyte_of_the_worst_takes_twice_as_long_as_half_of_it() -> None:
    units = [unit.replace("_", " ") for unit in ADVERSE.split(" ") if unit]
    half = "".join(unit * (500_000 // len(units) // len(unit)) for unit in units)
    whole = "".join(unit * (1_000_000 // len(units) // len(unit)) for unit in units)
    assert _grows_with_length(half, whole)


def _grows_with_length(half: str, whole: str) -> bool:
    """Tell whether twice the text takes less than three times as long.

    Quadratic work takes four times as long whenever it is tried; a busy machine does once.
    """
    return any(_seconds(whole) < 3 * _seconds(half) for _ in range(4))


def _seconds(text: str) -> float:
    began = time.process_time()
    find(text)
    return time.process_time() - began
