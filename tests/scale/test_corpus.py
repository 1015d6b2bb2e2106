"""Import and filters over many files give what they give over one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from recenter.corpus.filters import FilterSettings, choose, keep
from recenter.corpus.summaries import summarise
from recenter.importers.base import BadRow
from recenter.importers.reading import read_conversations
from recenter.records import Conversation
from recenter.scale.corpus import CONVERSATIONS, Choosing, Reading, import_sharded
from recenter.scale.engine import Engine, Local
from recenter.scale.run import Ran
from recenter.scale.shards import Kind
from tests.scale.corpora import files, job, write_shard

KEY = b"0123456789abcdef"
LOOSE = FilterSettings(min_conversations=2, min_turns=2)
TOPICS = ("bread", "trains", "a wedding in June", "tax forms", "the moon", "old maps", "rain")


def row(n: int) -> dict[str, Any]:
    """A conversation; one in seven is a near-duplicate of another, one in eleven is German."""
    topic = TOPICS[n % 7]
    words = " ".join(f"w{(n if n % 7 else 0) * 31 + i}" for i in range(30))
    return {
        "session": f"s{n}",
        "person": f"p{n % 6}",
        "language": "de" if n % 11 == 0 else "en",
        "turns": [
            {"role": "user", "text": f"Tell me of {topic}: {words}."},
            {"role": "assistant", "text": "Yes."},
        ],
    }


@pytest.fixture(params=["json", "parquet"])
def kind(request: pytest.FixtureRequest) -> Kind:
    made: Kind = request.param
    return made


def corpus(folder: Path, kind: Kind) -> None:
    for n in range(4):
        name = f"{n}.{'jsonl' if kind == 'json' else 'parquet'}"
        some = [row(i) for i in range(n * 20, n * 20 + 20)]
        # A conversation that stands in two shards, and one in which nobody says anything.
        some += [row(3), {**row(900 + n), "turns": [{"role": "user", "text": " "}]}]
        write_shard(folder / name, some)


def run(
    tmp_path: Path,
    kind: Kind,
    *,
    out: str = "out",
    choosing: Choosing | None = None,
    engine: Engine | None = None,
) -> Ran:
    made = job(
        tmp_path / "in",
        tmp_path / out,
        kind,
        step="import",
        answers=CONVERSATIONS,
        needs=(),
        two_passes=choosing is not None,
    )
    return import_sharded(made, Reading(KEY), engine or Local(), choosing=choosing)


def read(folder: Path) -> list[Conversation]:
    """The conversations of all files of a folder, in order; a record reads as it was written."""
    found = []
    for path in sorted(folder.glob("*.*")):
        for one in read_conversations(path, key=KEY):
            assert not isinstance(one, BadRow)
            found.append(one)
    return found


def test_all_conversations_are_written_and_the_others_counted(tmp_path: Path, kind: Kind) -> None:
    corpus(tmp_path / "in", kind)
    ran = run(tmp_path, kind)
    assert read(tmp_path / "out") == read(tmp_path / "in")
    assert (ran.manifest.rows, ran.manifest.written) == (88, 84)
    assert ran.manifest.skipped == {"empty": 4}


def test_the_filters_keep_what_they_keep_of_the_corpus_in_one_process(
    tmp_path: Path, kind: Kind
) -> None:
    corpus(tmp_path / "in", kind)
    ran = run(tmp_path, kind, choosing=Choosing(LOOSE))
    whole = read(tmp_path / "in")
    kept = list(keep(whole, choose(summarise(whole), LOOSE).kept))
    assert 0 < len(kept) < len(whole)
    assert sorted(read(tmp_path / "out"), key=lambda one: one.id) == sorted(
        kept, key=lambda one: one.id
    )
    assert ran.manifest.written == len(kept)
    assert ran.manifest.skipped["filtered"] == 84 - len(kept)
    before = files(tmp_path / "out")
    again = run(tmp_path, kind, choosing=Choosing(LOOSE))
    assert (again.resumed, files(tmp_path / "out")) == (4, before)


def test_a_new_shard_changes_what_is_kept_of_the_others(tmp_path: Path, kind: Kind) -> None:
    corpus(tmp_path / "in", kind)
    first = min((tmp_path / "in").iterdir())
    aside = first.rename(tmp_path / "aside")
    run(tmp_path, kind, choosing=Choosing(LOOSE))
    aside.rename(first)
    run(tmp_path, kind, choosing=Choosing(LOOSE))
    run(tmp_path, kind, out="fresh", choosing=Choosing(LOOSE))
    assert files(tmp_path / "out") == files(tmp_path / "fresh")


def test_a_file_of_no_format_and_a_broken_line_are_named(tmp_path: Path) -> None:
    corpus(tmp_path / "in", "json")
    (tmp_path / "in/0.jsonl").write_text('{"what": 1}\n')
    with (tmp_path / "in/1.jsonl").open("a") as lines:
        lines.write("{broken\n")
    for choosing in (None, Choosing(LOOSE)):
        ran = run(tmp_path, "json", out=f"out{choosing is None}", choosing=choosing)
        (unknown,) = ran.manifest.problems
        assert "format cannot be told" in str(unknown.problem)
        assert [entry.bad for entry in ran.manifest.shards] == [0, 1, 0, 0]
        out = tmp_path / f"out{choosing is None}/_recenter/bad"
        (bad,) = out.rglob("*.jsonl")
        assert msgspec.json.decode(bad.read_bytes())["line"] == 23


def test_a_shard_that_goes_bad_takes_its_output_with_it(tmp_path: Path, kind: Kind) -> None:
    corpus(tmp_path / "in", kind)
    if kind == "json":
        with (tmp_path / "in/0.jsonl").open("a") as lines:
            lines.write("{broken\n")
    run(tmp_path, kind, choosing=Choosing(LOOSE))
    for gone in sorted((tmp_path / "in").iterdir()):
        gone.write_bytes(b"\xff\xfe no shard")
        ran = run(tmp_path, kind, choosing=Choosing(LOOSE))
        named = {entry.output for entry in ran.manifest.parts}
        assert gone.name in {entry.shard for entry in ran.manifest.problems}
        assert set(files(tmp_path / "out")) == named
    assert named == set()
    assert not list((tmp_path / "out/_recenter/bad").rglob("*.jsonl"))


def test_a_shard_that_is_replaced_between_the_passes_is_named(tmp_path: Path, kind: Kind) -> None:
    corpus(tmp_path / "in", kind)
    first, *_ = sorted((tmp_path / "in").iterdir())

    class Replacing(Local):
        def run(self, make, tasks):  # type: ignore[no-untyped-def]
            if tasks[0].chosen is not None:
                before = first.stat()
                write_shard(first, [row(i) for i in range(20)])
                os.truncate(first, before.st_size)
                os.utime(first, ns=(before.st_atime_ns, before.st_mtime_ns))
            return super().run(make, tasks)

    ran = run(tmp_path, kind, choosing=Choosing(LOOSE), engine=Replacing())
    (told,) = ran.manifest.problems
    assert (told.shard, told.written) == (first.name, 0)
    assert "changed between the two passes" in str(told.problem)
    assert set(files(tmp_path / "out")) == {entry.output for entry in ran.manifest.parts}
    assert ran.manifest.written == len(read(tmp_path / "out"))
    write_shard(first, [row(i) for i in range(20)])
    run(tmp_path, kind, choosing=Choosing(LOOSE))
    run(tmp_path, kind, out="fresh", choosing=Choosing(LOOSE))
    assert files(tmp_path / "out") == files(tmp_path / "fresh")


@pytest.mark.parametrize("choosing", [None, Choosing(LOOSE)])
def test_a_shard_without_rows_is_one_of_no_rows(tmp_path: Path, choosing: Choosing | None) -> None:
    corpus(tmp_path / "in", "json")
    (tmp_path / "in/empty.jsonl").touch()
    ran = run(tmp_path, "json", choosing=choosing)
    assert ran.manifest.problems == ()
    told = {entry.shard: entry.rows for entry in ran.manifest.shards}
    assert told == {"0.jsonl": 22, "1.jsonl": 22, "2.jsonl": 22, "3.jsonl": 22, "empty.jsonl": 0}
