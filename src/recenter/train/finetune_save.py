"""Writes a fine-tuned encoder to a folder: weights, tokenizer, record and model card."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from recenter import __version__
from recenter.errors import ConfigError, ModelError
from recenter.figures.markdown import inert
from recenter.models.cross_encoder import libraries, quiet
from recenter.models.tuned import CARD, About, Kind, write_about
from recenter.train.finetune import Tuned
from recenter.train.finetune_pairs import FOLDS, Pair
from recenter.train.folder import holds_anything, refuse_unwritable

_ASKED: dict[Kind, tuple[str, str, str]] = {
    "selector": ("(message, attribute)", "relevant", "people"),
    "verifier": ("(statement, evidence)", "problematic", "dialogues"),
}


class Data(msgspec.Struct, frozen=True, kw_only=True):
    """What a card says of the data."""

    files: tuple[str, ...] = ()
    licence: str = "not stated"


def refuse_taken(output: Path) -> None:
    """Refuse to write where something is already, or where nothing can be written.

    Raises:
        ConfigError: the folder is there and holds something; or see `refuse_unwritable`.
    """
    if holds_anything(output):
        raise ConfigError(f"{output} is there already.", cure="Name another folder.")
    refuse_unwritable(output)


def save(tuned: Tuned, output: Path, *, data: Data | None = None) -> About:
    """Write the folder whole or not at all; return its record.

    Raises:
        ConfigError: see `refuse_taken`.
        ModelError: it cannot be written.
    """
    refuse_taken(output)
    draft: Path | None = None
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{output.name}.", dir=output.parent))
        # What mkdtemp closes to others is opened as any folder that the user makes.
        draft.chmod(output.parent.stat().st_mode & 0o777)
        with quiet(libraries("Fine-tuning")):
            tuned.encoder.model.save_pretrained(draft, safe_serialization=True)
            tuned.encoder.tokenizer.save_pretrained(draft)
        about = write_about(draft, _about(tuned, data or Data()))
        (draft / CARD).write_text(card(tuned, about, data or Data()), "utf-8")
        draft.replace(output)
    except OSError as error:
        raise ModelError(f"{output} cannot be written: {error.strerror or error}.") from error
    finally:
        if draft is not None:
            shutil.rmtree(draft, ignore_errors=True)
    return about


def _about(tuned: Tuned, data: Data) -> About:
    decided = tuned.decided
    return About(
        kind=tuned.kind,
        checksum="",
        base=Path(tuned.recipe.base).name
        if Path(tuned.recipe.base).is_dir()
        else tuned.recipe.base,
        files={},
        calibration=decided.calibration,
        threshold=decided.threshold,
        hold=decided.hold,
        max_length=tuned.encoder.max_length,
        trained={
            "recipe": msgspec.to_builtins(tuned.recipe) | {"base": Path(tuned.recipe.base).name},
            "data": msgspec.to_builtins(data),
            "measured": msgspec.to_builtins(tuned.measured),
        },
    )


def card(tuned: Tuned, about: About, data: Data) -> str:
    """Return the model card: what it answers, from what, how well, and its limits."""
    pair, yes, groups = _ASKED[tuned.kind]
    recipe, judged = tuned.recipe, [one for one in tuned.pairs if one.judged]
    held = [one for one in judged if one.fold == recipe.held]
    files = ", ".join(map(inert, data.files)) or "Not named"
    made_up = len(tuned.pairs) - len(judged)
    figures = "\n".join(f"| {name} | {value} |" for name, value in tuned.measured.items())
    return f"""# Model card: {about.name}

A cross-encoder that reads {pair} and says how likely the pair is **{yes}**. Fine-tuned from
`{inert(about.base)}` by Recenter {__version__}.

**Data.** {files}; licence {inert(data.licence)}. {_counts(judged, groups)}, and {made_up} made-up
pairs that were trained on alone. The licence of the base model applies to the weights too.

**Recipe.** {recipe.epochs} epochs, batch {recipe.batch}, learning rate {recipe.learning_rate},
positives weighed {recipe.beta} times, {about.max_length} tokens, seed {recipe.seed}.

**Measured** on one fold of {FOLDS}, split by {groups}, that was not trained on:
{_counts(held, groups)}. Intervals are 95 %, resampling {groups}.

| figure | value |
|---|---|
{figures}

\\* Calibration and threshold ({about.threshold:.3f}) were chosen on these same pairs, so this is
flattering; AUC and average precision are not, since nothing else was chosen on them.

**Limits.** Messages or statements of the fold left out may stand in the others: only {groups} are
split. It knows the language and the kind of {groups} it was trained on, and nothing of others.
"""


def _counts(pairs: Sequence[Pair], groups: str) -> str:
    positive = sum(pair.positive for pair in pairs)
    number = len({pair.group for pair in pairs})
    firsts = len({pair.first for pair in pairs})
    return f"{len(pairs)} judged pairs, {positive} yes, {number} {groups}, {firsts} first texts"
