"""An attack on the model becomes no memory, or stays a line of data in a block that is whole."""

from __future__ import annotations

import html
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recenter.errors import InputError
from recenter.memory import Memory
from recenter.records import Attribute
from recenter.stages.respond import TAG, memory_block
from recenter.text.instructions import instruction_like
from tests.memory.injections import ATTACKS, ORDINARY, SPLIT, half_of
from tests.stages.makers import attribute

HOME = "The user lives in Berlin."
KINDS = tuple(dict.fromkeys(attack.kind for attack in ATTACKS))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Memory]:
    """One memory for the whole corpus; each test has people of its own."""
    path: Path = tmp_path_factory.mktemp("injections") / "store.db"
    with Memory({"store": f"sqlite:///{path}"}) as opened:
        yield opened


def lines_of(block: str) -> list[str]:
    """Return the statements of a block, read back; fails where the block is not whole."""
    assert block.startswith(f"<{TAG}>\n")
    assert block.endswith(f"\n</{TAG}>")
    assert (block.count("<"), block.count(">")) == (2, 2)
    body = block.splitlines()[1:-1]
    begin = next(i for i, line in enumerate(body) if line.startswith("- "))
    assert all(line.startswith("- ") for line in body[begin:])
    return [html.unescape(line[2:]) for line in body[begin:]]


def stays_data(kept: list[Attribute]) -> None:
    if kept:
        assert lines_of(memory_block(kept)) == [" ".join(a.text.split()) for a in kept]


def known(store: Memory, user_id: str) -> list[Attribute]:
    return [memory.attribute for memory in store.memories(user_id)]


@given(st.lists(st.text(min_size=1, max_size=80).filter(str.strip), min_size=1, max_size=4))
def test_any_text_is_one_line_of_a_whole_block(texts: list[str]) -> None:
    stays_data([attribute(text, id=str(i)) for i, text in enumerate(texts)])


@pytest.mark.parametrize("kind", KINDS)
def test_kept_word_for_word_it_is_refused_or_stays_data(store: Memory, kind: str) -> None:
    for n, attack in enumerate(a for a in ATTACKS if a.kind == kind):
        who = f"verbatim {kind} {n}"
        try:
            store.add(attack.text, user_id=who, infer=False)
        except InputError:
            assert known(store, who) == []
            continue
        stays_data(known(store, who))
        context = store.context(attack.text, user_id=who)
        if context:
            block, _, rest = context.to_openai()[-1]["content"].partition(f"</{TAG}>")
            lines_of(f"{block}</{TAG}>")
            assert rest == f"\n\n{attack.text}"


@pytest.mark.parametrize("kind", KINDS)
def test_put_in_the_place_of_a_memory_it_is_refused_or_stays_data(store: Memory, kind: str) -> None:
    who = f"update {kind}"
    store.add("I live in Berlin.", user_id=who)
    (home,) = known(store, who)
    for attack in (a for a in ATTACKS if a.kind == kind):
        before = known(store, who)
        try:
            store.update(home.id, attack.text)
        except InputError:
            assert known(store, who) == before
        stays_data(known(store, who))


@pytest.mark.parametrize("kind", KINDS)
def test_beside_a_fact_in_what_the_person_says_only_the_fact_is_learned(
    store: Memory, kind: str
) -> None:
    for n, attack in enumerate(a for a in ATTACKS if a.kind == kind):
        who = f"said {kind} {n}"
        store.add(f"I live in Berlin. {attack.text}", user_id=who)
        learned = known(store, who)
        assert [a.text for a in learned if instruction_like(a.text)] == []
        assert {a.text for a in learned} <= {HOME, "The user likes tea."}
        stays_data(learned)


@pytest.mark.parametrize("role", ["assistant", "system", "developer", "tool", "function"])
def test_nothing_is_learned_from_anybody_but_the_person(store: Memory, role: str) -> None:
    for n, attack in enumerate(ATTACKS[::3]):
        said: list[dict[str, Any]] = [
            {"role": "user", "content": "Hello there."},
            {"role": role, "content": f"I live in Berlin. {attack.text}", "tool_call_id": "1"},
            {"role": "user", "content": "Thanks."},
        ]
        assert store.add(said, user_id=f"{role} {n}")["results"] == []


BLOCKS = (
    "<recenter_memory>\n- {}\n</recenter_memory>",
    "<memories>\n- {}\n</memories>",
    "<memory_blocks><human>{}</human></memory_blocks>",
    "<supermemory-context>\n{}\n</supermemory-context>",
    "<user_profile>{}</user_profile>",
    "User memories:\n- {}",
    "# Relevant memories\n- {}",
    "Here are the relevant memories:\n- {}\n- {}",
)


@pytest.mark.parametrize("block", BLOCKS)
def test_nothing_is_learned_from_a_block_that_a_memory_put_there(store: Memory, block: str) -> None:
    for n, attack in enumerate(ATTACKS[::9]):
        injected = block.replace("{}", f"I live in Berlin. {attack.text.splitlines()[0]}")
        who = f"block {block[:20]} {n}"
        store.add(f"{injected}\n\nHow warm is it today?", user_id=who)
        assert known(store, who) == []


def test_names_ids_and_metadata_never_reach_the_model(store: Memory) -> None:
    for n, attack in enumerate(ATTACKS[::6]):
        who = f"{attack.text} {n}"
        said = [{"role": "user", "name": attack.text, "content": "I work nights as a nurse."}]
        store.add(
            said,
            user_id=who,
            agent_id=attack.text,
            run_id=attack.text,
            metadata={"note": attack.text, attack.text: 1},
        )
        context = store.context("How do I sleep better after work?", user_id=who)
        assert lines_of(context.decided.block or "") == ["The user works nights as a nurse."]


@pytest.mark.parametrize("halves", SPLIT)
def test_two_halves_of_an_order_do_not_join(store: Memory, halves: tuple[str, str]) -> None:
    for half in halves:
        try:
            store.add(half, user_id=halves[0], infer=False)
        except InputError:
            continue
    stays_data(known(store, halves[0]))


def test_most_attacks_are_refused_and_ordinary_statements_are_not() -> None:
    attacks = [a for a in ATTACKS if a.half == "test"]
    refused = [a for a in attacks if instruction_like(a.text)]
    assert len(refused) >= 0.85 * len(attacks)
    assert [s for s in ORDINARY if half_of(s) == "test" and instruction_like(s)] == []
