"""Which format a file has, told from the fields of its rows and never from its name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from recenter.errors import ConfigError, NoRowsError, UnknownFormatError
from recenter.importers.base import Format
from recenter.importers.benchmarks.cupid import CUPID
from recenter.importers.benchmarks.locomo import LOCOMO
from recenter.importers.benchmarks.longmemeval import LONGMEMEVAL
from recenter.importers.benchmarks.personalens import PERSONALENS
from recenter.importers.benchmarks.personamem import PERSONAMEM
from recenter.importers.benchmarks.planted import PLANTED
from recenter.importers.benchmarks.prefeval import PREFEVAL
from recenter.importers.benchmarks.reference import REFERENCE
from recenter.importers.chatgpt import CHATGPT
from recenter.importers.claude import CLAUDE
from recenter.importers.likeness import STUDY_ITEM, likeness
from recenter.importers.openai_messages import OPENAI_MESSAGES
from recenter.importers.own import OWN
from recenter.importers.sharegpt import SHAREGPT
from recenter.importers.wildchat import WILDCHAT

# Those whose rows also bear the mark of a more general one come before it.
_LOOKED_FOR = (
    PLANTED,
    OWN,
    REFERENCE,
    OPENAI_MESSAGES,
    LOCOMO,
    PREFEVAL,
    WILDCHAT,
    CHATGPT,
    CLAUDE,
    SHAREGPT,
    CUPID,
    LONGMEMEVAL,
    PERSONAMEM,
    PERSONALENS,
)
_SHOWN_FIRST = (OWN, OPENAI_MESSAGES, WILDCHAT, CHATGPT, CLAUDE, SHAREGPT)

FORMATS: dict[str, Format] = {format.name: format for format in (*_SHOWN_FIRST, *_LOOKED_FOR)}


def get_format(name: str) -> Format:
    """Return the format of this name.

    Raises:
        ConfigError: there is none; the message lists the names.
    """
    try:
        return FORMATS[name]
    except KeyError:
        raise ConfigError(
            f"there is no format {name!r}; expected one of {', '.join(FORMATS)}."
        ) from None


def format_of(row: Any) -> Format | None:
    """Return the format whose mark a row bears; None where it bears none."""
    # An item of a study has its conversations beside it, and is none itself.
    if not isinstance(row, dict | list) or (isinstance(row, dict) and row.keys() >= STUDY_ITEM):
        return None
    return next((format for format in _LOOKED_FOR if format.bears(row)), None)


def unknown_format(file: str, seen: Iterable[object]) -> UnknownFormatError:
    """Return the error for a file in which no row bears a mark; `seen` are rows or column names."""
    rows = list(seen)
    if not rows:
        return NoRowsError("holds no row.", file=file, cure="Name a file that is not empty.")
    like = next((what for what in map(likeness, rows) if what is not None), None)
    if like is not None:
        return UnknownFormatError(
            "holds no conversations.",
            file=file,
            cure=f"It looks like {like}. Name the format (--format) if it has one all the same.",
        )
    return UnknownFormatError(
        f"its format cannot be told; seen: {', '.join(map(_describe, rows))}.",
        file=file,
        cure=(
            "Rows are told by a field: "
            + ", ".join(f"`{format.mark}` for {format.name}" for format in FORMATS.values())
            + ". Name the format (--format) if the file has one of them."
        ),
    )


def _describe(row: object) -> str:
    """Name the fields of a row, cut short: they come from outside."""
    if isinstance(row, dict):
        return "fields " + ", ".join(repr(str(name)[:24]) for name in list(row)[:8])
    return "text that is not JSON" if isinstance(row, bytes) else f"a {type(row).__name__}"
