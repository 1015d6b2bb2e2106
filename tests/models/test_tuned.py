"""The folder of a fine-tuned encoder: what is refused, and that nothing passes unseen."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from recenter.errors import ChecksumError, ModelError
from recenter.models.tuned import (
    CARD,
    RECORD,
    About,
    Calibration,
    is_tuned,
    read_about,
    write_about,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    (tmp_path / "config.json").write_bytes(b"{}")
    (tmp_path / CARD).write_text("what it is")
    write_about(
        tmp_path,
        About(
            kind="selector",
            checksum="",
            base="some-encoder",
            files={},
            calibration=Calibration(slope=1.0, shift=0.5),
            threshold=0.4,
            hold=0.2,
            max_length=64,
            trained={"recipe": {"seed": 3}},
        ),
    )
    return tmp_path


def change(folder: Path, **fields: object) -> None:
    record = msgspec.json.decode((folder / RECORD).read_bytes())
    (folder / RECORD).write_bytes(msgspec.json.encode(record | fields))


def test_what_is_saved_is_what_is_read(folder: Path) -> None:
    about = read_about(folder, "selector")
    assert about.files.keys() == {"model.safetensors", "config.json"}
    assert about.trained == {"recipe": {"seed": 3}}
    assert about.name == f"finetuned:selector@{about.checksum[:8]}"
    assert is_tuned(folder)
    assert not is_tuned(folder / "elsewhere")


def test_the_card_may_be_edited_and_hidden_files_may_lie_there(folder: Path) -> None:
    (folder / CARD).write_text("what it is, and its licence")
    (folder / ".DS_Store").write_text("")
    read_about(folder, "selector")


@pytest.mark.parametrize("name", ["model.safetensors", "config.json"])
def test_a_changed_or_missing_file_is_refused(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"other")
    with pytest.raises(ChecksumError, match=f"{name} was changed"):
        read_about(folder, "selector")
    (folder / name).unlink()
    with pytest.raises(ChecksumError, match=f"{name} is missing"):
        read_about(folder, "selector")


def test_a_file_that_was_not_saved_with_it_is_refused(folder: Path) -> None:
    (folder / "added_tokens.json").write_text("{}")
    with pytest.raises(ModelError, match=r"added_tokens\.json, which was not saved"):
        read_about(folder, "selector")
    (folder / "added_tokens.json").unlink()
    (folder / "templates").mkdir()
    with pytest.raises(ModelError, match="templates, which was not saved"):
        read_about(folder, "selector")


@pytest.mark.parametrize(
    "fields",
    [{"threshold": 0.1}, {"calibration": {"slope": 2.0, "shift": 0.5}}, {"files": {}}],
)
def test_a_changed_record_is_refused(folder: Path, fields: dict[str, object]) -> None:
    change(folder, **fields)
    with pytest.raises(ChecksumError, match=f"{RECORD} was changed"):
        read_about(folder, "selector")


def test_every_cut_of_the_record_is_refused(folder: Path) -> None:
    whole = (folder / RECORD).read_bytes().rstrip()
    for size in range(len(whole)):
        (folder / RECORD).write_bytes(whole[:size])
        with pytest.raises(ModelError, match="not the record"):
            read_about(folder, "selector")


def test_another_kind_a_later_format_and_a_foreign_record_are_refused(folder: Path) -> None:
    with pytest.raises(ModelError, match="holds a selector; expected a verifier"):
        read_about(folder, "verifier")
    change(folder, format=2, something="new")
    with pytest.raises(ModelError, match=r"format 2.*reads up to 1.*later version"):
        read_about(folder, "selector")
    change(folder, format=1)
    with pytest.raises(ModelError, match="not the record"):
        read_about(folder, "selector")
    (folder / RECORD).write_text('["a list"]')
    with pytest.raises(ModelError, match="not the record"):
        read_about(folder, "selector")
    (folder / RECORD).unlink()
    with pytest.raises(ModelError, match="`recenter finetune` wrote"):
        read_about(folder, "selector")
