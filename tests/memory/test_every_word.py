"""Where forgotten words hide: in others' history, older wordings, copies, digests and cut texts."""

from __future__ import annotations

import msgspec
import pytest

from recenter.memory import Memory
from recenter.memory.queue import MASK
from recenter.provenance import Signature, digest, make_id
from recenter.records import (
    Conversation,
    Decision,
    Judge,
    Judgment,
    Message,
    Query,
    Receipt,
    Reply,
    Selection,
    Subject,
    Turn,
    judgment_id,
)
from recenter.store import Run
from recenter.study.plan import TaskItems
from recenter.study.stored import stored_items
from tests.memory.conftest import Clock
from tests.memory.test_memory import MEAT, NURSE, id_of, known
from tests.store import samples
from tests.store.test_forget import everything
from tests.study.samples import Clock as StudyClock
from tests.study.samples import opened, relevant, task, written

SAID = "I work nights as a nurse."
WORDS = "nights as a nurse"


def held(memory: Memory, url: str) -> str:
    memory.engine.recorder.flush()
    return str(everything(memory.engine.store.database, url))


def test_the_history_of_what_it_took_the_place_of(memory: Memory, url: str, clock: Clock) -> None:
    memory.add("I live in Berlin.", user_id="ada")
    berlin = id_of(memory, "The user lives in Berlin.")
    clock.now += 86_400
    memory.add("I live in Paris now.", user_id="ada")
    memory.delete(id_of(memory, "The user lives in Paris now."))
    assert "Paris" not in held(memory, url)
    assert memory.history(berlin)[-1]["event"] == "SUPERSEDE"


def test_deleting_all_takes_what_others_took_the_place_of(
    memory: Memory, url: str, clock: Clock
) -> None:
    memory.add("I live in Berlin.", user_id="ada")
    clock.now += 86_400
    memory.add("I live in Paris now.", user_id="ada")
    memory.delete_all(user_id="ada")
    left = held(memory, url)
    assert "Paris" not in left
    assert "Berlin" not in left


def test_an_older_wording_and_what_the_assistant_made_of_it(memory: Memory, url: str) -> None:
    memory.add(
        [
            {"role": "user", "content": SAID},
            {"role": "assistant", "content": f"You work {WORDS}. Noted: {NURSE}"},
        ],
        user_id="ada",
    )
    id = id_of(memory, NURSE)
    memory.update(id, "The user was on the ward.")
    memory.delete(id)
    left = held(memory, url)
    assert WORDS not in left
    assert "on the ward" not in left
    assert memory.add(f"Hm. {NURSE}", user_id="ada", infer=True)["results"] == []


def test_what_a_benchmark_says_in_these_words(memory: Memory, url: str) -> None:
    memory.add(f"{SAID} I don't eat meat.", user_id="ada")
    store, person = memory.engine.store, memory.person("ada")
    told = samples.reference(person, f"On the ward. {SAID}")
    kept = samples.reference(person, "Eats no meat.")
    store.put_references([told, kept])
    memory.delete(id_of(memory, NURSE))
    assert WORDS not in held(memory, url)
    assert list(store.references(person)) == [kept]
    assert store.put_references([told]).refused == 1


def test_a_short_word_is_not_found_inside_of_others(memory: Memory) -> None:
    for text in ("tea", "Works in a team.", "I steam vegetables."):
        memory.add(text, user_id="ada", infer=False)
    done = memory.delete(id_of(memory, "tea"))["deleted"]
    assert done["also"] == ()
    assert known(memory) == {"Works in a team.", "I steam vegetables."}


@pytest.mark.parametrize("text", ["我住在柏林", "Ich wohne in Köln!", "(tea)"])
def test_words_of_every_script_are_masked(memory: Memory, url: str, text: str) -> None:
    memory.add(text, user_id="ada", infer=False)
    memory.add(f"Hallo. {text} 你好{text}吗?", user_id="ada")
    memory.delete(id_of(memory, text))
    assert text not in held(memory, url)


def test_metadata_of_others_and_a_text_cut_in_the_middle(memory: Memory, url: str) -> None:
    memory.add(f"{SAID} I don't eat meat.", user_id="ada", metadata={"from": {"said": [SAID]}})
    memory.context(f"{'How do I sleep? ' * 11} I work nights as a nurse.", user_id="ada")
    assert "I work nights as" in held(memory, url)
    memory.delete(id_of(memory, NURSE))
    assert "I work nights" not in held(memory, url)
    assert known(memory) == {MEAT}


def test_no_id_or_digest_tells_which_words_they_were(memory: Memory, url: str) -> None:
    """Whoever holds the file may hash guesses: nothing in it may say that one was right."""
    person = memory.person("ada")
    memory.learn(f"{SAID} I don't eat meat.", user_id="ada")
    assert memory.engine.wait(30)
    ask = f"How do I sleep? {SAID}"
    context = memory.context(ask, user_id="ada")
    memory.engine.recorder.flush()
    memory.should_have_used(context.receipt_id, id_of(memory, MEAT))
    turns = [("user", f"{SAID} I don't eat meat.")]
    guesses = (make_id("qry", person, ask, []), digest(turns), id_of(memory, NURSE))
    assert all(guess in held(memory, url) for guess in guesses)
    memory.delete(id_of(memory, NURSE))
    left = held(memory, url)
    assert [guess for guess in guesses if guess in left] == []
    # What the person said of other memories stays, about the masked message.
    (judgment,) = memory.engine.store.judgments(person, question="relevant")
    query = memory.engine.store.query(str(judgment.subject.query))
    assert query is not None
    assert query.prompt == f"How do I sleep? {MASK * (len(SAID) - 1)}."
    assert memory.receipts("ada")[0].query == query.id
    assert memory.engine.wait(30)
    assert known(memory) == {MEAT}


def test_replies_selections_judgments_and_runs_of_the_command_line(
    memory: Memory, url: str
) -> None:
    memory.add(f"{SAID} I don't eat meat.", user_id="ada")
    store, person = memory.engine.store, memory.person("ada")
    meat = id_of(memory, MEAT)
    query = Query(id="qry_1", person=person, prompt=f"Plan my week. {SAID}")
    store.put_query(query)
    store.put_reply(
        Reply(
            id="rep_1",
            query="qry_1",
            person=person,
            arm="generic",
            text="Rest.",
            messages=(Message(role="user", content=query.prompt),),
            receipt=Receipt(),
        )
    )
    other = Query(id="qry_2", person=person, prompt="What now?")
    store.put_query(other)
    decision = Decision(attribute=meat, decision="use", score=None, reason=f"As said: {SAID}")
    store.put_selection(
        Selection(id="sel_2", query="qry_2", person=person, decisions=(decision,), reason=SAID)
    )
    subject, judge = Subject(attribute=meat), Judge(kind="model", name="m")
    store.put_judgments(
        [
            Judgment(
                id=judgment_id("supported", subject, judge, None, Signature()),
                question="supported",
                subject=subject,
                judge=judge,
                answer="accept",
                person=person,
                reason=f"Next to {SAID}",
            )
        ]
    )
    arguments = {"person": person, "prompt": SAID}
    store.put_run(Run(id="run_1", command="respond", started="2026", arguments=arguments))
    memory.delete(id_of(memory, NURSE))
    assert WORDS not in held(memory, url)
    assert store.reply("rep_1") is None
    assert store.selection("sel_2") is not None
    assert known(memory) == {MEAT}


@pytest.mark.parametrize("whole", [False, True])
def test_copies_in_studies(memory: Memory, url: str, whole: bool) -> None:
    memory.add(f"{SAID} I don't eat meat.", user_id="ada")
    memory.add("I live in Berlin.", user_id="ada")
    store, person = memory.engine.store, memory.person("ada")
    page = relevant("m", (person, "per_y"))
    asked = msgspec.structs.replace(page, query=Query(id="q", person=person, prompt=SAID))
    file = written(task(overlap=1, reason=True), task("pages", "relevant", overlap=1))
    work = tuple(stored_items(store, "supported"))
    assert len(work) == 3
    store.put_conversations(
        [Conversation(id="c", person="per_y", turns=(Turn(role="user", text="x"),), source="t")]
    )
    items = {"quality": TaskItems(work=work), "pages": TaskItems(work=(asked,))}
    opened(store.database, file, items, StudyClock())
    memory.delete(id_of(memory, NURSE), conversations=whole)
    left = held(memory, url)
    assert WORDS not in left
    assert "I live in Berlin" in left
    assert whole or "t eat meat" in left
