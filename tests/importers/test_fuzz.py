"""Whatever a file holds: no exception but Recenter's own, and no row lost."""

import contextlib
import copy
import datetime
import json
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recenter.errors import RecenterError
from recenter.formats import encode
from recenter.importers.base import BadRow
from recenter.records import Conversation

from .rows import ROWS, SECRETS, WILDCHAT, read, tally_of, write_lines

FUZZ = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

_WORDS = sorted(
    {"role", "text", "content", "parts", "user", "human", "id", "type", "message", "parent"}
    | {"mapping", "turns", "messages", "conversation", "conversations", "chat_messages"}
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["\ud800", "\x00", "a2", "q1", "custom"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(_WORDS) | st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=10,
)
BROKEN = [b"\xff", b"{", b'"', b"[]", b"null", b"{}", b"[" * 5000, b'{"turns": [{}]}', b"\\u12"]


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every node inside a value."""
    inner: Any = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    return [path for key, item in inner for path in ((*at, key), *places(item, (*at, key)))]


@st.composite
def mutated(draw: st.DrawFn, name: str) -> Any:
    """Return a valid row of a format in which some nodes are gone or replaced."""
    row = copy.deepcopy(ROWS[name])
    for _ in range(draw(st.integers(1, 4))):
        options = places(row)
        if not options:
            break
        *path, last = draw(st.sampled_from(options))
        inside: Any = row
        for key in path:
            inside = inside[key]
        if draw(st.booleans()):
            del inside[last]
        else:
            inside[last] = draw(VALUES)
    return row


def dump(value: Any) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.parametrize("name", ROWS)
@FUZZ
@given(data=st.data())
def test_mutated_rows_are_kept_skipped_or_named(
    tmp_path: Path, name: str, data: st.DataObject
) -> None:
    rows = data.draw(st.lists(mutated(name) | VALUES, max_size=5))
    good = dump(ROWS[name])
    lines = tmp_path / "lines"
    lines.write_bytes(b"\n".join([good, *map(dump, rows), good]))
    array = tmp_path / "array"
    array.write_bytes(b"[" + b",".join([good, *map(dump, rows), good]) + b"]")
    outcome = read(lines, format=name, person="ann")
    assert outcome == read(lines, format=name, person="ann")
    assert len(outcome) == len(rows) + 2 == tally_of(outcome).counts.read
    assert isinstance(outcome[0], Conversation)
    assert outcome[0] == outcome[-1]
    of_array = read(array, format=name, person="ann")
    assert [type(row) for row in of_array] == [type(row) for row in outcome]
    for row in outcome:
        if isinstance(row, Conversation):
            encode(row).encode()


@pytest.mark.parametrize("name", ROWS)
@FUZZ
@given(data=st.data())
def test_secrets_stay_behind_wherever_rows_are_broken(
    tmp_path: Path, name: str, data: st.DataObject
) -> None:
    row = data.draw(mutated(name))
    for outcome in read(write_json(tmp_path / "in", row), format=name):
        text = encode(outcome) if isinstance(outcome, Conversation) else str(outcome)
        assert not [secret for secret in SECRETS if secret in text]


def write_json(path: Path, row: Any) -> Path:
    path.write_bytes(dump(row))
    return path


@FUZZ
@given(
    pieces=st.lists(
        st.binary(max_size=40)
        | st.sampled_from([msgspec.json.encode(row) for row in ROWS.values()])
        | st.sampled_from(BROKEN),
        max_size=6,
    ),
    join=st.sampled_from([b"", b"\n", b",", b"\r\n"]),
    magic=st.sampled_from([b"", b"[", b"\x1f\x8b", b"PK\x03\x04", b"PAR1", b"\xef\xbb\xbf"]),
    format=st.none() | st.sampled_from(list(ROWS)),
)
def test_any_bytes_give_rows_or_our_own_error(
    tmp_path: Path, pieces: list[bytes], join: bytes, magic: bytes, format: str | None
) -> None:
    path = tmp_path / "in"
    path.write_bytes(magic + join.join(pieces))
    with contextlib.suppress(RecenterError):
        read(path, format=format)


@FUZZ
@given(
    rows=st.lists(st.sampled_from(list(ROWS.values())), min_size=1, max_size=3),
    at=st.integers(0, 2000),
    what=st.binary(max_size=3),
)
def test_damaged_zips_give_rows_or_our_own_error(
    tmp_path: Path, rows: list[Any], at: int, what: bytes
) -> None:
    path = tmp_path / "in.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("conversations.json", json.dumps(rows))
    data = path.read_bytes()
    at %= len(data)
    path.write_bytes(data[:at] + what + data[at + 1 :])
    with contextlib.suppress(RecenterError):
        read(path)


@FUZZ
@given(data=st.data())
def test_damaged_parquet_gives_rows_or_our_own_error(tmp_path: Path, data: st.DataObject) -> None:
    pa = pytest.importorskip("pyarrow", reason="needs pyarrow (pip install 'recenter[corpus]')")
    pq = pytest.importorskip("pyarrow.parquet")
    noon = datetime.datetime(2024, 5, 1, tzinfo=datetime.UTC)
    turns = st.none() | st.lists(
        st.fixed_dictionaries(
            {"role": st.sampled_from(["user", "assistant", "narrator", None]),
             "content": st.none() | st.text(max_size=5)}
        ), max_size=3,
    )  # fmt: skip
    changed = data.draw(
        st.lists(
            st.fixed_dictionaries(
                {"conversation": turns, "hashed_ip": st.none() | st.text(max_size=3)}
            ),
            min_size=1,
            max_size=6,
        )
    )
    good = {**WILDCHAT, "timestamp": noon}
    path = tmp_path / "in.parquet"
    pq.write_table(pa.Table.from_pylist([good, *({**good, **row} for row in changed)]), path)
    outcome = read(path)
    assert len(outcome) == len(changed) + 1
    assert isinstance(outcome[0], Conversation)
    packed = bytearray(path.read_bytes())
    packed[data.draw(st.integers(4, len(packed) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(bytes(packed))
    with contextlib.suppress(RecenterError):
        read(path)


def test_a_bad_row_says_nothing_of_what_it_held(tmp_path: Path) -> None:
    row = {"turns": [{"role": "user", "text": ["ann@mail.example"]}], "person": "RAW-USER-1"}
    (bad,) = read(write_lines(tmp_path / "in", row))
    assert isinstance(bad, BadRow)
    assert not [secret for secret in SECRETS if secret in str(bad)]
