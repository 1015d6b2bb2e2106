import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from recenter.errors import InputError
from recenter.importers.base import BadRow
from recenter.importers.normalise import normalise
from recenter.importers.pseudonym import person_id
from recenter.records import Conversation

from .rows import KEY, ROWS, SECRETS, read, write_lines


@pytest.mark.parametrize("name", ROWS)
def test_output_is_read_back_as_the_same_records(tmp_path: Path, name: str) -> None:
    path = write_lines(tmp_path / "in", ROWS[name], {"turns": 7}, ROWS[name])
    bad: list[BadRow] = []
    counts = normalise(path, tmp_path / "out", key=KEY, format=name, on_bad=bad.append)
    assert (counts.read, counts.kept, counts.bad) == (3, 2, 1)
    assert [row.line for row in bad] == [2]
    assert read(tmp_path / "out") == [row for row in read(path) if not isinstance(row, BadRow)]
    text = (tmp_path / "out").read_text()
    assert not [secret for secret in SECRETS if secret in text]
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o600


def test_output_normalised_again_does_not_change(tmp_path: Path) -> None:
    normalise(write_lines(tmp_path / "in", ROWS["wildchat"]), tmp_path / "once", key=KEY)
    normalise(tmp_path / "once", tmp_path / "twice", key=KEY)
    assert (tmp_path / "once").read_bytes() == (tmp_path / "twice").read_bytes()


def test_whoever_is_given_outranks_who_stands_in_the_file(tmp_path: Path) -> None:
    normalise(write_lines(tmp_path / "in", ROWS["wildchat"]), tmp_path / "once", key=KEY)
    normalise(tmp_path / "once", tmp_path / "twice", key=KEY, person="ada")
    (row,) = read(tmp_path / "twice")
    assert isinstance(row, Conversation)
    assert row.person == person_id(KEY, "ada")


def test_stopping_leaves_the_old_output_and_no_draft(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "in", ROWS["own"], {"turns": 7})
    (tmp_path / "out").write_text("before")

    def stop(row: BadRow) -> None:
        raise row.error()

    with pytest.raises(InputError, match="line 2"):
        normalise(path, tmp_path / "out", key=KEY, on_bad=stop)
    assert (tmp_path / "out").read_text() == "before"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["in", "out"]


def test_output_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "in", ROWS["own"])
    with pytest.raises(InputError, match="cannot be written: No such file"):
        normalise(path, tmp_path / "absent" / "out", key=KEY)


def test_a_pipe_is_written_to_and_a_link_kept(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "in", ROWS["own"])
    os.mkfifo(tmp_path / "pipe")
    with ThreadPoolExecutor() as pool:
        read_back = pool.submit((tmp_path / "pipe").read_bytes)
        normalise(path, tmp_path / "pipe", key=KEY)
        (tmp_path / "link").symlink_to(tmp_path / "real")
        normalise(path, tmp_path / "link", key=KEY)
        assert read_back.result() == (tmp_path / "real").read_bytes()
    assert (tmp_path / "pipe").is_fifo()
    assert (tmp_path / "link").is_symlink()
