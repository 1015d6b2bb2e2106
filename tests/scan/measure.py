"""How much of what was planted is found, by kind and form, and how much is found that is none."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import NamedTuple

from recenter.scan.find import find
from recenter.scan.record import Finding
from tests.scan.planted import Plant, lines, sentences


class Measured(NamedTuple):
    """Counts by kind, and by kind and form."""

    planted: Counter[str]
    whole: Counter[str]
    """Planted values of which no letter or digit is left; of a number that is told, no digit."""
    touched: Counter[str]
    """Planted values of which some part was found."""
    spurious: Counter[str]
    """Findings that touch nothing planted, by kind found."""
    forms: dict[tuple[str, str], tuple[int, int]]
    """Whole and planted by kind and form."""
    wrong: list[Finding]

    def recall(self, kind: str) -> float:
        return self.whole[kind] / self.planted[kind]

    def precision(self) -> float:
        return self.touched.total() / (self.touched.total() + self.spurious.total())


def measure(*, seen: bool) -> Measured:
    """Return how the scan does on one half of the carriers and of the negatives."""
    planted, whole, touched = Counter[str](), Counter[str](), Counter[str]()
    spurious, wrong = Counter[str](), list[Finding]()
    forms: defaultdict[tuple[str, str], list[bool]] = defaultdict(list)
    for text, plants in sentences(seen=seen):
        found = find(text)
        for plant in plants:
            hidden = _hidden(text, plant, found)
            planted[plant.kind] += 1
            whole[plant.kind] += all(hidden)
            touched[plant.kind] += any(hidden)
            forms[plant.kind, plant.form].append(all(hidden))
        wrong += [one for one in found if not any(_meet(one, plant) for plant in plants)]
    wrong += [one for line in lines("negatives.txt", seen=seen) for one in find(line)]
    spurious.update(one.kind for one in wrong)
    counts = {form: (sum(hits), len(hits)) for form, hits in sorted(forms.items())}
    return Measured(planted, whole, touched, spurious, counts, wrong)


def _hidden(text: str, plant: Plant, found: tuple[Finding, ...]) -> list[bool]:
    return [
        any(one.start <= place < one.end for one in found)
        for place in range(plant.start, plant.end)
        if text[place].isdigit() or (plant.kind != "number" and text[place].isalpha())
    ]


def _meet(one: Finding, plant: Plant) -> bool:
    return one.start < plant.end and plant.start < one.end


def show(measured: Measured) -> str:
    """Return a table, then the forms of which something is missed."""
    rows = [f"{'kind':8} {'planted':>7} {'whole':>6} {'touched':>7} {'spurious':>8}"]
    for kind, count in sorted(measured.planted.items()):
        rows.append(
            f"{kind:8} {count:7} {measured.recall(kind):6.3f} "
            f"{measured.touched[kind] / count:7.3f} {measured.spurious[kind]:8}"
        )
    rows.append(f"precision {measured.precision():.3f}")
    for (kind, form), (hits, count) in measured.forms.items():
        if hits < count:
            rows.append(f"  missed: {kind}, {form}: {count - hits} of {count}")
    return "\n".join(rows)
