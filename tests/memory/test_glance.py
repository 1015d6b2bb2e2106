"""One short read tells where no decision has to be made."""

from __future__ import annotations

from recenter.memory import Memory

SAID = "I work nights as a nurse."
ASKED = [{"role": "user", "content": "How do I sleep better after work?"}]


def glanced(memory: Memory, user_id: str, messages: list[dict[str, str]] = ASKED) -> str | None:
    found = memory.engine.glanced(messages, memory.person(user_id))
    assert not found
    return None if found is None else found.decision


def test_a_glance_tells_what_a_decision_would(memory: Memory) -> None:
    memory.add(SAID, user_id="ada")
    assert glanced(memory, "ada") is None
    assert glanced(memory, "bob") == "unknown" == memory.context(ASKED, user_id="bob").decision
    for name in ("ada", "bob"):
        memory.choose(name, paused=True)
        assert glanced(memory, name) == "paused" == memory.context(ASKED, user_id=name).decision
        memory.choose(name, paused=False)
    assert glanced(memory, "ada", [{"role": "system", "content": "Be brief."}]) == "unknown"
    memory.choose("bob", cloud=False)
    assert glanced(memory, "bob") is None
    memory.forget("ada")
    assert glanced(memory, "ada") == "unknown"


def test_a_store_that_fails_leaves_the_decision_to_be_made(memory: Memory) -> None:
    def fail(query: str, **values: object) -> None:
        raise OSError(query, values)

    memory.add(SAID, user_id="ada")
    memory.engine.reading.database.rows = fail  # type: ignore[method-assign, assignment]
    assert glanced(memory, "ada") is None
