"""Names dealt out to folds."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from recenter.train.deal import deal, folds_of_rows


@given(st.lists(st.text(max_size=3)), st.integers(1, 6), st.integers(0, 9))
def test_folds_are_even_and_depend_on_the_names_alone(
    names: list[str], number: int, seed: int
) -> None:
    found = deal(names, np.random.default_rng(seed), number)
    assert found.keys() == set(names)
    sizes = Counter(found.values())
    assert max(sizes.values(), default=0) - min(sizes[f] for f in range(number)) <= 1
    assert found == deal(reversed(names), np.random.default_rng(seed), number)


def test_rows_of_a_person_share_a_fold() -> None:
    people = np.array(["a", "b", "a", "c", "b"])
    fold = folds_of_rows(people, count=2, seed=0)
    assert fold[0] == fold[2]
    assert fold[1] == fold[4]
    assert set(fold) == {0, 1}
