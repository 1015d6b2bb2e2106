"""What is kept for so many days only: memories, receipts, questions, and what taught nothing."""

from __future__ import annotations

from pathlib import Path

from recenter.memory import Memory
from recenter.memory.queue import LEARN, SIGNATURE
from recenter.memory.retention import lapse
from recenter.store import Item
from tests.memory.conftest import Clock
from tests.memory.test_memory import NURSE, known
from tests.store.test_forget import everything

DAY = 86_400.0
ASK = "How do I sleep better after work?"


def lapsed(memory: Memory, clock: Clock) -> dict[str, int]:
    """Remove what has lapsed; return what went of ada, by table."""
    memory.engine.recorder.flush()
    done = lapse(memory.engine.store, key=memory.engine.key, now=clock.now)
    return dict(done[memory.person("ada")].counts) if done else {}


def test_what_is_overwritten_later_is_overwritten_in_the_next_round(
    tmp_path: Path, clock: Clock
) -> None:
    path = tmp_path / "later.db"
    with Memory({"home": str(tmp_path), "store": str(path), "erase": "later"}) as memory:
        for n in range(3):
            memory.add(f"I live in Larkspur and have {n + 2} cats.", user_id="ada")
        memory.add("I work nights as a nurse.", user_id="bob")
        store = memory.engine.store
        assert not memory.forget("ada").erased
        (nurse,) = memory.get_all(user_id="bob")["results"]
        assert not memory.delete(nurse["id"])["deleted"]["erased"]
        assert len(store.database.rows("unerased_ids")) == 2
        assert lapse(store, key=memory.engine.key, now=clock.now) == {}
        assert not store.is_unerased()
        held = b"".join(file.read_bytes() for file in tmp_path.glob("later.db*"))
    assert b"Larkspur" not in held
    assert b"nurse" not in held


def test_questions_and_conversations_that_taught_nothing_go_too(
    memory: Memory, url: str, clock: Clock
) -> None:
    memory.add("Can you fix my CSS for the Larkspur site?", user_id="ada")
    memory.add("I work nights as a nurse.", user_id="ada")
    memory.context(f"{ASK} At Larkspur they say tea.", user_id="ada")
    memory.choose("ada", keep_days=30)
    clock.now += 20 * DAY
    memory.add("As I said, I work nights as a nurse.", user_id="ada")
    assert lapsed(memory, clock) == {}
    clock.now += 11 * DAY
    assert lapsed(memory, clock) == {"memory_receipts": 1, "queries": 1, "conversations": 1}
    assert "Larkspur" not in str(everything(memory.engine.store.database, url))
    assert known(memory) == {NURSE}


def test_what_the_person_said_of_an_old_answer_still_holds(memory: Memory, clock: Clock) -> None:
    memory.add("I work nights as a nurse.", user_id="ada")
    context = memory.context(ASK, user_id="ada")
    memory.not_for_this(context.receipt_id, context.selected[0].attribute)
    memory.choose("ada", keep_days=30)
    clock.now += 20 * DAY
    memory.add("As I said, I work nights as a nurse.", user_id="ada")
    clock.now += 11 * DAY
    assert lapsed(memory, clock) == {"memory_receipts": 1}
    assert not memory.context(ASK, user_id="ada")


def test_a_conversation_that_goes_on_is_not_old(memory: Memory, clock: Clock) -> None:
    talk = [{"role": "user", "content": "Can you fix my CSS?"}]
    memory.add(talk, user_id="ada")
    memory.choose("ada", keep_days=30)
    clock.now += 20 * DAY
    talk += [{"role": "assistant", "content": "Yes."}, {"role": "user", "content": "Thanks!"}]
    memory.add(talk, user_id="ada")
    clock.now += 20 * DAY
    assert lapsed(memory, clock) == {}
    clock.now += 20 * DAY
    assert lapsed(memory, clock) == {"conversations": 1}


def test_what_lapses_takes_no_conversation_from_what_does_not(memory: Memory, clock: Clock) -> None:
    memory.add("I live in Berlin. I work nights as a nurse.", user_id="ada")
    memory.choose("ada", keep_days=30)
    clock.now += 20 * DAY
    memory.add("As I said, I work nights as a nurse.", user_id="ada")
    clock.now += 11 * DAY
    assert lapsed(memory, clock)["conversations_masked"] == 1
    (nurse,) = memory.get_all(user_id="ada")["results"]
    talks = {c.id: c for c in memory.engine.store.conversations()}
    for e in nurse["evidence"]:
        assert talks[e["conversation"]].turns[e["turn"]].text[e["start"] : e["end"]] == e["quote"]


def test_both_reasons_at_once_are_told_together(memory: Memory, clock: Clock) -> None:
    memory.add("I live in Berlin.", user_id="ada")
    memory.choose("ada", keep_days=30)
    clock.now += 31 * DAY
    memory.add("I play chess every Sunday.", user_id="ada", expiration_date="2027-02-16")
    clock.now += 2 * DAY
    assert lapsed(memory, clock)["attributes"] == 2
    assert known(memory) == set()


def test_a_clock_that_went_backwards_removes_nothing(memory: Memory, clock: Clock) -> None:
    memory.add("I live in Berlin.", user_id="ada")
    memory.choose("ada", keep_days=10_000_000)
    clock.now = 5.0
    assert lapsed(memory, clock) == {}
    assert known(memory) == {"The user lives in Berlin."}


def test_a_program_without_a_server_keeps_its_word_by_itself(tmp_path: Path, clock: Clock) -> None:
    config = {"home": str(tmp_path), "store": str(tmp_path / "own.db"), "erase": "later"}
    with Memory(config, clock=clock) as memory:
        memory.add("I work nights as a nurse.", user_id="ada")
        memory.add("I live in Larkspur.", user_id="bob")
        memory.choose("ada", keep_days=30)
        assert memory.lapse() == {"people": 0, "erased": True}
        assert not memory.forget("bob").erased
        clock.now += 31 * DAY
        assert memory.lapse() == {"people": 1, "erased": True}
        assert known(memory) == set()
        assert memory.lapse() == {"people": 0, "erased": True}
    assert b"Larkspur" not in b"".join(file.read_bytes() for file in tmp_path.glob("own.db*"))


def test_a_program_without_a_server_is_told_what_was_not_learned(memory: Memory) -> None:
    work = memory.engine.store.work
    for one in (memory, memory.of_application("bank")):
        one.add("I work nights as a nurse.", user_id="ada")
        person = one.person("ada")
        work.add(
            LEARN, [Item(item=f"con_{person}", person=person, content="1")], signature=SIGNATURE
        )
        (task,) = work.claim(LEARN, signature=SIGNATURE)
        work.fail(task, "ModelError")
    failed = {"conversation": f"con_{memory.person('ada')}", "attempts": 1, "error": "ModelError"}
    assert memory.failures() == {"results": [failed]}
