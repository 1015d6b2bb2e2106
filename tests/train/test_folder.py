"""A folder of results is there whole or not at all, and nothing that stood in it is lost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from recenter.errors import ConfigError
from recenter.models.saved import FILE, Kind, save_model
from recenter.train.finetune_save import refuse_taken
from recenter.train.folder import check_folder, new_folder

HOLDS = "model"


def write(target: Path, text: str = "new") -> None:
    with new_folder(target, holds=HOLDS) as folder:
        (folder / HOLDS).write_text(text)


def fail_halfway(target: Path) -> None:
    with new_folder(target, holds=HOLDS) as folder:
        (folder / HOLDS).write_text("half")
        raise ZeroDivisionError


def test_a_new_folder_appears_when_the_block_ends(tmp_path: Path) -> None:
    target = tmp_path / "a" / "b"
    with new_folder(target, holds=HOLDS) as folder:
        (folder / HOLDS).write_text("x")
        assert not target.exists()
    assert (target / HOLDS).read_text() == "x"
    assert [path.name for path in target.parent.iterdir()] == ["b"]


def test_what_is_not_written_again_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "out"
    write(target, "old")
    (target / "notes").mkdir()
    (target / "notes" / "mine.txt").write_text("mine")
    write(target)
    assert (target / HOLDS).read_text() == "new"
    assert (target / "notes" / "mine.txt").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_block_that_fails_changes_nothing(tmp_path: Path) -> None:
    target = tmp_path / "out"
    write(target, "old")
    with pytest.raises(ZeroDivisionError):
        fail_halfway(target)
    assert (target / HOLDS).read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_files_of_something_else_and_a_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("x")
    with pytest.raises(ConfigError, match="holds files but no model"):
        write(tmp_path)
    with pytest.raises(ConfigError, match="is not a folder"):
        write(tmp_path / "thesis.txt")


@pytest.mark.parametrize("place", ["/proc/nope/model", "FILE/model", "FILE/a/b", "LINK", "LONG"])
def test_a_place_that_cannot_be_written_is_refused_before_the_work(
    tmp_path: Path, place: str
) -> None:
    (tmp_path / "FILE").write_text("x")
    (tmp_path / "LINK").symlink_to("nowhere")
    target = tmp_path / place.replace("LONG", 300 * "x")
    before = sorted(tmp_path.iterdir())
    for check in (refuse_taken, lambda target: check_folder(target, holds=HOLDS)):
        with pytest.raises(ConfigError, match=r"cannot be written: |is not a folder"):
            check(target)
    assert sorted(tmp_path.iterdir()) == before


def test_what_can_be_written_is_not_refused_and_nothing_is_left_of_the_asking(
    tmp_path: Path,
) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("new", "empty", "a/b/c"):
        refuse_taken(tmp_path / name)
        check_folder(tmp_path / name, holds=HOLDS)
    assert [path.name for path in tmp_path.rglob("*")] == ["empty"]


def trained(target: Path, kind: Kind) -> Path:
    save_model(target / FILE, kind, {"a": np.ones(1)}, settings={}, encoder=None)
    return target


@pytest.mark.parametrize("beside", ["config.json", "recenter.json", None])
def test_weights_that_somebody_else_wrote_are_left_alone(
    tmp_path: Path, beside: str | None
) -> None:
    (tmp_path / FILE).write_bytes(save({"a": np.ones(1)}))
    if beside:
        trained(tmp_path, "selector")
        (tmp_path / beside).write_text("{}")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    named = f"with {beside} beside it" if beside else "cannot read"
    with (
        pytest.raises(ConfigError, match=named),
        new_folder(tmp_path, holds=FILE, model="selector"),
    ):
        pass
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_only_a_model_of_the_same_kind_is_replaced(tmp_path: Path) -> None:
    trained(tmp_path, "selector")
    check_folder(tmp_path, holds=FILE, model="selector")
    with pytest.raises(ConfigError, match="holds a selector; expected a preference"):
        check_folder(tmp_path, holds=FILE, model="preference")
