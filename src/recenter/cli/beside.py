"""References that an import reads beside conversations: into the store, or into a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from recenter import formats
from recenter.importers.normalise import written_whole
from recenter.records import Reference
from recenter.store import Store

_AT_ONCE = 500


class Beside:
    """Counts references and leaves them: what there is no place for."""

    def __init__(self) -> None:
        self._held: list[Reference] = []
        self._counts: Counter[str] = Counter()

    def add(self, reference: Reference) -> None:
        """Take one reference."""
        self._held.append(reference)
        if len(self._held) >= _AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Put away what was taken so far."""
        self._counts += self._put(self._held)
        self._held = []

    def _put(self, references: list[Reference]) -> Counter[str]:
        return Counter(left=len(references))

    def told(self) -> list[str]:
        """Return what became of them, in words; nothing where there were none."""
        left = self._counts["left"]
        if not left:
            return []
        return [f"{left} references not written: name a file for them (--references FILE)"]


class IntoStore(Beside):
    """Stores references."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self._store = store

    def _put(self, references: list[Reference]) -> Counter[str]:
        report = self._store.put_references(references)
        return Counter(known=report.same + report.changed, new=report.new, refused=report.refused)

    def told(self) -> list[str]:
        """Return what became of them, in words; nothing where there were none."""
        if not self._counts.total():
            return []
        counts = {name: self._counts[name] for name in ("new", "known")}
        if self._counts["refused"]:
            counts["refused"] = self._counts["refused"]
        told = ", ".join(f"{count} {name}" for name, count in counts.items())
        return [f"references to check against, which no extractor reads: {told}"]


class IntoFile(Beside):
    """Writes references, one a line."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    @contextmanager
    def open(self) -> Iterator[IntoFile]:
        """Write to the file, which appears whole or not at all.

        Raises:
            InputError: it cannot be written.
        """
        with written_whole(self._path) as self._out:
            yield self
            self.flush()

    def _put(self, references: list[Reference]) -> Counter[str]:
        for reference in references:
            self._out.write(f"{formats.encode(reference)}\n".encode())
        return Counter(written=len(references))

    def told(self) -> list[str]:
        """Return what became of them, in words."""
        return [f"{self._counts['written']} references written to {self._path}"]
