"""Folders by path or URL: files appear whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from recenter.cli.main import main
from recenter.errors import InputError, StoreError
from recenter.scale import storage
from recenter.scale.engine import Local
from recenter.scale.run import run_people, run_rows
from recenter.scale.shards import Kind
from recenter.scale.storage import DRAFTS, Storage
from tests.scale.corpora import counting, files, job, row, write_shards


@pytest.fixture(params=["path", "file", "s3"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A folder that is not there yet, named in each way."""
    if request.param == "s3":
        return f"{request.getfixturevalue('bucket')}/a/folder"
    return f"file://{tmp_path}/x" if request.param == "file" else str(tmp_path / "x")


def upload(source: Path, url: str) -> None:
    there = Storage(url)
    for name, data in files(source).items():
        there.write(name, data)


def download(url: str, to: Path) -> None:
    there = Storage(url)
    for file in there.files():
        data = there.read(file.name)
        assert data is not None
        (to / file.name).parent.mkdir(parents=True, exist_ok=True)
        (to / file.name).write_bytes(data)


def test_what_is_written_is_there(folder: str) -> None:
    there = Storage(folder)
    assert there.files() == []
    assert there.read("a/b") is None
    assert there.size("a/b") is None
    there.write("a/b", b"hello")
    there.write("_hidden/c", b"")
    assert [(file.name, file.size) for file in there.files()] == [("a/b", 5)]
    assert there.files()[0].stamp == there.stamp("a/b") != ""
    assert there.read("a/b", start=1, length=3) == b"ell"
    assert there.names("_hidden") == ["_hidden/c"]
    with there.fetched("a/b") as path:
        assert path.read_bytes() == b"hello"
    there.remove("a")
    there.discard("_hidden/c")
    there.discard("_hidden/c")
    there.remove("a")
    assert there.files() == []
    assert there.names("_hidden") == []


def test_a_file_whose_writing_fails_is_not_there(folder: str) -> None:
    there = Storage(folder)

    def fail() -> None:
        with there.written("a") as draft:
            draft.write_bytes(b"half")
            raise InputError("no more.")

    with pytest.raises(InputError):
        fail()
    assert there.read("a") is None
    assert there.names(DRAFTS) == []


def test_one_folder_in_another_is_seen(folder: str) -> None:
    there = Storage(folder)
    assert there.holds(there)
    assert there.holds(Storage(f"{folder}/deeper"))
    assert not there.holds(Storage(f"{folder}er"))
    assert not there.holds(Storage("/elsewhere"))


def test_a_file_that_is_gone_is_named(folder: str) -> None:
    with pytest.raises(InputError, match="gone"), Storage(folder).fetched("gone"):
        pass


ODD = ("data#1", "data?x=1", "da%20ta", "da ta", "data+", "data")


def test_names_are_taken_as_they_stand(folder: str, tmp_path: Path) -> None:
    for place in ODD:
        for name in ODD:
            Storage(f"{folder}/{place}").write(f"{name}/{name}.jsonl", f"{place} {name}".encode())
    for place in ODD:
        there = Storage(f"{folder}/{place}")
        assert [file.name for file in there.files()] == sorted(f"{n}/{n}.jsonl" for n in ODD)
        for name in ODD:
            with there.fetched(f"{name}/{name}.jsonl") as path:
                assert path.read_text() == f"{place} {name}"
    assert len(Storage(folder).files()) == len(ODD) ** 2
    Storage(f"{folder}/data#1").remove("data?x=1")
    assert len(Storage(folder).files()) == len(ODD) ** 2 - 1


def test_an_import_over_odd_names_writes_each_under_its_own(bucket: str) -> None:
    for name in ODD:
        data = json.dumps(row(1)) + "\n"
        Storage(f"{bucket}/in#1?x%20y").write(f"{name}.jsonl", data.encode())
    given = ["import", f"{bucket}/in#1?x%20y", "--to", f"{bucket}/out%23?", "--engine", "local"]
    told = CliRunner().invoke(main, given)
    assert told.exit_code == 0, told.output
    assert {file.name for file in Storage(f"{bucket}/out%23?").files()} == {
        f"{name}.jsonl" for name in ODD
    }
    assert Storage(f"{bucket}/in").files() == Storage(f"{bucket}/out").files() == []


def test_other_places_are_refused() -> None:
    for url in ("ftp://example.com/x", "s3://", "hdfs:///x", "file://elsewhere/x"):
        with pytest.raises(InputError, match="expected a path"):
            Storage(url)


def test_where_nothing_can_be_written_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be written"):
        Storage(str(tmp_path / "file")).write("a", b"")


@pytest.mark.parametrize("kind", ["json", "parquet"])
@pytest.mark.parametrize("people", [False, True])
def test_a_run_over_buckets_writes_what_one_over_folders_does(
    tmp_path: Path, bucket: str, kind: Kind, people: bool
) -> None:
    write_shards(tmp_path / "in", kind)
    upload(tmp_path / "in", f"{bucket}/in")
    run = run_people if people else run_rows
    run(job(tmp_path / "in", tmp_path / "out", kind, two_passes=people), counting, Local())
    far = job(f"{bucket}/in", f"{bucket}/out", kind, two_passes=people)
    ran = run(far, counting, Local())
    download(f"{bucket}/out", tmp_path / "far")
    assert files(tmp_path / "far") == files(tmp_path / "out")
    assert Storage(f"{bucket}/out").read("_recenter/manifest.json") is not None
    again = run(far, counting, Local())
    assert again.manifest == ran.manifest
    assert again.resumed == 4


class _Keeps:
    """A file system on which nobody may delete."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        if name.startswith("delete_"):
            return self._refuse
        return getattr(self._real, name)

    def _refuse(self, _: str) -> None:
        raise OSError("AWS Error ACCESS_DENIED during DeleteObjects operation: Access Denied")


def test_what_may_not_be_deleted_is_named(
    bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_shards(tmp_path / "in", "json")
    opened = storage._open

    def keeping(url: str) -> tuple[Any, str, bool]:
        files, root, local = opened(url)
        return _Keeps(files), root, local

    monkeypatch.setattr(storage, "_open", keeping)
    made = job(tmp_path / "in", f"{bucket}/out", "json", two_passes=True)
    with pytest.raises(StoreError, match=r"/out/_recenter/\S+ cannot be removed: .* Access Denied"):
        run_people(made, counting, Local())
