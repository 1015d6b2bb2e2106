"""A step over many files: every row once, whatever happens, and said so."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from recenter.batch.contract import Handler, Result, Row
from recenter.errors import InputError, ModelUnavailableError, StoreError
from recenter.scale.engine import Local
from recenter.scale.manifest import Manifest
from recenter.scale.run import Ran, run_people, run_rows
from recenter.scale.shards import Answers, Kind
from recenter.scale.work import Job
from tests.scale.corpora import counting, files, job, read_rows, rows, write_shard, write_shards

KINDS: tuple[Kind, ...] = ("json", "parquet")
RUNS = {False: run_rows, True: run_people}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    made: Kind = request.param
    return made


@pytest.fixture(params=[False, True], ids=["rows", "people"])
def people(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def run(tmp_path: Path, kind: Kind, people: bool) -> Callable[..., Ran]:
    """Runs the step from `in` to `out`."""

    def run(make: Callable[[], Handler] = counting, **more: object) -> Ran:
        made = job(tmp_path / "in", tmp_path / "out", kind, two_passes=people, **more)
        return RUNS[people](made, make, Local())

    return run


def labels(folder: Path) -> list[int]:
    return sorted(row["label"] for row in read_rows(folder))


def without(*gone: int) -> list[int]:
    return [n for n in range(100) if n not in gone]


def test_every_row_comes_out_once_or_is_named(
    tmp_path: Path, run: Callable[..., Ran], kind: Kind
) -> None:
    write_shards(tmp_path / "in", kind)
    ran = run()
    assert labels(tmp_path / "out") == without(13)
    assert (ran.manifest.rows, ran.manifest.written, ran.manifest.bad) == (100, 99, 1)
    (bad,) = (tmp_path / "out/_recenter/bad").rglob("*.jsonl")
    told = msgspec.json.decode(bad.read_bytes())
    assert (told["line"], told["field"], told["reason"]) == (14, "label", "is unlucky.")
    assert [entry.bad for entry in ran.manifest.shards] == [1, 0, 0, 0]
    assert all(e.rows == e.written + e.bad for e in ran.manifest.shards)


def test_the_manifest_holds_what_was_read_and_written(
    tmp_path: Path, run: Callable[..., Ran], kind: Kind
) -> None:
    paths = write_shards(tmp_path / "in", kind)
    ran = run()
    kept = msgspec.json.decode(
        (tmp_path / "out/_recenter/manifest.json").read_bytes(), type=Manifest
    )
    assert kept == ran.manifest
    assert [entry.shard for entry in kept.shards] == [
        str(path.relative_to(tmp_path / "in")) for path in paths
    ]
    named = [entry.output for entry in (*kept.parts, *kept.shards) if entry.output is not None]
    assert sorted(named) == sorted(files(tmp_path / "out"))


def test_rows_without_people_are_answered_with_those_near_them(tmp_path: Path) -> None:
    write_shards(tmp_path / "in", "json")
    run_rows(job(tmp_path / "in", tmp_path / "out", "json"), counting, Local())
    assert set(files(tmp_path / "out")) == {
        "0/000.jsonl",
        "0/001.jsonl",
        "1/002.jsonl",
        "1/003.jsonl",
    }


def test_a_person_is_read_whole_wherever_their_rows_stand(tmp_path: Path, kind: Kind) -> None:
    write_shards(tmp_path / "in", kind)
    made = job(tmp_path / "in", tmp_path / "out", kind, two_passes=True)
    run_people(made, counting, Local())
    together: dict[str, set[int]] = {}
    words: dict[str, int] = {}
    for row in read_rows(tmp_path / "out"):
        if row["person"] is None:
            assert row["together"] == row["words"]
        else:
            together.setdefault(row["person"], set()).add(row["together"])
            words[row["person"]] = words.get(row["person"], 0) + row["words"]
    # The row that could not be used is one of p6, and was counted with theirs.
    del together["p6"], words["p6"]
    assert together == {person: {count} for person, count in words.items()}


def test_a_repeated_run_does_nothing(tmp_path: Path, run: Callable[..., Ran], kind: Kind) -> None:
    write_shards(tmp_path / "in", kind)
    run()
    before = files(tmp_path / "out")

    def never() -> Handler:
        raise AssertionError("nothing is left to do")

    again = run(never)
    assert again.resumed == 4
    assert files(tmp_path / "out") == before


class _Stops:
    """A handler that counts, and whose endpoint is gone after some calls."""

    def __init__(self, calls: int) -> None:
        self._left = calls
        self._handle = counting()

    def __call__(self, some: Sequence[Row]) -> Sequence[Result]:
        self._left -= 1
        if self._left < 0:
            raise ModelUnavailableError("gone.")
        return self._handle(some)


def test_a_stopped_run_goes_on_and_ends_as_if_it_had_not(
    tmp_path: Path, run: Callable[..., Ran], kind: Kind
) -> None:
    write_shards(tmp_path / "in", kind)
    stops = 0
    while True:
        try:
            run(lambda: _Stops(12))
            break
        except ModelUnavailableError:
            stops += 1
            assert len(labels(tmp_path / "out")) == len(set(labels(tmp_path / "out")))
            assert stops < 100
    whole = files(tmp_path / "out")
    assert labels(tmp_path / "out") == without(13)
    for path in sorted((tmp_path / "out").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    run()
    assert files(tmp_path / "out") == whole


def test_a_changed_shard_is_done_again(tmp_path: Path, run: Callable[..., Ran], kind: Kind) -> None:
    paths = write_shards(tmp_path / "in", kind)
    run()
    write_shard(paths[1], [row | {"label": row["label"] + 1000} for row in rows(50)[25:]])
    again = run()
    assert len(again.changed) == 1
    assert labels(tmp_path / "out") == sorted(n + 1000 if 25 <= n < 50 else n for n in without(13))


def test_a_shard_that_was_only_touched_is_not(
    tmp_path: Path, run: Callable[..., Ran], kind: Kind
) -> None:
    paths = write_shards(tmp_path / "in", kind)
    run()
    before = files(tmp_path / "out")
    os.utime(paths[1], ns=(1, 1))
    again = run()
    assert again.changed == ()
    assert files(tmp_path / "out") == before


def test_new_shards_are_done_beside_the_old(
    tmp_path: Path, run: Callable[..., Ran], kind: Kind
) -> None:
    paths = write_shards(tmp_path / "in", kind)
    aside = paths[2].rename(tmp_path / "aside")
    run()
    assert labels(tmp_path / "out") == [n for n in without(13) if not 50 <= n < 75]
    aside.rename(paths[2])
    run()
    assert labels(tmp_path / "out") == without(13)


def test_a_shard_that_is_part_of_the_output_may_not_go(
    tmp_path: Path, run: Callable[..., Ran], kind: Kind
) -> None:
    paths = write_shards(tmp_path / "in", kind)
    run()
    paths[2].unlink()
    with pytest.raises(InputError, match=r"002.* is gone"):
        run()


def test_another_run_is_refused_its_folder(
    tmp_path: Path, run: Callable[..., Ran], kind: Kind
) -> None:
    write_shards(tmp_path / "in", kind)
    run()
    with pytest.raises(StoreError, match=r"signature one; this is count by .*, signature two"):
        run(signature="two")
    (tmp_path / "out/_recenter/run.json").unlink()
    with pytest.raises(StoreError, match="files that no run"):
        run()


def test_another_corpus_with_shards_of_the_same_names_is_refused_the_folder(
    tmp_path: Path, run: Callable[..., Ran], kind: Kind, people: bool
) -> None:
    write_shards(tmp_path / "in", kind)
    run()
    before = files(tmp_path / "out")
    write_shards(tmp_path / "other", kind, each=10)
    other = job(tmp_path / "other", tmp_path / "out", kind, two_passes=people)
    with pytest.raises(StoreError, match=r"out was made of .*/in, and 0/000.* is another one"):
        RUNS[people](other, counting, Local())
    assert files(tmp_path / "out") == before


def test_a_corpus_that_was_moved_is_gone_on_with(
    tmp_path: Path, run: Callable[..., Ran], kind: Kind, people: bool
) -> None:
    write_shards(tmp_path / "in", kind)
    run()
    (tmp_path / "in").rename(tmp_path / "moved")
    moved = job(tmp_path / "moved", tmp_path / "out", kind, two_passes=people)
    ran = RUNS[people](moved, counting, Local())
    assert (ran.resumed, ran.changed) == (4, ())
    assert ran.manifest.run.source == str(tmp_path / "moved")
    write_shard(next((tmp_path / "moved").rglob("001.*")), rows(3))
    assert len(RUNS[people](moved, counting, Local()).changed) == 1


def test_a_lost_output_is_made_again(tmp_path: Path, run: Callable[..., Ran], kind: Kind) -> None:
    write_shards(tmp_path / "in", kind)
    run()
    before = files(tmp_path / "out")
    (tmp_path / "out" / next(iter(before))).unlink()
    run()
    assert files(tmp_path / "out") == before


def test_shards_that_cannot_be_read_are_named_and_the_rest_is_done(
    tmp_path: Path, run: Callable[..., Ran], kind: Kind
) -> None:
    paths = write_shards(tmp_path / "in", kind)
    whole = paths[1].read_bytes()
    if kind == "parquet":
        paths[1].write_bytes(whole[: len(whole) // 2])
        write_shard(paths[2], [{"session": "s", "label": 1}])
    else:
        paths[1].unlink()
        packed = gzip.compress(whole)
        paths[1].with_suffix(".jsonl.gz").write_bytes(packed[: len(packed) // 2])
        paths[2].write_bytes(b"\xff\xfe" + paths[2].read_bytes())
    ran = run()
    assert len(ran.manifest.problems) == 2
    told = " ".join(str(entry.problem) for entry in ran.manifest.problems)
    assert "damaged" in told
    assert ("no column turns" if kind == "parquet" else "UTF-16") in told
    assert labels(tmp_path / "out") == [n for n in without(13) if not 25 <= n < 75]
    if kind == "parquet":
        paths[1].write_bytes(whole)
        assert len(run().manifest.problems) == 1
        assert labels(tmp_path / "out") == [n for n in without(13) if not 50 <= n < 75]


def test_a_shard_that_vanishes_in_the_run_is_named(
    tmp_path: Path, run: Callable[..., Ran], kind: Kind, people: bool
) -> None:
    paths = write_shards(tmp_path / "in", kind)

    class Vanishing(Local):
        def run(self, make, tasks):  # type: ignore[no-untyped-def]
            paths[1].unlink(missing_ok=True)
            return super().run(make, tasks)

    made = job(tmp_path / "in", tmp_path / "out", kind, two_passes=people)
    ran = RUNS[people](made, counting, Vanishing())
    (gone,) = ran.manifest.problems
    assert "No such file" in str(gone.problem)
    assert labels(tmp_path / "out") == [n for n in without(13) if not 25 <= n < 50]


def confused() -> Handler:
    """Counts, until it comes upon a row that it did not foresee."""
    handle = counting()

    def answer(some: Sequence[Row]) -> Sequence[Result]:
        if any(one["label"] == 41 for one in some):
            raise KeyError("label")
        return handle(some)

    return answer


def test_a_fault_costs_its_shard_or_part_alone_and_is_named(
    tmp_path: Path, run: Callable[..., Ran], kind: Kind
) -> None:
    write_shards(tmp_path / "in", kind)
    ran = run(confused)
    assert "(KeyError)" in str(ran.manifest.problems[0].problem)
    kept = labels(tmp_path / "out")
    assert 41 not in kept
    assert len(kept) == ran.manifest.written > 50
    for entry in ran.manifest.shards:
        accounted = entry.written + entry.bad
        assert (entry.problem is None) == (accounted == entry.rows > 0)
    again = run()
    assert again.manifest.problems == ()
    assert labels(tmp_path / "out") == without(13)


def test_rows_that_vanish_are_told_of(tmp_path: Path, kind: Kind) -> None:
    write_shards(tmp_path / "in", kind)

    class Losing(Local):
        def run(self, make, tasks):  # type: ignore[no-untyped-def]
            entries = list(super().run(make, tasks))
            # All but the last part, of which nothing is heard.
            return iter(entries[:-1] if tasks[0].is_part else entries)

    made = job(tmp_path / "in", tmp_path / "out", kind, two_passes=True)
    ran = run_people(made, counting, Losing())
    assert ran.manifest.written == sum(part.written for part in ran.manifest.parts) < 99
    assert all("are accounted for" in str(entry.problem) for entry in ran.manifest.problems)
    assert ran.manifest.problems


def test_broken_lines_are_counted_and_the_rest_of_the_shard_is_done(tmp_path: Path) -> None:
    paths = write_shards(tmp_path / "in", "json")
    lines = paths[0].read_bytes().splitlines()
    lines[3] = lines[3][:-5]
    lines[4] = b"[]"
    paths[0].write_bytes(b"\n".join(lines))
    for people in (False, True):
        out = tmp_path / f"out{people}"
        made = job(tmp_path / "in", out, "json", two_passes=people)
        ran = RUNS[people](made, counting, Local())
        assert [entry.bad for entry in ran.manifest.shards] == [3, 0, 0, 0]
        assert labels(out) == without(3, 4, 13)


def test_columns_that_do_not_go_together_cost_their_shard_alone(tmp_path: Path) -> None:
    paths = write_shards(tmp_path / "in", "parquet")
    write_shard(paths[3], [row | {"label": "text"} for row in rows(100)[75:]])
    made = job(tmp_path / "in", tmp_path / "out", "parquet", two_passes=True)
    for _ in range(2):
        ran = run_people(made, counting, Local())
        (unfit,) = ran.manifest.problems
        assert "do not go with" in str(unfit.problem)
        assert labels(tmp_path / "out") == [n for n in without(13) if n < 75]
    assert ran.resumed == 4


def test_parquet_says_what_made_it_and_keeps_its_columns(tmp_path: Path) -> None:
    write_shards(tmp_path / "in", "parquet")
    run_rows(job(tmp_path / "in", tmp_path / "out", "parquet"), counting, Local())
    made = pq.read_schema(tmp_path / "out/0/000.parquet")
    assert msgspec.json.decode(made.metadata[b"recenter"]) == {"step": "count", "signature": "one"}
    assert made.names == ["session", "person", "turns", "label", "words", "together"]


def test_answers_on_each_attribute_stand_beside_what_was_there(tmp_path: Path) -> None:
    listed = [{"id": "a", "text": "x", "extra": 1}, {"id": "b", "text": "y", "extra": 2}]
    write_shard(tmp_path / "in/a.parquet", [{"prompt": "q", "attributes": listed}])

    def scoring() -> Handler:
        return lambda some: [
            one | {"attributes": [item | {"score": 0.5} for item in one["attributes"]]}
            for one in some
        ]

    made: Job = job(
        tmp_path / "in",
        tmp_path / "out",
        "parquet",
        answers=Answers(items={"score": pa.float64()}),
        needs=("prompt", "attributes"),
    )
    run_rows(made, scoring, Local())
    (row,) = read_rows(tmp_path / "out")
    assert row["attributes"] == [item | {"score": 0.5} for item in listed]


def test_output_may_not_lie_among_the_input(tmp_path: Path) -> None:
    write_shards(tmp_path / "in", "json")
    with pytest.raises(InputError, match="among the input"):
        run_rows(job(tmp_path / "in", tmp_path / "in/out", "json"), counting, Local())


def test_a_folder_without_shards_or_of_two_kinds_is_refused(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(InputError, match="holds no shards"):
        run_rows(job(tmp_path / "in", tmp_path / "out", "json"), counting, Local())
    write_shards(tmp_path / "in", "json", shards=1)
    write_shards(tmp_path / "in", "parquet", shards=1)
    with pytest.raises(InputError, match="both Parquet and JSON"):
        run_rows(job(tmp_path / "in", tmp_path / "out", "json"), counting, Local())


def slowly() -> Handler:
    """Counts, and takes its time."""
    handle = counting()

    def answer(some: Sequence[Row]) -> Sequence[Result]:
        time.sleep(0.02)
        return handle(some)

    return answer


_RUN = """
import sys
from tests.scale import test_run as t
made = t.job(sys.argv[1] + "/in", sys.argv[1] + "/out", "parquet", two_passes=sys.argv[2] == "True")
t.RUNS[sys.argv[2] == "True"](made, t.slowly, t.Local())
"""


@pytest.mark.parametrize("people", [False, True], ids=["rows", "people"])
def test_a_killed_run_goes_on_and_leaves_nothing_behind(tmp_path: Path, people: bool) -> None:
    write_shards(tmp_path / "in", "parquet", shards=12, each=10)
    command = [sys.executable, "-c", _RUN, str(tmp_path), str(people)]
    for wanted in (1, 4, 8):
        process = subprocess.Popen(command)
        while len(files(tmp_path / "out")) < wanted:
            assert process.poll() is None
            time.sleep(0.01)
        process.kill()
        process.wait()
        found = [row["label"] for row in read_rows(tmp_path / "out")]
        assert len(found) == len(set(found))
    subprocess.run(command, check=True)
    assert labels(tmp_path / "out") == [n for n in range(120) if n != 13]
    assert not list((tmp_path / "out/_recenter").glob("drafts/*"))
    assert not (tmp_path / "out/_recenter/exchange").exists()
    run_again = job(tmp_path / "in", tmp_path / "whole", "parquet", two_passes=people)
    RUNS[people](run_again, counting, Local())
    assert files(tmp_path / "out") == files(tmp_path / "whole")
