"""Prompts of many people beside what `verify` accepted of each of them, part by part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from recenter.batch.contract import Handler, Result, Row
from recenter.errors import InputError
from recenter.provenance import digest
from recenter.scale.manifest import Entry, find
from recenter.scale.people import PartWork
from recenter.scale.shards import Kind, blocks, rows_of, sha256
from recenter.scale.storage import Storage
from recenter.scale.work import Job, Make, Task


class Accepted(NamedTuple):
    """The output of `verify` over what `extract` wrote; it can be pickled."""

    place: str
    kind: Kind
    parts: int
    """Files that people were dealt to, as their prompts will be."""
    outputs: Mapping[str, tuple[str, str]]
    """Of each part, by its number: the file and its SHA-256."""

    @property
    def digest(self) -> str:
        """Digest of all that it holds."""
        return digest(self.parts, sorted(self.outputs.items()))


def accepted_in(place: str) -> Accepted:
    """Return what `verify` wrote to a folder.

    Raises:
        InputError: it wrote nothing there, or not of people.
    """
    made = find(Storage(place))
    if made is None or made.run.step != "verify found" or made.run.parts is None:
        raise InputError(
            "holds no attributes that `recenter verify` has judged over many files.",
            file=place,
            cure="Give the --output of `recenter verify --batch` over that of `recenter extract`.",
        )
    outputs = {
        Path(part.shard).stem: (str(part.output), str(part.output_sha256)) for part in made.parts
    }
    return Accepted(place, made.run.kind, made.run.parts, outputs)


class BesideWork(PartWork):
    """Answers the prompts of each part's people, with `attributes` in every row."""

    def __init__(self, job: Job, make: Make, accepted: Accepted) -> None:
        """Make the handler."""
        super().__init__(job, make)
        self._accepted = accepted
        self._beside = Storage(accepted.place)
        self._unknown = 0

    def handler(self, task: Task) -> Handler:
        """Return what answers the rows of a part.

        Raises:
            InputError: what was accepted of its people is not there.
        """
        known = self._read(Path(task.shard).stem)
        self._unknown = 0

        def handle(rows: Sequence[Row]) -> Sequence[Result]:
            person = rows[0].get("person")
            if not isinstance(person, str) or not person:
                nobody = InputError("expected whose prompt it is, got none.", field="person")
                return [nobody for _ in rows]
            if person not in known:
                self._unknown += len(rows)
            mine = [{"id": id, "text": text} for id, text in known.get(person, {}).items()]
            return self._handle([row | {"attributes": mine} for row in rows])

        return handle

    def noted(self, entry: Entry) -> Entry:
        """Return the entry with the count of prompts of people who are unknown here."""
        return msgspec.structs.replace(entry, unknown=self._unknown)

    def _read(self, part: str) -> dict[str, dict[str, str]]:
        """Return what was accepted in a part: of each person, texts by id."""
        if part not in self._accepted.outputs:
            raise InputError("failed there: verify again.", file=part)
        name, hash = self._accepted.outputs[part]
        known: dict[str, dict[str, str]] = {}
        with self._beside.fetched(name) as path:
            if sha256(path, name=name) != hash:
                raise InputError("is not the file that `verify` wrote.", file=name)
            for block in blocks(path, self._accepted.kind, name=name):
                for row in rows_of(block.table, self._accepted.kind):
                    if isinstance(row, dict) and row.get("person"):
                        known.setdefault(row["person"], {}).update(_accepted(row["attributes"]))
        return known


def _accepted(listed: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    return {one["id"]: one["text"] for one in listed if one["verdict"] == "accept"}
