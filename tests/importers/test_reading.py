import gzip
import io
import json
import sys
from pathlib import Path

import msgspec
import pytest

from recenter.errors import ConfigError, InputError, UnknownFormatError
from recenter.formats import encode
from recenter.importers.base import BadRow, SkippedRow, Tally
from recenter.importers.reading import read_conversations, stop_at_bad
from recenter.records import Conversation

from .rows import KEY, OWN, ROWS, SECRETS, read, read_one, said, write_lines


@pytest.mark.parametrize("name", ROWS)
def test_each_format_is_told_by_its_contents(tmp_path: Path, name: str) -> None:
    row = read_one(write_lines(tmp_path / "misleading.csv", ROWS[name]))
    assert row.source == name
    assert row == read_one(tmp_path / "misleading.csv", format=name)
    assert any(turn.role == "user" for turn in row.turns)


@pytest.mark.parametrize("name", ROWS)
def test_an_array_reads_as_lines_do(tmp_path: Path, name: str) -> None:
    lines = write_lines(tmp_path / "lines", ROWS[name], ROWS[name])
    array = tmp_path / "array"
    array.write_text(json.dumps([ROWS[name], ROWS[name]], indent=1))
    assert read(array, person="ann") == read(lines, person="ann")


@pytest.mark.parametrize("name", ROWS)
def test_no_raw_id_address_or_document_comes_out(tmp_path: Path, name: str) -> None:
    line = encode(read_one(write_lines(tmp_path / "in", ROWS[name])))
    assert not [secret for secret in SECRETS if secret in line]


@pytest.mark.parametrize("name", ROWS)
def test_reading_twice_gives_the_same_records(tmp_path: Path, name: str) -> None:
    path = write_lines(tmp_path / "in", ROWS[name])
    assert read(path) == read(path)
    assert read(path)[0] != next(read_conversations(path, key=b"another key"))


@pytest.mark.parametrize("name", ROWS)
def test_a_broken_row_is_named_and_the_others_come_out(tmp_path: Path, name: str) -> None:
    path = tmp_path / "in"
    good = msgspec.json.encode(ROWS[name])
    bad = [good[:-9], good.replace(b":", b"\xff", 1), b"\0", b"[" * 100_000, b"7", b'"\xff"']
    path.write_bytes(b"\r\n".join([*bad, good, good]))
    rows = read(path)
    assert [type(row) for row in rows] == [BadRow] * 6 + [Conversation] * 2
    assert [row.line for row in rows if isinstance(row, BadRow)] == [1, 2, 3, 4, 5, 6]


def test_the_field_of_a_wrong_type_is_named(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "in", {"turns": [{"role": "user", "text": 7}]})
    (row,) = read(path)
    assert row == BadRow(
        file=str(path), line=1, reason="Expected `str`, got `int`.", field="turns[0].text"
    )
    with pytest.raises(InputError, match=r"line 1: turns\[0\].text: Expected `str`"):
        list(stop_at_bad(read_conversations(path, key=KEY)))


def test_conversations_without_words_are_skipped_with_the_reason(tmp_path: Path) -> None:
    path = write_lines(
        tmp_path / "in",
        OWN,
        {"turns": []},
        {"turns": [{"role": "user", "text": " \n"}]},
        {"turns": [{"role": "assistant", "text": "Hello?"}]},
    )
    tally = Tally()
    assert len(list(read_conversations(path, key=KEY, tally=tally))) == 1
    assert tally.counts.skipped == {"empty": 2, "no_user_turn": 1}
    assert (tally.counts.read, tally.counts.kept, tally.counts.bad) == (4, 1, 0)


def test_byte_order_mark_gzip_and_standard_input_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = msgspec.json.encode(OWN)
    expected = said(read_one(write_lines(tmp_path / "plain", OWN)))
    (tmp_path / "bom").write_bytes(b"\xef\xbb\xbf" + line)
    (tmp_path / "packed").write_bytes(gzip.compress(line))
    assert said(read_one(tmp_path / "bom")) == expected
    assert said(read_one(tmp_path / "packed")) == expected
    for data in (line, gzip.compress(line)):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        assert said(read_one(Path("-"))) == expected


def test_a_cut_gzip_gives_what_it_holds_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "cut"
    rows = [{**OWN, "session": str(i)} for i in range(5000)]
    path.write_bytes(gzip.compress(b"\n".join(map(msgspec.json.encode, rows)))[:-2000])
    *good, last = read(path)
    assert len(good) > 100
    assert all(isinstance(row, Conversation) for row in good)
    assert isinstance(last, BadRow)
    assert "damaged or incomplete" in last.reason


def test_a_cut_character_is_replaced_and_the_row_kept(tmp_path: Path) -> None:
    path = tmp_path / "in"
    path.write_bytes(rb'{"turns": [{"role": "user", "text": "Bees \ud83d are \ud83d\udc1d"}]}')
    assert said(read_one(path)) == [("user", "Bees � are 🐝")]


def test_what_is_no_known_format_is_refused_with_what_was_seen(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "in", {"foo": 1, "bar": 2})
    with pytest.raises(UnknownFormatError, match=r"fields 'foo', 'bar'.*`turns` for own"):
        read(path)
    path.write_bytes(b"")
    with pytest.raises(UnknownFormatError, match="no row"):
        read(path)
    with pytest.raises(ConfigError, match="there is no format 'csv'; expected one of own,"):
        read(path, format="csv")


def test_utf_16_and_missing_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "in").write_text("{}", encoding="utf-16")
    with pytest.raises(InputError, match="UTF-16"):
        read(tmp_path / "in")
    with pytest.raises(InputError, match="No such file"):
        read(tmp_path / "absent")


def test_strangers_are_never_taken_for_one_person(tmp_path: Path) -> None:
    nameless = [{"turns": [{"role": "user", "text": text}]} for text in ("one", "two")]
    path = write_lines(tmp_path / "in", *nameless)
    rows = [row for row in read(path) if not isinstance(row, BadRow | SkippedRow)]
    assert len({row.person for row in rows}) == 2
    given = [row for row in read(path, person="ann") if not isinstance(row, BadRow | SkippedRow)]
    assert len({row.person for row in given}) == 1
