"""`AsyncMemory` does what `Memory` does, and mem0's quickstart runs on either as it stands."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

import recenter
from recenter.memory import AsyncMemory, Memory
from tests.events import awaited
from tests.upstream import ANSWER, scripted_upstream

SAID = "I don't eat meat. I work nights as a nurse."
NURSE = "The user works nights as a nurse."

# From the README of mem0 2.2.1 (Apache-2.0), up to its loop; only the second import is another.
QUICKSTART = """
from openai import OpenAI
from recenter import Memory

openai_client = OpenAI()
memory = Memory()

def chat_with_memories(message: str, user_id: str = "default_user") -> str:
    # Retrieve relevant memories
    relevant_memories = memory.search(query=message, filters={"user_id": user_id}, top_k=3)
    memories_str = "\\n".join(f"- {entry['memory']}" for entry in relevant_memories["results"])

    # Generate Assistant response
    system_prompt = f"You are a helpful AI. Answer the question based on query and memories.\\nUser Memories:\\n{memories_str}"
    messages = [{"role": "system", "content": system_prompt}, {"role": "user", "content": message}]
    response = openai_client.chat.completions.create(model="gpt-5-mini", messages=messages)
    assistant_response = response.choices[0].message.content

    # Create new memories from the conversation
    messages.append({"role": "assistant", "content": assistant_response})
    memory.add(messages, user_id=user_id)

    return assistant_response
"""  # noqa: E501


def test_mem0s_quickstart_runs_with_the_import_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scripted_upstream() as upstream:
        monkeypatch.setenv("OPENAI_BASE_URL", upstream.url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
        monkeypatch.setenv("RECENTER_HOME", str(tmp_path))
        made: dict[str, object] = {}
        exec(QUICKSTART, made)
        chat, memory = made["chat_with_memories"], made["memory"]
        assert callable(chat)
        assert isinstance(memory, Memory)
        with memory:
            assert chat(SAID) == "".join(ANSWER)
            chat("How do I sleep better after work?")
            assert NURSE in upstream.seen[-1].json["messages"][0]["content"]
            chat("What is 17 * 23?")
            assert NURSE not in upstream.seen[-1].json["messages"][0]["content"]
        made["openai_client"].close()  # type: ignore[attr-defined]


def test_every_verb_of_memory_is_there_and_can_be_awaited(tmp_path: Path) -> None:
    async def run() -> None:
        async with AsyncMemory({"store": f"sqlite:///{tmp_path / 'store.db'}"}) as memory:
            made = await memory.add(SAID, user_id="ada")
            assert {r["memory"] for r in made["results"]} == {NURSE, "The user doesn't eat meat."}
            found, context = await asyncio.gather(
                memory.search("How do I sleep better after work?", user_id="ada"),
                memory.context("How do I sleep better after work?", user_id="ada"),
            )
            assert [r["memory"] for r in found["results"]] == [NURSE]
            assert [line.text for line in context.selected] == [NURSE]
            other = memory.of_application("other")
            assert (other.application, memory.application) == ("other", "")
            assert other.person("ada") != memory.person("ada")
            assert await other.get_all(user_id="ada") == {"results": []}
            await memory.forget("ada")
            assert await memory.get_all(user_id="ada") == {"results": []}

    awaited(run())
    public = {name for name in dir(Memory) if not name.startswith("_")}
    assert public <= set(dir(AsyncMemory))


def test_both_are_had_from_the_package() -> None:
    assert (recenter.Memory, recenter.AsyncMemory) == (Memory, AsyncMemory)
    assert recenter.wrap_openai.__name__ == "wrap_openai"
    assert not hasattr(recenter, "nothing")
