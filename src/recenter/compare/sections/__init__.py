"""The sections of a comparison, each a function of what was compared; another one is added here."""

from __future__ import annotations

from recenter.compare.compared import Builder
from recenter.compare.sections.corpora import corpora_section, outcomes_section
from recenter.compare.sections.diverse import diversity_section
from recenter.compare.sections.planted import examples_section, planted_section
from recenter.compare.sections.same_length import matched_section

SECTIONS: tuple[Builder, ...] = (
    corpora_section,
    outcomes_section,
    matched_section,
    diversity_section,
    planted_section,
    examples_section,
)
"""In the order in which they are shown."""
