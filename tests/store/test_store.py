"""What is put comes back, once, on both databases."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest
from msgspec.structs import replace

from recenter.errors import ConfigError, InputError, StoreError
from recenter.provenance import Signature
from recenter.records import Subject
from recenter.store import PutReport, Run, Store, open_store
from tests.store import samples


def test_conversations_come_back_oldest_first(store: Store) -> None:
    late = samples.conversation(key="late", at="2026-02-01T00:00:00Z")
    early = samples.conversation(key="early", at="2026-01-01T00:00:00Z")
    undated = samples.conversation(key="undated")
    other = samples.conversation("p_bob")
    assert store.put_conversations([late, early, other, undated]) == PutReport(new=4)
    assert list(store.conversations("p_ada")) == [undated, early, late]
    assert list(store.conversations()) == [undated, early, late, other]
    assert store.conversation(late.id) == late
    assert store.conversation("con_none") is None
    assert list(store.people()) == ["p_ada", "p_bob"]
    assert store.knows("p_bob")
    assert not store.knows("p_cyn")


def test_more_than_a_page_and_a_batch(store: Store) -> None:
    many = [samples.conversation(f"p_{i % 3}", str(i), at=str(i % 5)) for i in range(1100)]
    assert store.put_conversations(iter(many)).new == 1100
    assert {c.id for c in store.conversations()} == {c.id for c in many}
    assert len(list(store.conversations("p_1"))) == 367


def test_putting_again_changes_nothing_but_what_changed(store: Store) -> None:
    first, second = samples.conversation(key="1"), samples.conversation(key="2")
    store.put_conversations([first, second])
    changed = samples.conversation(key="2", text="I sold the bees.")
    told: list[tuple[str, str]] = []
    report = store.put_conversations(
        [first, changed, samples.conversation(key="3")], each=lambda *a: told.append(a)
    )
    assert report == PutReport(new=1, changed=1, same=1)
    assert told[:2] == [(first.id, "same"), (second.id, "changed")]
    assert store.conversation(second.id) == changed


def test_a_later_version_that_reads_the_same_is_no_change(store: Store) -> None:
    first = replace(samples.conversation(), signature=Signature(code="0.0.1"))
    store.put_conversations([first])
    assert store.put_conversations([samples.conversation()]).same == 1
    assert store.conversation(first.id) == first


def test_the_same_conversation_twice_in_one_batch_is_stored_once(store: Store) -> None:
    one = samples.conversation()
    assert store.put_conversations([one, one]) == PutReport(new=1, same=1)
    assert store.counts()["conversations"] == 1


def test_fewer_attributes_leave_none_of_the_old(store: Store) -> None:
    bees, cats = samples.attribute("Keeps bees."), samples.attribute("Has a cat.")
    store.put_attributes("p_ada", [bees, cats], signature=samples.SIGNATURE)
    report = store.put_attributes("p_ada", [bees], signature=samples.SIGNATURE)
    assert report == PutReport(same=1, removed=1)
    assert list(store.attributes("p_ada")) == [bees]
    assert store.attribute(cats.id) is None


def test_a_judged_attribute_is_retired_not_lost(store: Store) -> None:
    bees, cats = samples.attribute("Keeps bees."), samples.attribute("Has a cat.")
    store.put_attributes("p_ada", [bees, cats], signature=samples.SIGNATURE)
    verdict = samples.judgment(Subject(attribute=cats.id))
    store.put_judgments([verdict])
    store.put_attributes("p_ada", [bees], signature=samples.SIGNATURE)
    assert list(store.attributes("p_ada")) == [bees]
    assert list(store.attributes("p_ada", retired=True)) == [cats]
    assert list(store.judgments("p_ada")) == [verdict]
    # Found again, it is as it was.
    store.put_attributes("p_ada", [bees, cats], signature=samples.SIGNATURE)
    assert {a.id for a in store.attributes("p_ada")} == {bees.id, cats.id}
    assert list(store.attributes("p_ada", retired=True)) == []


def test_sets_of_other_extractors_and_people_stay_unless_alone(store: Store) -> None:
    other = Signature(model="test:other")
    mine = samples.attribute()
    theirs = samples.attribute("Keeps bees.", signature=other)
    bob = samples.attribute(person="p_bob")
    store.put_attributes("p_ada", [mine], signature=samples.SIGNATURE)
    store.put_attributes("p_bob", [bob], signature=samples.SIGNATURE)
    store.put_attributes("p_ada", [theirs], signature=other)
    assert {a.id for a in store.attributes("p_ada")} == {mine.id, theirs.id}
    assert list(store.attributes("p_ada", signature=other)) == [theirs]
    store.put_attributes("p_ada", [theirs], signature=other, alone=True)
    assert {a.id for a in store.attributes()} == {theirs.id, bob.id}


def test_of_the_wordings_of_an_attribute_one_is_current_in_its_set(store: Store) -> None:
    plain, better = samples.attribute("Keeps bees."), samples.attribute("Keeps some bees.")
    other = samples.attribute("Has a cat.")
    store.put_attributes("p_ada", [plain, other], signature=samples.SIGNATURE)
    refined = replace(better, members=(plain.id,), signature=Signature(model="test:refiner"))
    verdicts = [samples.judgment(Subject(attribute=one.id)) for one in (plain, refined)]
    for _ in range(2):
        store.put_wordings([plain, refined], verdicts, used=refined.id)
        current = store.attributes("p_ada", signature=samples.SIGNATURE)
        assert sorted(a.text for a in current) == ["Has a cat.", "Keeps some bees."]
        assert list(store.attributes("p_ada", retired=True)) == [plain]
        assert {j.id for j in store.judgments("p_ada")} == {j.id for j in verdicts}


def test_a_wording_that_was_deleted_does_not_come_back(store: Store) -> None:
    plain, better = samples.attribute("Keeps bees."), samples.attribute("Keeps some bees.")
    verdicts = [samples.judgment(Subject(attribute=one.id)) for one in (plain, better)]
    assert store.put_wordings([plain, better], verdicts, used=better.id).refused == 2
    assert list(store.judgments()) == []
    store.put_attributes("p_ada", [plain, better], signature=samples.SIGNATURE)
    store.delete_attribute(better.id)
    assert store.put_wordings([plain, better], verdicts, used=better.id).refused == 1
    assert list(store.attributes("p_ada")) == [plain]
    assert [j.subject.attribute for j in store.judgments("p_ada")] == [plain.id]


def test_an_attribute_of_somebody_else_is_refused_whole(store: Store) -> None:
    pair = [samples.attribute(), samples.attribute(person="p_bob")]
    with pytest.raises(InputError, match="p_bob"):
        store.put_attributes("p_ada", pair, signature=samples.SIGNATURE)
    assert list(store.attributes()) == []


@pytest.mark.parametrize("field", ["id", "person"])
def test_a_record_that_could_not_be_found_again_is_refused(store: Store, field: str) -> None:
    nameless = replace(samples.query(), **{field: ""})
    with pytest.raises(InputError, match=f"empty {field}"):
        store.put_query(nameless)


def test_queries_selections_replies_judgments(store: Store) -> None:
    query, attribute = samples.query(), samples.attribute()
    selection, reply = samples.selection(query, attribute), samples.reply(query, attribute)
    store.put_attributes("p_ada", [attribute], signature=samples.SIGNATURE)
    assert store.put_query(query) == "new"
    assert store.put_query(query) == "same"
    assert store.put_selection(selection) == store.put_reply(reply) == "new"
    about_reply = samples.judgment(Subject(reply=reply.id))
    about_bob = samples.judgment(Subject(attribute="att_gone"), person="p_bob")
    unknown = samples.judgment(Subject(attribute="att_unknown"))
    general = samples.judgment(Subject())
    report = store.put_judgments([about_reply, about_bob, unknown, general])
    assert report == PutReport(new=3, refused=1)
    assert (store.query(query.id), store.selection("sel_1"), store.reply("rep_1")) == (
        query,
        selection,
        reply,
    )
    assert list(store.queries("p_ada")) == list(store.queries()) == [query]
    assert list(store.selections("p_ada", query=query.id)) == [selection]
    assert list(store.selections(query="que_other")) == []
    assert list(store.replies(query=query.id)) == [reply]
    assert list(store.judgments("p_ada")) == [about_reply]
    assert len(list(store.judgments(question="supported"))) == 3
    assert list(store.judgments(question="better")) == []
    assert store.judgment(about_bob.id) == about_bob
    counts = store.counts()
    assert (counts["judgments"], counts["replies"], counts["people"]) == (3, 1, 2)


def test_runs_tell_the_time_and_the_cost(store: Store) -> None:
    begun = Run(id="run_1", command="import", started="2026-01-02T00:00:00Z", code="0.1.0")
    store.put_run(begun)
    ended = Run(
        id="run_1",
        command="import",
        started=begun.started,
        ended="2026-01-02T00:01:00Z",
        outcome="done",
        counts={"new": 3},
        arguments={"files": ["a.jsonl"], "strict": False},
    )
    store.put_run(ended)
    store.put_run(Run(id="run_0", command="extract", started="2026-01-01T00:00:00Z"))
    assert [run.id for run in store.runs()] == ["run_0", "run_1"]
    assert store.run("run_1") == ended
    assert store.run("run_2") is None


HOSTILE = [
    "'; DROP TABLE conversations; --",
    '" OR 1=1 --',
    "%s %(person)s :person ? $1",
    "nul \x00 inside",
    "line\r\n\u2028\u202e\ufeff\U0001f600",
    "\\x00 \\u0000 \\",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_only_text(store: Store, text: str) -> None:
    one = samples.conversation(person=text, key=text, text=text)
    store.put_conversations([one, samples.conversation()])
    assert list(store.conversations(text)) == [one]
    assert store.forget(text).counts["conversations"] == 1
    assert store.is_forgotten(text)
    assert list(store.conversations()) == [samples.conversation()]


def test_a_lone_surrogate_is_replaced_and_takes_nothing_down(store: Store) -> None:
    broken = samples.conversation(key="1", text="a\ud800b")
    assert store.put_conversations([broken, samples.conversation(key="2")]).new == 2
    held = store.conversation(broken.id)
    assert held is not None
    assert held.turns[0].text == "a\ufffdb"
    assert store.put_conversations([broken]).same == 1


def test_a_very_long_turn(store: Store) -> None:
    text = "word \x00 \U0001f41d " * 200_000
    long = [samples.conversation(key=str(i), text=text + str(i)) for i in range(4)]
    store.put_conversations(long)
    assert {c.turns[0].text for c in store.conversations()} == {c.turns[0].text for c in long}


def test_a_failing_source_keeps_what_was_whole_before_it(store: Store) -> None:
    def rows() -> object:
        yield from (samples.conversation(key=str(i)) for i in range(500))
        raise RuntimeError("the disk is gone")

    with pytest.raises(RuntimeError):
        store.put_conversations(rows())  # type: ignore[arg-type]
    assert store.counts()["conversations"] == 500


def test_threads_share_a_store(store: Store) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def put(i: int) -> int:
        return store.put_conversations([samples.conversation(key=str(i % 20))]).new

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(put, range(80))) == 20
    assert store.counts()["conversations"] == 20


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite:///:memory:", "sqlite:///", "", ":memory:"])
def test_urls_that_name_no_store(url: str) -> None:
    with pytest.raises(ConfigError, match=r"sqlite:///PATH"):
        open_store(url)


@pytest.mark.parametrize("form", ["{path}", "sqlite:///{path}"])
def test_a_file_is_made_for_its_owner_only(tmp_path: Path, form: str) -> None:
    path = tmp_path / "new" / "it's 100% mine.db"
    with open_store(form.format(path=path)) as store:
        store.put_conversations([samples.conversation()])
        assert {p.stat().st_mode & 0o077 for p in path.parent.iterdir()} == {0}


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, " * 100)
    with pytest.raises(StoreError, match=r"notes\.txt.*another file"):
        open_store(str(path))
    assert path.read_text().startswith("not a database")


def test_a_path_that_cannot_be_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path, tmp_path / "file" / "store.db"):
        with pytest.raises(StoreError, match=f"{path} cannot be opened"):
            open_store(str(path))


def test_the_database_of_another_application_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "app.db"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE customers (id TEXT)")
        with pytest.raises(StoreError, match=r"something else \(customers\)"):
            open_store(str(path))
        tables = connection.execute("SELECT name FROM sqlite_master").fetchall()
    assert tables == [("customers",)]
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchall() == [("delete",)]


@pytest.mark.postgres
def test_a_password_is_not_shown(postgres_url: str) -> None:
    wrong = postgres_url.replace("postgres:@", "nobody:hunter2@")
    with pytest.raises(StoreError, match="nobody") as caught:
        open_store(wrong)
    assert "hunter2" not in str(caught.value)
