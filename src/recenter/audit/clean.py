"""A copy of an export without what should not be remembered, in the format it came in."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from recenter.audit.document import without
from recenter.audit.record import DROPPED, FAULTS, Audit, Cleaned, Fault
from recenter.drafts import drafted
from recenter.errors import ConfigError


def cleaned(audit: Audit, more: Collection[Fault] = ()) -> Cleaned:
    """Return what a cleaned copy leaves out: entries with a fault of `DROPPED` or of `more`.

    What was not checked for support is not dropped for lacking it.
    """
    faults = tuple(fault for fault in FAULTS if fault in DROPPED or fault in more)
    dropped = sorted({finding.entry for finding in audit.findings if finding.fault in faults})
    return Cleaned(dropped=tuple(dropped), faults=faults)


def refuse_original(out: Path, *read: Path) -> None:
    """Refuse to write over what is read, under whatever name it goes.

    Raises:
        ConfigError: `out` is one of the files that are read, or a folder.
    """
    if out.is_dir():
        raise ConfigError(f"{out} is a folder.", cure="Name a file for the cleaned copy.")
    for path in read:
        if out.absolute() == path.absolute() or (out.exists() and out.samefile(path)):
            raise ConfigError(
                f"{out} is read by this audit; the original is never changed.",
                cure="Name another file for the cleaned copy.",
            )


def write_cleaned(audit: Audit, clean: Cleaned, out: Path) -> None:
    """Write the copy, whole or not at all.

    Raises:
        ConfigError: it is the original, or cannot be written.
    """
    refuse_original(out, Path(audit.export.document.file))
    dropped = [audit.export.entries[place] for place in clean.dropped]
    text = without(audit.export.document, dropped)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with drafted(out) as draft:
            draft.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise ConfigError(f"{out} cannot be written: {error.strerror}.") from None
