"""Rows that name nobody belong to the place of their file, also where a copy of it is read."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from recenter.cli.main import main
from recenter.scale.storage import Storage
from tests.importers.rows import CHATGPT


def people(folder: Storage) -> set[str]:
    data = folder.read("a.jsonl")
    assert data is not None
    return {json.loads(line)["person"] for line in data.splitlines()}


def test_people_of_an_object_store_are_the_same_at_every_read(bucket: str, tmp_path: Path) -> None:
    Storage(f"{bucket}/in").write("a.jsonl", (json.dumps(CHATGPT) + "\n").encode())
    found = []
    for number in range(2):
        target = tmp_path / str(number)
        given = ["import", f"{bucket}/in", "--to", str(target), "--engine", "local"]
        told = CliRunner().invoke(main, given)
        assert told.exit_code == 0, told.output
        found.append(people(Storage(str(target))))
    assert len(found[0]) == 1
    assert found[0] == found[1]
