"""What the card of a fine-tuned encoder says of data that somebody else named."""

from __future__ import annotations

from recenter.models.cross_encoder import Encoder
from recenter.models.tuned import About, Calibration
from recenter.train.finetune import Decided, Recipe, Tuned
from recenter.train.finetune_save import Data, card
from tests.train.finetune_makers import pairs


def test_names_and_licence_put_nothing_into_the_card() -> None:
    decided = Decided(Calibration(slope=1.0, shift=0.0), 0.5, 0.5)
    tuned = Tuned("selector", Recipe(), Encoder(None, None, 32), decided, pairs(), {})
    about = About(
        kind="selector",
        checksum="0",
        base="a `b`\n# Base",
        files={},
        calibration=decided.calibration,
        threshold=0.5,
        hold=0.5,
        max_length=32,
    )
    data = Data(files=("a | b `x`.jsonl", "c\n# File"), licence="x\n# Forged\n\n[y](z)")
    text = card(tuned, about, data)
    assert [line for line in text.splitlines() if line.startswith("#")] == [
        "# Model card: finetuned:selector@0"
    ]
    assert "licence x # Forged [y]\\(z)." in text
    assert "`a 'b' # Base`" in text
