"""Files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def drafted(final: Path, *, folder: Path | None = None) -> Iterator[Path]:
    """Give an empty file, its owner's only, that takes the place of `final` when the block ends
    well; it lies in `folder`, or hidden beside it, on the same disk.
    """
    # Of the same ending, by which writers tell what is wanted.
    name = f"{secrets.token_hex(6)}-{final.name}"
    draft = folder / name if folder is not None else final.with_name(f".{name}")
    draft.touch(mode=0o600, exist_ok=False)
    try:
        yield draft
        draft.replace(final)
    finally:
        draft.unlink(missing_ok=True)
