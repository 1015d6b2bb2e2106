"""Who forgets while others learn, decide, review or go on talking wins; nobody waits for ever."""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Callable, Sequence

import pytest

from recenter import formats
from recenter.errors import InputError
from recenter.memory import Memory, corrections, ledger
from recenter.records import Attribute, Conversation, Judgment
from recenter.stages.verify import Verifier
from tests.memory.test_memory import NURSE, id_of, known
from tests.store.test_forget import everything

SAID = "I work nights as a nurse."
ASK = "How do I sleep better after work?"


class Interrupted:
    """A verifier during whose first look something is done."""

    name = "interrupted"

    def __init__(self, real: Verifier, meanwhile: Callable[[], object]) -> None:
        self._real, self._meanwhile = real, [meanwhile]
        self.signature = real.signature

    def verify(self, attribute: Attribute, conversations: Sequence[Conversation]) -> Judgment:
        while self._meanwhile:
            self._meanwhile.pop()()
        return self._real.verify(attribute, conversations)


def test_what_is_forgotten_while_it_is_read_again_is_not_learned(memory: Memory) -> None:
    memory.add(SAID, user_id="ada")
    id = id_of(memory, NURSE)
    learner = memory.engine.learner
    memory.engine.__dict__["learner"] = learner._replace(
        verifier=Interrupted(learner.verifier, lambda: memory.delete(id))
    )
    made = memory.add(f"As I said: {SAID} I play chess every Sunday.", user_id="ada")
    assert [r["memory"] for r in made["results"]] == ["The user plays chess every Sunday."]
    assert known(memory) == {"The user plays chess every Sunday."}


def test_a_receipt_that_comes_after_the_forgetting_says_nothing_of_it(
    memory: Memory, url: str
) -> None:
    memory.add(SAID, user_id="ada")
    receipt = memory.receipt(memory.context(ASK, user_id="ada").receipt_id)
    assert receipt is not None
    memory.delete(id_of(memory, NURSE))
    ledger.put_receipts(memory.engine.store.database, [receipt])
    assert "work nights" not in str(everything(memory.engine.store.database, url))


def test_a_review_or_rewording_that_comes_after_the_forgetting_is_refused(
    memory: Memory, url: str
) -> None:
    memory.add(SAID, user_id="ada")
    store = memory.engine.store
    answered = memory.receipt(memory.context(ASK, user_id="ada").receipt_id)
    assert answered is not None
    attribute = store.attribute(id_of(memory, NURSE))
    assert attribute is not None
    held = ledger.one(store.database, attribute)
    memory.delete(attribute.id)
    with pytest.raises(InputError, match="no memory"):
        corrections.review(store, attribute, "approve", now=1.0)
    with pytest.raises(InputError, match="no memory"):
        corrections.reworded(store, held, "x y", key=memory.engine.key, now=1.0, by="person")
    with pytest.raises(InputError, match="no memory"):
        corrections.refuse_for(store, answered, attribute.id)
    left = everything(store.database, url)
    assert attribute.id not in str(left)
    assert "work nights" not in str(left)


def test_many_at_once_keep_the_order_of_events_and_none_is_refused(
    memory: Memory, url: str
) -> None:
    memory.add(SAID, user_id="ada")
    id = id_of(memory, NURSE)
    failed: list[Exception] = []

    def reviewing(number: int) -> None:
        with Memory({"store": url}) as other:
            try:
                for turn in range(4):
                    other.review(id, "approve" if turn % 2 else "decline")
                    other.update(id, f"The user was a nurse {number} {turn}.")
            except Exception as error:  # noqa: BLE001 - told by the assertion below
                failed.append(error)

    threads = [threading.Thread(target=reviewing, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    told = memory.history(id)
    assert len(told) == 1 + 3 * 8
    texts = [e for e in told if e["event"] == "UPDATE"]
    assert all(a["new_memory"] == b["old_memory"] for a, b in itertools.pairwise(texts))


def test_a_choice_is_not_undone_by_another_that_is_made_at_the_same_time(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.choose("ada", keep_days=30)
    both = threading.Barrier(2)
    decode = formats.decode

    def read(record: str, kind: type) -> object:
        found: object = decode(record, kind)
        # Who has read waits for the other to have read as well, where that is let do so.
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait(0.5)
        return found

    monkeypatch.setattr(formats, "decode", read)
    with Memory(memory.engine.config) as apart:
        doing = [
            threading.Thread(target=memory.choose, args=("ada",), kwargs={"paused": True}),
            threading.Thread(target=apart.choose, args=("ada",), kwargs={"keep_days": 90}),
        ]
        for thread in doing:
            thread.start()
        for thread in doing:
            thread.join()
    monkeypatch.undo()
    chosen = memory.choices("ada")
    assert (chosen.paused, chosen.keep_days) == (True, 90)
