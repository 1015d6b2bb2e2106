"""The card of a trained model and what is written beside it: what it is, on what, how good."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from recenter import __version__
from recenter.figures.draw import draw
from recenter.figures.markdown import figures_of, inert, plots_text, tables_text
from recenter.models.saved import FILE, Saved
from recenter.provenance import Signature, digest
from recenter.train.report import Report
from recenter.train.sources import DataFile

CARD, METRICS, FIGURES = "card.md", "metrics.json", "figures"
EVALUATION = "evaluation.md"
_MODEL = {"preference": " model"}
NOT_STATED = "not stated"

_INTERVALS = (
    "Intervals are 95 %, 1,000 resamples of units: people, unless a table says otherwise. The ECE "
    "of a resample is higher than that of the whole, so its interval may lie above it."
)


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A model and what it was trained or is evaluated on."""

    model: str
    checksum: str
    encoder: str
    data: tuple[DataFile, ...]
    seed: int
    licence: str = NOT_STATED
    settings: tuple[str, ...] = ()
    """Options that change the result, as they were given."""

    @property
    def signature(self) -> Signature:
        """What is needed to find the figures again."""
        about = digest(self.data, self.settings, self.encoder)
        return Signature(model=self.model, seed=self.seed, settings=about)


def made_of(
    saved: Saved,
    data: Sequence[DataFile],
    *,
    encoder: str,
    seed: int,
    licence: str = NOT_STATED,
    settings: Sequence[str] = (),
) -> Made:
    """Return the account of a model that was saved."""
    return Made(
        model=saved.name,
        checksum=saved.about.checksum,
        encoder=saved.about.encoder or encoder,
        data=tuple(data),
        seed=seed,
        licence=licence,
        settings=tuple(settings),
    )


def write_training(folder: Path, made: Made, report: Report) -> None:
    """Write card, figures and their numbers beside a trained model.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    (folder / CARD).write_text(card_text(made, report), "utf-8")
    _write_rest(folder, made, report)


def write_evaluation(folder: Path, made: Made, report: Report, notes: Sequence[str]) -> None:
    """Write the tables, figures and numbers of an evaluation.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    (folder / EVALUATION).write_text(evaluation_text(made, report, notes), "utf-8")
    _write_rest(folder, made, report)


def card_text(made: Made, report: Report) -> str:
    """Return the card in Markdown."""
    parts = [
        f"# Model card: a trained {report.kind}{_MODEL.get(report.kind, '')}",
        f"`{made.model}`, in `{FILE}`; checksum `{made.checksum}`. Trained by Recenter "
        f"{__version__} with `recenter train {report.kind}`, seed {made.seed}"
        f"{_options(made)}. Reads vectors of `{inert(made.encoder)}`.",
        f"## Data\n\n{_data(made, report)}\n\nLicence of the data: {inert(made.licence)}.",
        f"## Measured\n\nSplit: {report.split}; seed {made.seed}. {_INTERVALS} What is saved "
        f"was then fitted on everything.\n\n{tables_text(report.tables)}",
        f"## Figures\n\n{plots_text(report.plots, FIGURES)}",
        "## Limits\n\n" + "\n".join(f"- {limit}" for limit in report.limits),
    ]
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def evaluation_text(made: Made, report: Report, notes: Sequence[str]) -> str:
    """Return the account of an evaluation in Markdown."""
    parts = [
        f"# `{made.model}` evaluated",
        f"A {report.kind}{_MODEL.get(report.kind, '')}; checksum "
        f"`{made.checksum}`. By Recenter {__version__}, seed {made.seed}. {report.split} "
        f"{_INTERVALS}",
        "\n".join(f"**{inert(note)}**" for note in notes),
        f"## Data\n\n{_data(made, report)}",
        f"## Measured\n\n{tables_text(report.tables)}",
        f"## Figures\n\n{plots_text(report.plots, FIGURES)}",
        "## Limits\n\n" + "\n".join(f"- {limit}" for limit in report.limits),
    ]
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def trained_on(model: Path) -> dict[str, str]:
    """Return the names of the files a model was trained on by sha256; none where it does not say,
    as where the file of that name beside it is somebody else's. `model` is its folder or file.
    """
    folder = model if model.is_dir() else model.parent
    try:
        read = msgspec.json.decode((folder / METRICS).read_bytes(), type=_Metrics)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return {one.sha256: one.name for one in read.data}


class _Metrics(msgspec.Struct, frozen=True):
    data: tuple[DataFile, ...]


def _write_rest(folder: Path, made: Made, report: Report) -> None:
    told = msgspec.json.encode(_metrics(made, report), order="deterministic")
    (folder / METRICS).write_bytes(msgspec.json.format(told, indent=2) + b"\n")
    for plot in report.plots:
        draw(plot, folder / FIGURES)


def _metrics(made: Made, report: Report) -> dict[str, Any]:
    return {
        "kind": report.kind,
        "signature": made.signature,
        "checksum": made.checksum,
        "encoder": made.encoder,
        "data": made.data,
        "licence": made.licence,
        "options": made.settings,
        "split": report.split,
        "counts": dict(report.counts),
        "figures": figures_of(report.tables),
    }


def _data(made: Made, report: Report) -> str:
    files = "\n".join(f"| {inert(one.name)} | {one.rows} | `{one.sha256}` |" for one in made.data)
    counts = "\n".join(f"- {name}: {count:,}" for name, count in report.counts.items())
    return f"| file | rows | sha256 |\n|---|---|---|\n{files}\n\n{counts}"


def _options(made: Made) -> str:
    return f", {', '.join(made.settings)}" if made.settings else ""
