"""Vectors of memories are kept beside them, fetched at once, and go with them."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from recenter.memory import Memory
from recenter.memory.inhand import InHand
from recenter.memory.vectors import Vectors, shortened
from recenter.models.calls import vector_key

SAID = "I don't eat meat. I work nights as a nurse."
NURSE, MEAT = "The user works nights as a nurse.", "The user doesn't eat meat."
ASK = "How do I sleep better after work?"


class Counting:
    """Embeds each text as its length, and says how often it was asked."""

    name = "counting"

    def __init__(self) -> None:
        self.texts: list[str] = []

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.texts += texts
        return np.asarray([[len(text), 1] for text in texts], np.float32).reshape(-1, 2)


def kept(memory: Memory, *texts: str, user_id: str = "ada") -> set[str]:
    memory.engine.recorder.flush()
    person = memory.person(user_id)
    keys = {vector_key(memory.engine.decider.embedder, person, text): text for text in texts}
    return {keys[key] for key in memory.engine.store.cache.get_many(list(keys))}


def test_what_is_learned_has_its_vectors_kept_until_it_is_forgotten(memory: Memory) -> None:
    memory.add(SAID, user_id="ada")
    assert kept(memory, NURSE, MEAT) == {NURSE, MEAT}
    assert kept(memory, NURSE, user_id="bob") == set()
    (line,) = memory.context(ASK, user_id="ada").selected
    memory.delete(line.attribute)
    assert kept(memory, NURSE, MEAT) == set()
    memory.context(ASK, user_id="ada")
    assert kept(memory, NURSE, MEAT) == {MEAT}
    memory.forget("ada")
    assert kept(memory, NURSE, MEAT) == set()


def test_what_was_worded_by_hand_is_kept_by_the_first_decision(memory: Memory) -> None:
    memory.add("I work nights as a nurse.", user_id="ada", infer=False)
    (said,) = (r["memory"] for r in memory.get_all(user_id="ada")["results"])
    assert kept(memory, said) == set()
    assert memory.context(ASK, user_id="ada")
    assert kept(memory, said) == {said}


def test_another_process_need_not_embed_what_is_kept(memory: Memory) -> None:
    memory.add(SAID, user_id="ada")
    store, person = memory.engine.store, memory.person("ada")
    first, counting = Vectors(Counting()), Counting()
    first.keep(store, person, [NURSE, MEAT, "The user has two cats."])
    second = Vectors(counting)
    # What is not, or no longer, known of the person is not kept of them.
    assert second.fetch(store, person, [NURSE, "The user has two cats.", MEAT]) == (
        "The user has two cats.",
    )
    assert np.array_equal(second.embed([NURSE, MEAT]), first.embed([NURSE, MEAT]))
    assert counting.texts == []


def test_a_damaged_vector_is_made_again(memory: Memory) -> None:
    memory.add(SAID, user_id="ada")
    store, person = memory.engine.store, memory.person("ada")
    vectors = Vectors(Counting())
    store.cache.put(vector_key(vectors, person, NURSE), b"???", person=person)
    assert vectors.fetch(store, person, [NURSE]) == (NURSE,)


def test_what_is_held_here_and_not_in_the_store_is_told_as_not_kept(memory: Memory) -> None:
    memory.add(SAID, user_id="ada")
    store, person = memory.engine.store, memory.person("ada")
    vectors = Vectors(Counting())
    vectors.keep(store, person, [NURSE, MEAT])
    assert vectors.fetch(store, person, [NURSE, MEAT]) == ()
    store.database.transact(lambda t: t.run("forget_cache", person=person))
    assert vectors.fetch(store, person, [NURSE, MEAT]) == (NURSE, MEAT)
    store.cache.put(vector_key(vectors, person, NURSE), b"???", person=person)
    assert vectors.fetch(store, person, [NURSE]) == (NURSE,)


@pytest.mark.parametrize("most", [0, 1, 100])
def test_few_are_held_and_all_are_right(most: int) -> None:
    vectors = Vectors(counting := Counting(), most=most)
    texts = ["a", "bb", "a", "", "ccc"]
    for _ in range(2):
        assert vectors.embed(texts)[:, 0].tolist() == [1, 2, 1, 0, 3]
    assert len(counting.texts) == {0: 8, 1: 7, 100: 4}[most]
    assert vectors.embed([]).shape == (0, 2)


def test_a_file_of_another_time_has_no_vectors_and_decides_all_the_same(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with Memory({"store": url}) as memory:
        memory.add(SAID, user_id="ada")
        person = memory.person("ada")
        memory.engine.store.database.transact(lambda t: t.run("forget_cache", person=person))
    with Memory({"store": url}) as memory:
        assert memory.context(ASK, user_id="ada")
        assert kept(memory, NURSE, MEAT) == {NURSE, MEAT}


def test_who_has_time_waits_before_each_few_texts_and_gets_the_same() -> None:
    vectors, waits = Vectors(counting := Counting(), most=2), [0]

    def wait() -> None:
        waits[0] += 1

    texts = ["a" * size for size in range(20)]
    assert vectors.waiting(wait).embed(texts)[:, 0].tolist() == list(range(20))
    assert waits == [3]
    assert counting.texts == texts
    # What one of them has seen the other knows.
    assert vectors.embed(texts[-2:])[:, 0].tolist() == [18, 19]
    assert (len(counting.texts), waits) == (20, [3])


def test_learning_gives_way_to_what_is_in_hand_and_not_for_ever() -> None:
    in_hand = InHand()
    assert in_hand.wait(0)
    in_hand.begin()
    in_hand.begin()
    in_hand.end()
    assert not in_hand.wait(0.01)
    threading.Timer(0.05, in_hand.end).start()
    assert in_hand.wait(20)


def test_of_a_long_message_the_beginning_and_the_end_are_read() -> None:
    counting = Counting()
    vectors = Vectors(counting)
    long = "I am a nurse. " + "word " * 400 + "How do I sleep?"
    vectors.read(long)
    vectors.embed([long])
    (short,) = counting.texts
    assert short == shortened(long)
    assert short.startswith("I am a nurse. word")
    assert short.endswith("word How do I sleep?")
    vectors.read("How do I sleep?")
    vectors.embed(["How do I sleep?"])
    assert counting.texts[1:] == ["How do I sleep?"]


@given(st.text(alphabet="ab \n\t", max_size=1200))
def test_a_shortened_message_is_short_and_made_of_its_words(message: str) -> None:
    short = shortened(message)
    assert len(short) <= 401 or short == message
    if len(" ".join(message.split())) <= 400:
        assert short == message
    elif " " in " ".join(message.split())[1:120]:
        assert short.split()[0] == message.split()[0]
