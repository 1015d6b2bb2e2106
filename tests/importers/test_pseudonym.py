from hypothesis import given
from hypothesis import strategies as st

from recenter.importers.pseudonym import Pseudonyms, person_id, pseudonym

KEY = b"k" * 32


def test_same_key_and_id_give_the_same_person_and_another_key_another() -> None:
    assert person_id(KEY, "ann") == person_id(KEY, "ann")
    assert person_id(KEY, "ann") != person_id(b"other", "ann")
    assert person_id(KEY, "ann", source="wildchat") != person_id(KEY, "ann")


def test_a_pseudonym_made_earlier_is_kept() -> None:
    once = person_id(KEY, "ann")
    assert person_id(KEY, once) == once
    assert person_id(KEY, once, source="wildchat") != once


@given(st.text(), st.text(), st.text(), st.text())
def test_parts_are_told_apart(a: str, b: str, c: str, d: str) -> None:
    assert (pseudonym(KEY, a, b) == pseudonym(KEY, c, d)) == ((a, b) == (c, d))


def test_lone_surrogates_are_hashed_too() -> None:
    assert person_id(KEY, "\ud800").startswith("per_")


def test_a_given_person_stands_for_all_of_the_import() -> None:
    door = Pseudonyms(KEY, person="ann")
    assert door.person("203.0.113.9", source="wildchat") == person_id(KEY, "ann")
