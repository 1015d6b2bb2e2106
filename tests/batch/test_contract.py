"""One line out for each line in, in order, and nothing lost when a run is cut short."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recenter.batch.contract import BatchCounts, Result, Row, Unfinished, run_batch
from recenter.errors import (
    InputError,
    ModelUnavailableError,
    StoreError,
    UnreadableAnswerError,
)


def double(rows: Sequence[Row]) -> list[Result]:
    """A handler that needs a number in `n`."""
    return [
        row | {"twice": 2 * row["n"]}
        if isinstance(row.get("n"), int)
        else InputError("expected a number.", field="n")
        for row in rows
    ]


def write(path: Path, *lines: str | bytes) -> Path:
    path.write_bytes(b"\n".join(x.encode() if isinstance(x, str) else x for x in lines) + b"\n")
    return path


def read(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_bad_rows_stand_in_their_place_and_unknown_fields_pass_through(tmp_path: Path) -> None:
    source = write(
        tmp_path / "in", '\ufeff{"n": 1, "label": "x"}', "{", "", "[1]", b"\xff", '{"n": 2}'
    )
    counts = run_batch(source, tmp_path / "out", double)
    rows = read(tmp_path / "out")
    assert rows[0] == {"n": 1, "label": "x", "twice": 2}
    assert rows[5] == {"n": 2, "twice": 4}
    assert [row["line"] for row in rows[1:5]] == [2, 3, 4, 5]
    assert counts == BatchCounts(6, 4, 0)


def test_the_output_is_its_owners_only_from_the_first_row_on(tmp_path: Path) -> None:
    modes = []

    def look(rows: Sequence[Row]) -> list[Result]:
        modes.append((tmp_path / "out.part").stat().st_mode & 0o777)
        return double(rows)

    run_batch(write(tmp_path / "in", '{"n": 1}'), tmp_path / "out", look)
    assert [*modes, (tmp_path / "out").stat().st_mode & 0o777] == [0o600, 0o600]
    assert {path.name for path in tmp_path.iterdir()} == {"in", "out"}


def test_errors_name_field_and_line(tmp_path: Path) -> None:
    run_batch(write(tmp_path / "in", '{"n": "x"}'), tmp_path / "out", double)
    assert read(tmp_path / "out") == [{"error": "n: expected a number.", "line": 1}]


def test_an_answer_that_cannot_be_read_costs_its_row_only(tmp_path: Path) -> None:
    def half(rows: Sequence[Row]) -> list[Result]:
        return [row if row["n"] else UnreadableAnswerError("no JSON in it.") for row in rows]

    source = write(tmp_path / "in", '{"n": 0}', '{"n": 1}')
    assert run_batch(source, tmp_path / "out", half).failed == 1
    assert read(tmp_path / "out") == [{"error": "no JSON in it.", "line": 1}, {"n": 1}]


def test_rows_of_a_person_come_together_and_go_back_to_their_places(tmp_path: Path) -> None:
    seen: list[list[int]] = []

    def note(rows: Sequence[Row]) -> list[Result]:
        seen.append([row["n"] for row in rows])
        return list(rows)

    lines = [
        {"n": 0},
        {"n": 1, "person": "a"},
        {"n": 2},
        {"n": 3, "person": "b"},
        {"n": 4, "person": "a"},
    ]
    source = write(tmp_path / "in", *map(json.dumps, lines))
    run_batch(source, tmp_path / "out", note, by_person=True)
    assert seen == [[0], [1, 4], [2], [3]]
    assert [row["n"] for row in read(tmp_path / "out")] == [0, 1, 2, 3, 4]


@given(st.lists(st.tuples(st.sampled_from([None, "a", "b"]), st.booleans())), st.integers(1, 4))
def test_order_and_number_hold_for_any_mixture(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str | None, bool]], block: int
) -> None:
    folder = tmp_path_factory.mktemp("batch")
    lines = [
        json.dumps({"n": n if good else "x", "person": who}) for n, (who, good) in enumerate(rows)
    ]
    (folder / "in").write_text("".join(line + "\n" for line in lines))
    counts = run_batch(folder / "in", folder / "out", double, by_person=True, block=block)
    out = read(folder / "out")
    assert [row.get("n", "x") for row in out] == [
        n if good else "x" for n, (_, good) in enumerate(rows)
    ]
    assert counts == BatchCounts(len(rows), sum(not good for _, good in rows), 0)


def test_an_interrupted_run_goes_on_where_it_was(tmp_path: Path) -> None:
    source = write(tmp_path / "in", '{"n": "bad"}', *(f'{{"n": {n}}}' for n in range(9)))
    calls: list[int] = []

    def breaks(rows: Sequence[Row]) -> list[Result]:
        calls.extend(row["n"] for row in rows)
        if len(calls) == 6:
            raise ModelUnavailableError("the endpoint is gone.")
        return double(rows)

    with pytest.raises(ModelUnavailableError):
        run_batch(source, tmp_path / "out", breaks, block=2)
    assert not (tmp_path / "out").exists()
    part = tmp_path / "out.part"
    part.write_bytes(part.read_bytes() + b'{"n": 4, "tw')  # as a kill in mid-write leaves it
    counts = run_batch(source, tmp_path / "out", breaks, block=2)
    assert counts == BatchCounts(10, 1, 4)
    assert [row.get("twice") for row in read(tmp_path / "out")] == [None, *range(0, 18, 2)]
    assert not part.exists()


def test_rows_before_the_one_that_stopped_their_block_are_kept(tmp_path: Path) -> None:
    source = write(tmp_path / "in", '{"n": 0}', "{", '{"n": 2}', '{"n": 3}')

    def breaks(rows: Sequence[Row]) -> list[Result]:
        raise Unfinished(double(rows[:2]), ModelUnavailableError("gone."))

    with pytest.raises(ModelUnavailableError):
        run_batch(source, tmp_path / "out", breaks)
    counts = run_batch(source, tmp_path / "out", double)
    assert counts == BatchCounts(4, 1, 3)
    assert [row.get("twice") for row in read(tmp_path / "out")] == [0, None, 4, 6]


@pytest.mark.parametrize("change", ["input", "settings"])
def test_another_run_does_not_go_on_from_the_part(tmp_path: Path, change: str) -> None:
    source = write(tmp_path / "in", '{"n": 1}', '{"n": 2}')

    def breaks(rows: Sequence[Row]) -> list[Result]:
        if rows[0]["n"] == 2:
            raise ModelUnavailableError("the endpoint is gone.")
        return double(rows)

    with pytest.raises(ModelUnavailableError):
        run_batch(source, tmp_path / "out", breaks, block=1, settings="a")
    if change == "input":
        write(source, '{"n": 5}', '{"n": 6}')
    counts = run_batch(
        source, tmp_path / "out", double, settings="b" if change == "settings" else "a"
    )
    assert counts.resumed == 0
    assert len(read(tmp_path / "out")) == 2


def test_standard_input_and_output(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b'{"n": 3}\n')))
    run_batch("-", "-", double)
    assert capsys.readouterr().out == '{"n":3,"twice":6}\n'


def test_a_missing_input_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere: cannot be read"):
        run_batch(tmp_path / "nowhere", tmp_path / "out", double)


def test_what_is_no_file_is_written_to_and_never_replaced(tmp_path: Path) -> None:
    source = write(tmp_path / "in", '{"n": 1}')
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor() as pool:
        read = pool.submit(pipe.read_text)
        run_batch(source, pipe, double)
        assert read.result() == '{"n":1,"twice":2}\n'
    assert pipe.is_fifo()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "pipe"]


def test_a_pipe_is_read_like_a_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor() as pool:
        pool.submit(pipe.write_text, '{"n": 1}\n')
        run_batch(pipe, tmp_path / "out", double)
    assert read(tmp_path / "out") == [{"n": 1, "twice": 2}]


def test_a_folder_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    source = write(tmp_path / "in", '{"n": 1}')
    (tmp_path / "out").mkdir()
    with pytest.raises(StoreError, match="is a folder"):
        run_batch(source, tmp_path / "out", lambda rows: pytest.fail("asked"))


def test_the_input_is_not_replaced(tmp_path: Path) -> None:
    source = write(tmp_path / "in", "rubbish")
    (tmp_path / "link").symlink_to(source)
    with pytest.raises(InputError, match="replace the input"):
        run_batch(source, tmp_path / "link", double)
    assert source.read_text() == "rubbish\n"


def test_a_link_to_the_output_stays_a_link(tmp_path: Path) -> None:
    source = write(tmp_path / "in", '{"n": 1}')
    (tmp_path / "real").write_text("old")
    (tmp_path / "out").symlink_to(tmp_path / "real")
    run_batch(source, tmp_path / "out", double)
    assert (tmp_path / "out").is_symlink()
    assert read(tmp_path / "real") == [{"n": 1, "twice": 2}]


def test_standard_output_is_utf_8_whatever_the_terminal_speaks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    terminal = io.TextIOWrapper(io.BytesIO(), "ascii")
    monkeypatch.setattr(sys, "stdout", terminal)
    run_batch(write(tmp_path / "in", '{"n": 1, "label": "ö"}'), "-", double)
    assert terminal.buffer.getvalue().decode() == '{"n":1,"label":"ö","twice":2}\n'
