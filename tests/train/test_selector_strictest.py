"""How the named settings of a selector are chosen."""

from __future__ import annotations

import numpy as np

from recenter.models.selector_model import Scores
from recenter.train.selector_settings import choose
from recenter.train.selector_sides import Case, Scored


def scored(side: str, gate: float, trained: list[float], said: tuple[bool, ...] = ()) -> Scored:
    names = tuple(f"a{number}" for number in range(len(trained)))
    scores = Scores(gate, np.asarray(trained), np.zeros(len(trained)))
    return Scored(Case(side, "m", names, "p", said), scores)


def test_where_no_gate_is_quiet_enough_the_strictest_is_taken() -> None:
    people = scored("people", 0.0, [1.0, 0.0], (True, False))
    loud = [scored("ordinary", gate, [9.0]) for gate in (0.2, 0.5, 0.5, 0.5)]
    assert choose([people, *loud])["restrained"].gate == 0.5
