import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from recenter.errors import InputError, UnknownFormatError
from recenter.importers import files
from recenter.importers.base import BadRow
from recenter.importers.pseudonym import person_id
from recenter.records import Conversation

from .rows import CHATGPT, CLAUDE, KEY, SECRETS, read, read_one


def pack(path: Path, **members: Any) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, value in members.items():
            archive.writestr(name, value if isinstance(value, str) else json.dumps(value))
    return path


USER = {"id": "RAW-USER-1", "email": "ann@mail.example", "phone": "203.0.113.77"}


def test_an_export_is_read_from_its_zip(tmp_path: Path) -> None:
    members = {"conversations.json": [CHATGPT], "user.json": USER, "chat.html": "RAW-ID-1"}
    row = read_one(pack(tmp_path / "export", **members))
    assert row.person == person_id(KEY, "RAW-USER-1", source="chatgpt")
    claude = pack(tmp_path / "claude", **{"data/conversations.json": [CLAUDE], "users.json": []})
    assert read_one(claude).source == "claude"


def test_shards_are_read_in_order_from_zip_and_folder(tmp_path: Path) -> None:
    shards = {
        f"conversations-00{i}.json": [{**CHATGPT, "conversation_id": str(i)}] for i in (1, 0, 2)
    }
    packed = read(pack(tmp_path / "export.zip", **shards, **{"user.json": USER}))
    folder = tmp_path / "folder"
    with zipfile.ZipFile(tmp_path / "export.zip") as archive:
        archive.extractall(folder)
    assert [row.id for row in packed if isinstance(row, Conversation)] == [
        row.id for row in read(folder) if isinstance(row, Conversation)
    ]
    assert len(packed) == 3


def test_exports_of_unnamed_accounts_are_not_one_person(tmp_path: Path) -> None:
    one = read_one(pack(tmp_path / "one.zip", **{"conversations.json": [CHATGPT]}))
    two = read_one(pack(tmp_path / "two.zip", **{"conversations.json": [CHATGPT]}))
    assert one.person != two.person
    assert read_one(tmp_path / "one.zip", person="ann").person == person_id(KEY, "ann")


def test_members_are_never_written_to_disk_whatever_they_are_called(tmp_path: Path) -> None:
    inside = tmp_path / "a" / "b"
    inside.mkdir(parents=True)
    name = "../../conversations.json"
    read_one(pack(inside / "export.zip", **{name: [CHATGPT], "../user.json": USER}))
    assert [file.name for file in tmp_path.rglob("*")] == ["a", "b", "export.zip"]


def test_a_bomb_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = pack(tmp_path / "bomb.zip", **{"conversations.json": "[" + " " * 10_000 + "]"})
    monkeypatch.setattr(files, "MAX_UNPACKED", 5_000)
    with pytest.raises(InputError, match="unpack to 10002 bytes; at most 5000"):
        read(path)


def test_a_cut_or_foreign_zip_is_refused(tmp_path: Path) -> None:
    path = pack(tmp_path / "cut.zip", **{"conversations.json": [CHATGPT] * 9})
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(InputError, match="damaged or incomplete"):
        read(path)
    pack(tmp_path / "other.zip", **{"photos.txt": "x"})
    with pytest.raises(UnknownFormatError, match=r"holds no conversations\.json"):
        read(tmp_path / "other.zip")
    (tmp_path / "folder").mkdir()
    with pytest.raises(UnknownFormatError, match="the folder holds no"):
        read(tmp_path / "folder")


def test_a_damaged_member_gives_what_stands_before_the_damage(tmp_path: Path) -> None:
    rows = [{**CHATGPT, "conversation_id": str(i)} for i in range(400)]
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("conversations.json", json.dumps(rows))
    data = bytearray(path.read_bytes())
    data[-4_000:-3_990] = b"\0" * 10
    path.write_bytes(bytes(data))
    outcome = read(path)
    assert len([row for row in outcome if isinstance(row, Conversation)]) > 100
    bad = [row for row in outcome if isinstance(row, BadRow)]
    assert any("damaged or incomplete" in row.reason for row in bad)
    assert not any(secret in str(bad) for secret in SECRETS)


def test_an_encrypted_zip_is_refused(tmp_path: Path) -> None:
    path = pack(tmp_path / "locked.zip", **{"conversations.json": [CHATGPT]})
    data = bytearray(path.read_bytes())
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(data))
    with pytest.raises(InputError, match="encrypted"):
        read(path)
