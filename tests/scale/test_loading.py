"""The output of sharded runs in a store: whole, once, and nobody who was forgotten."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from recenter.errors import InputError
from recenter.provenance import Signature
from recenter.records import Attribute, Conversation, Subject
from recenter.scale.loading import Loaded, load_run, read_manifest
from recenter.scale.shards import Kind
from recenter.store import Store, open_store
from tests.scale.corpora import read_rows
from tests.scale.loads import MADE, PEOPLE, extracted, imported
from tests.store.processes import start
from tests.store.samples import judgment


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with open_store(url) as opened:
        yield opened


@pytest.fixture(params=["json", "parquet"])
def kind(request: pytest.FixtureRequest) -> Kind:
    made: Kind = request.param
    return made


def load(folder: Path, store: Store) -> Loaded:
    return load_run(str(folder), read_manifest(str(folder)), store)


def rows(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """What stands in the tables, column by column."""
    tables = {
        "conversations": "conversations_contents",
        "attributes": "attributes_contents",
    }
    ids = [c.id for c in store.conversations()] + [a.id for a in store.attributes()]
    held = {name: sorted(store.database.rows(q, ids=ids)) for name, q in tables.items()}
    held["sets"] = sorted(
        row for p in store.people() for row in store.database.rows("attributes_of_set", person=p)
    )
    return held | {"records": sorted([(a,) for a in map(repr, all_of(store))])}


def all_of(store: Store) -> list[Conversation | Attribute]:
    return [*store.conversations(), *store.attributes()]


def test_the_rows_are_those_of_ordinary_writing(tmp_path: Path, kind: Kind, store: Store) -> None:
    conversations = imported(tmp_path, kind)
    attributes = extracted(conversations, tmp_path / "out", kind)
    assert load(conversations, store).stored.new == 60
    loaded = load(attributes, store)
    assert loaded.stored.new == 5 * 7
    assert not loaded.bad
    assert not loaded.damaged
    with open_store(str(tmp_path / "other.db")) as other:
        other.put_conversations(
            msgspec.convert({k: v for k, v in row.items() if v is not None}, Conversation)
            for row in read_rows(conversations)
        )
        for person in list(other.people()):
            other.put_attributes(person, store.attributes(person), signature=MADE)
        assert rows(store) == rows(other)


def test_attributes_carry_evidence_time_and_signature(
    tmp_path: Path, kind: Kind, store: Store
) -> None:
    conversations = imported(tmp_path, kind)
    load(conversations, store)
    load(extracted(conversations, tmp_path / "out", kind), store)
    attributes = list(store.attributes())
    assert {a.signature for a in attributes} == {MADE}
    # Of 60 conversations, 12 of a person, of seven numbers.
    assert sum(len(a.evidence) for a in attributes) == 60
    for attribute in attributes:
        times = []
        for e in attribute.evidence:
            cited = store.conversation(e.conversation)
            assert cited is not None
            assert cited.person == attribute.person
            assert cited.turns[e.turn].text[e.start : e.end] == e.quote
            times.append(str(cited.turns[e.turn].at))
        assert attribute.at == max(times)


def test_twice_is_once(tmp_path: Path, kind: Kind, store: Store) -> None:
    conversations = imported(tmp_path, kind)
    attributes = extracted(conversations, tmp_path / "out", kind)
    for folder in (conversations, attributes):
        load(folder, store)
    held = rows(store)
    for folder, count in ((conversations, 60), (attributes, 35)):
        again = load(folder, store).stored
        assert (again.new, again.changed, again.same, again.removed) == (0, 0, count, 0)
    assert rows(store) == held


def test_who_was_forgotten_stays_out(tmp_path: Path, kind: Kind, store: Store) -> None:
    conversations = imported(tmp_path, kind)
    attributes = extracted(conversations, tmp_path / "out", kind)
    load(conversations, store)
    gone = next(iter(store.people()))
    store.forget(gone)
    assert load(conversations, store).stored.refused == 12
    assert load(attributes, store).stored.refused == 7
    assert gone not in set(store.people())
    assert {a.person for a in store.attributes()} == set(store.people())
    assert store.counts()["conversations"] == 48


def test_what_was_deleted_stays_out(tmp_path: Path, kind: Kind, store: Store) -> None:
    conversations = imported(tmp_path, kind)
    attributes = extracted(conversations, tmp_path / "out", kind)
    load(conversations, store)
    load(attributes, store)
    person = next(iter(store.people()))
    alone, shared = sorted(store.attributes(person), key=lambda a: len(a.evidence))[::6]
    assert (len(alone.evidence), len(shared.evidence)) == (1, 2)
    store.delete_conversation(alone.evidence[0].conversation)
    store.delete_conversation(shared.evidence[0].conversation)
    held = rows(store)
    assert load(conversations, store).stored.refused == 2
    assert load(attributes, store).stored.refused == 1
    assert rows(store) == held
    trimmed = store.attribute(shared.id)
    assert trimmed is not None
    assert trimmed.evidence == shared.evidence[1:]


def test_a_later_run_replaces_what_it_read_again(tmp_path: Path, kind: Kind, store: Store) -> None:
    conversations = imported(tmp_path, kind)
    load(conversations, store)
    load(extracted(conversations, tmp_path / "first", kind), store)
    odd = [a for a in store.attributes() if int(a.text.split()[-1].rstrip(".")) % 2]
    store.put_judgments([judgment(Subject(attribute=odd[0].id), kind="person")])
    elsewhere = msgspec.structs.replace(odd[1].evidence[0], conversation="con_elsewhere")
    other = msgspec.structs.replace(odd[1], id="att_other", evidence=(elsewhere,))
    mine = [*store.attributes(other.person), other]
    store.put_attributes(other.person, mine, signature=MADE)
    theirs = Signature(model="test:another")
    another = msgspec.structs.replace(odd[1], id="att_another", signature=theirs)
    store.put_attributes(another.person, [another], signature=theirs)
    second = load(extracted(conversations, tmp_path / "second", kind, word="even"), store)
    assert second.stored.removed == len(odd)
    left = {a.id for a in store.attributes()}
    assert left.isdisjoint(a.id for a in odd)
    assert {"att_other", "att_another"} <= left
    assert [a.id for a in store.attributes(retired=True)] == [odd[0].id]


def test_a_damaged_file_is_named_and_the_rest_is_loaded(
    tmp_path: Path, kind: Kind, store: Store
) -> None:
    conversations = imported(tmp_path, kind)
    first, second, _ = sorted(p for p in conversations.iterdir() if p.is_file())
    first.write_bytes(first.read_bytes()[:-9] + b" " * 9)
    second.unlink()
    loaded = load(conversations, store)
    assert [one.name for one in loaded.damaged] == [first.name, second.name]
    assert "SHA-256" in loaded.damaged[0].problem
    assert loaded.stored.new == store.counts()["conversations"] == 20


def test_rows_of_nobody_are_told(tmp_path: Path, store: Store) -> None:
    conversations = imported(tmp_path, "json", shards=1)
    shard = conversations / "0.jsonl"
    lines = [msgspec.json.decode(line) for line in shard.read_bytes().splitlines()]
    del lines[3]["person"], lines[5]["id"]
    lines[5]["session"] = "s5"
    shard.write_bytes(msgspec.json.Encoder().encode_lines(lines))
    loaded = load(extracted(conversations, tmp_path / "out", "json"), store)
    assert sorted(str(row.field) for row in loaded.bad) == ["id", "person"]
    assert sum(len(a.evidence) for a in store.attributes()) == 18


def test_a_run_that_did_not_say_what_its_attributes_carry(tmp_path: Path, store: Store) -> None:
    conversations = imported(tmp_path, "json")
    attributes = extracted(conversations, tmp_path / "out", "json", made=False)
    load(attributes, store)
    run = read_manifest(str(attributes)).run
    wanted = Signature(code=run.code, settings=run.signature)
    assert {a.signature for a in store.attributes()} == {wanted}


@pytest.mark.parametrize("stored_before", [1, 30])
@pytest.mark.parametrize("what", ["import", "extract"])
def test_killed_in_the_middle_and_loaded_again(
    tmp_path: Path, url: str, what: str, stored_before: int
) -> None:
    folder = imported(tmp_path, "parquet")
    count = 60
    if what == "extract":
        folder, count = extracted(folder, tmp_path / "out", "parquet"), 7 * PEOPLE
    open_store(url).close()
    process = start("tests.scale.loads", "load_slowly", (url, str(folder)))
    assert process.stdout is not None
    while int(process.stdout.readline()) < stored_before:
        pass
    process.send_signal(signal.SIGKILL)
    process.communicate()
    with open_store(url) as store:
        held = len(all_of(store))
        assert 0 < held < count
        again = load(folder, store).stored
        assert (again.new, again.same, again.changed) == (count - held, held, 0)
        assert len(all_of(store)) == count


def test_what_is_no_such_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no finished run"):
        read_manifest(str(tmp_path))
    folder = imported(tmp_path, "json", shards=1)
    manifest = folder / "_recenter/manifest.json"
    manifest.write_text(manifest.read_text().replace('"import"', '"verify"'))
    with pytest.raises(InputError, match="output of `verify`; that of import and extract"):
        read_manifest(str(folder))
    manifest.write_text("{")
    with pytest.raises(InputError, match="cannot be read"):
        read_manifest(str(folder))
