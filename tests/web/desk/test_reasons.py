"""Every reason of the figures that a page shows has plain words."""

from __future__ import annotations

import pytest

from recenter.stats.agreement import gwet_ac, krippendorff_alpha
from recenter.stats.clustered import clustered_share
from recenter.stats.estimate import Estimate
from recenter.stats.kappa import cohen_kappa
from recenter.stats.weighted import DOMINATED, WEIGHTLESS, by_stratum
from recenter.web.desk.reasons import numbered, plain

FEW = (["a", "a", "b", "b"], [1, 2, 1, 2], [0, 1, 1, 1], ["p", "p", "q", "q"])
SAME = (["a", "a"], [1, 2], [0, 0], ["p", "p"])
ALIKE = (
    [f"i{n // 2}" for n in range(12)],
    [1, 2] * 6,
    [0, 1] * 6,
    [f"p{n // 2}" for n in range(12)],
)
FOUND = [
    clustered_share([], []),
    clustered_share([True], ["p"]),
    clustered_share([True, True], ["p", "q"]),
    cohen_kappa([], []),
    cohen_kappa([1, 1], [1, 1]),
    krippendorff_alpha(["a"], [1], [0], ["p"]),
    krippendorff_alpha(*FEW),
    krippendorff_alpha(*SAME),
    krippendorff_alpha(*ALIKE),
    gwet_ac(*SAME),
    by_stratum([1.0, 0.0], [1e9, 1.0], ["p", "q"], ["s", "s"]).overall,
    Estimate(value=None, reason=WEIGHTLESS),
    Estimate(value=1.0, reason=DOMINATED),
]


@pytest.mark.parametrize("one", FOUND)
def test_reasons_are_said_in_plain_words(one: Estimate) -> None:
    assert one.reason
    words = plain(one.reason, "people")
    assert words != one.reason
    for jargon in ("unit", "resampl", "rater", "item", "statistic"):
        assert jargon not in words


def test_what_has_no_words_of_its_own_stays_and_nothing_is_nothing() -> None:
    assert plain("Something new.", "people") == "Something new."
    assert plain(None, "people") == ""
    assert plain("An interval needs at least two independent units.", "annotators") == (
        "An interval takes at least two annotators."
    )
    assert numbered(["b", "", "a", "b"]) == {"b": 1, "a": 2}
