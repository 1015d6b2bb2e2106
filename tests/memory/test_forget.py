"""Forgotten words are nowhere: not in a table, not in the bytes of the file, not learned again."""

from __future__ import annotations

import contextlib
import functools
import gc
from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any

import msgspec
import pytest

from recenter.compare.wording import agree
from recenter.errors import StoreError
from recenter.memory import Memory
from recenter.memory.queue import MASK
from recenter.memory.retention import lapse
from recenter.stages import verify_features
from recenter.web.markdown import rendered
from tests.memory.conftest import Clock
from tests.memory.test_memory import MEAT, NURSE, id_of, known
from tests.store.test_forget import everything, raw_bytes

SAID = "I work nights as a nurse at Larkspur. I don't eat meat."
SECRET = "Larkspur"
WORDS = ("cello", "Oslo", "Bergen")


def full(memory: Memory) -> str:
    """Fill every table with the words, and return the id of the memory that holds them."""
    memory.add([{"role": "user", "content": SAID}], user_id="ada")
    (found,) = [r for r in memory.get_all(user_id="ada")["results"] if SECRET in r["memory"]]
    id = str(found["id"])
    memory.add(
        [
            {"role": "user", "content": "Remember Larkspur? I work nights as a nurse at Larkspur."},
            {"role": "assistant", "content": f"Yes: {found['memory']}"},
        ],
        user_id="ada",
    )
    for ask in (f"How do I sleep after work? {SAID}", "How do I sleep better after work?"):
        context = memory.context(ask, user_id="ada")
        for line in context.selected:
            memory.not_for_this(context.receipt_id, line.attribute)
    memory.update(id, "The user was a nurse at Larkspur, on nights.")
    memory.review(id, "approve")
    return id


def test_one_memory_goes_with_every_word_of_it_and_the_others_stay(
    memory: Memory, url: str
) -> None:
    id = full(memory)
    database = memory.engine.store.database
    assert SECRET in str(everything(database, url))
    done = memory.delete(id)["deleted"]
    assert done["erased"]
    left = str(everything(database, url))
    assert "I work nights" not in left
    assert "Larkspur, on nights" not in left
    assert known(memory) == {MEAT}
    assert memory.get(id) is None
    assert memory.history(id) == []
    talk = " ".join(t.text for c in memory.engine.store.conversations() for t in c.turns)
    assert MASK * 10 in talk
    assert "I don't eat meat" in talk


def test_no_byte_of_it_is_left_in_the_files(memory: Memory, url: str) -> None:
    """Also not of the conversations, where these are asked to go."""
    id = full(memory)
    memory.engine.recorder.flush()
    assert SECRET.encode() in raw_bytes(url)
    memory.delete(id, conversations=True)
    memory.engine.recorder.flush()
    left = raw_bytes(url)
    for words in (b"work nights as a nurse", b"a nurse at Larkspur", b"Larkspur, on nights"):
        assert words not in left


def test_a_whole_person_goes_and_is_not_learned_again(memory: Memory, url: str) -> None:
    full(memory)
    memory.add("I live in Berlin.", user_id="bob")
    done = memory.forget("ada")
    assert done.erased
    assert SECRET.encode() not in raw_bytes(url)
    assert memory.add(SAID, user_id="ada")["results"] == []
    memory.learn(SAID, user_id="ada")
    assert memory.engine.wait(30)
    assert memory.get_all(user_id="ada") == {"results": []}
    assert known(memory, "bob") == {"The user lives in Berlin."}


def test_the_same_words_are_refused_and_a_paraphrase_waits_for_the_person(memory: Memory) -> None:
    memory.add("I work nights as a nurse.", user_id="ada")
    memory.delete(id_of(memory, NURSE))
    for again in ("I work nights as a nurse.", "By the way: I work nights as a nurse. Hm."):
        assert memory.add(again, user_id="ada")["results"] == []
    made = memory.add("I am a nurse on the night shift.", user_id="ada")["results"]
    assert [r["status"] for r in made] == ["proposed"]
    assert not memory.context("How do I sleep better after work?", user_id="ada")
    memory.review(made[0]["id"], "approve")
    assert memory.context("How do I sleep better after work?", user_id="ada")


def test_a_client_that_sends_the_whole_conversation_again_brings_nothing_back(
    memory: Memory, url: str
) -> None:
    talk = [{"role": "user", "content": "I work nights as a nurse. Hi!"}]
    memory.add(talk, user_id="ada")
    memory.delete(id_of(memory, NURSE))
    talk += [
        {"role": "assistant", "content": "Hello."},
        {"role": "user", "content": "I play chess every Sunday."},
    ]
    memory.add(talk, user_id="ada")
    assert known(memory) == {"The user plays chess every Sunday."}
    assert "work nights" not in str(everything(memory.engine.store.database, url))


def test_others_that_rest_on_the_same_words_go_too_and_are_named(memory: Memory) -> None:
    memory.add("I work nights as a nurse.", user_id="ada")
    id = id_of(memory, NURSE)
    attribute = memory.engine.store.attribute(id)
    assert attribute is not None
    other = msgspec.structs.replace(attribute, id="att_other", text="The user is tired.")
    memory.engine.store.put_attributes(attribute.person, [other], signature=other.signature)
    assert memory.delete(id)["deleted"]["also"] == ("att_other",)
    assert known(memory) == set()


def test_deleting_all_of_one_never_touches_another_and_can_be_tried(memory: Memory) -> None:
    memory.add("I live in Berlin. I don't eat meat.", user_id="ada")
    memory.add("I live in Berlin.", user_id="bob")
    would = memory.delete_all(user_id="ada", dry_run=True)["would_delete"]
    assert len(would) == len(known(memory)) == 2
    memory.delete_all(user_id="ada")
    assert known(memory) == set()
    assert known(memory, "bob") == {"The user lives in Berlin."}


def test_ids_of_another_person_change_nothing(memory: Memory) -> None:
    memory.add("I live in Berlin.", user_id="bob")
    id = id_of(memory, "The user lives in Berlin.", "bob")
    done = memory.forget_some(memory.person("ada"), [id])
    assert done.counts == {}
    assert known(memory, "bob") == {"The user lives in Berlin."}


def test_what_is_older_than_was_agreed_lapses(memory: Memory, clock: Clock) -> None:
    memory.add("I live in Berlin.", user_id="ada")
    memory.context("Where do I live?", user_id="ada")
    memory.add("I live in Berlin.", user_id="bob")
    memory.choose("ada", keep_days=30)
    clock.now += 31 * 86_400
    memory.add("I play chess every Sunday.", user_id="ada")
    done = lapse(memory.engine.store, key=memory.engine.key, now=clock.now)
    assert list(done) == [memory.person("ada")]
    assert known(memory) == {"The user plays chess every Sunday."}
    assert memory.receipts("ada") == []
    assert known(memory, "bob") == {"The user lives in Berlin."}
    assert lapse(memory.engine.store, key=memory.engine.key, now=clock.now) == {}
    memory.add("Well, I live in Berlin.", user_id="ada")
    assert "The user lives in Berlin." in known(memory)


def caches_holding(*words: str) -> set[str]:
    """Return the names of the functions of this process whose cache holds any of the words."""
    caches = [c for c in gc.get_objects() if isinstance(c, functools._lru_cache_wrapper)]
    # What the package brings to train with is nobody's, and may use the same words.
    ours = [c for c in caches if c.__module__.startswith("recenter.")]
    ours = [c for c in ours if not c.__module__.startswith("recenter.train.")]
    assert ours
    return {c.__name__ for c in ours if any(word in t for t in texts_in(c) for word in words)}


def texts_in(cache: object) -> Iterator[str]:
    seen, ahead = set(), [cache]
    while ahead:
        for found in gc.get_referents(ahead.pop()):
            if isinstance(found, str):
                yield found
            elif isinstance(found, (type, FunctionType, ModuleType)) or id(found) in seen:
                continue
            else:
                seen.add(id(found))
                ahead.append(found)


@pytest.mark.parametrize("how", ["delete", "forget", "lapse"])
def test_no_cache_of_the_process_holds_the_words_of_the_forgotten(
    memory: Memory, clock: Clock, how: str
) -> None:
    memory.add("I stopped playing the cello. I live in Oslo.", user_id="ada")
    for begin in ("", "Well: "):
        memory.add(f"{begin}I play the cello. I live in Bergen.", user_id="ada")
    for conversation in memory.engine.store.conversations():
        verify_features._shares(conversation.turns)
        rendered(conversation.turns[0].text)
    agree("I live in Oslo.", "I live in Bergen.")
    told = {"_denied", "_words_of", "_details", "refused_of", "_shares", "_clauses", "rendered"}
    assert caches_holding(*WORDS) >= told
    if how == "delete":
        memory.delete_all(user_id="ada")
    elif how == "forget":
        memory.forget("ada")
    else:
        lapse(memory.engine.store, key=memory.engine.key, now=clock.now)
    assert caches_holding(*WORDS) == set()


def test_everything_kept_of_a_person_is_in_their_download(memory: Memory) -> None:
    full(memory)
    held: dict[str, Any] = memory.export("ada")
    for part in ("memories", "history", "receipts", "judgments", "queries", "conversations"):
        assert held[part], part
    assert memory.export("bob")["memories"] == []


@pytest.mark.parametrize("words", ["", "(?P<x", "a" * 5_000])
def test_odd_words_are_masked_literally(memory: Memory, words: str) -> None:
    memory.add(f"I live in Berlin. {words}", user_id="ada")
    with contextlib.suppress(ValueError):
        memory.delete(id_of(memory, "The user lives in Berlin."))
    assert known(memory) == set()


def test_what_is_forgotten_on_a_full_disk_is_forgotten_and_said(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.add("I work nights as a nurse.", user_id="ada")
    memory.add("I keep bees.", user_id="bob")
    (known,) = memory.get_all(user_id="ada")["results"]
    dialect = memory.engine.store.database._dialect

    def full(_: object) -> bool:
        raise dialect.error("database or disk is full")

    monkeypatch.setattr(dialect, "erase", full)
    done = memory.delete(known["id"])["deleted"]
    assert (done["counts"]["attributes"], done["erased"]) == (1, False)
    assert not memory.forget("bob").erased
    with pytest.raises(StoreError):
        memory.engine.store.erase()
    monkeypatch.undo()
    assert memory.engine.store.is_unerased()
    assert memory.lapse() == {"people": 0, "erased": True}
