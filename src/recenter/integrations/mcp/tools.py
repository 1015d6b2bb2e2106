"""The tools, by the names that agents know. Whose memory it is, no argument of them says."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, ParamSpec, TypeVar, cast

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools.base import Tool
from mcp.server.mcpserver.utilities.func_metadata import ArgModelBase
from mcp.types import ToolAnnotations
from pydantic import ConfigDict, Field

from recenter.errors import InputError, RecenterError
from recenter.integrations.mcp.shapes import (
    Added,
    Changed,
    Explained,
    Forgotten,
    Found,
    Hit,
    Memories,
    ToForget,
    ToldMemory,
    Topic,
)
from recenter.memory.about import about
from recenter.memory.envelope import SHOWN
from recenter.memory.learned import Change, Nothing
from recenter.memory.one_person import OnePerson
from recenter.memory.records import Memorised
from recenter.memory.telling import NOTE, explained, told, told_reason, told_text
from recenter.stages.render import one_line

Whose = Callable[[Any], OnePerson]
"""Tells whose memory a call is about, from its context."""

AGENT = "mcp"
"""Noted with what an agent adds, so that the person sees where it comes from."""

_LOOKS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
_ADDS = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=False)
_REMOVES = ToolAnnotations(read_only_hint=False, destructive_hint=True, open_world_hint=False)

_AGAIN = (
    "This was forgotten or put right by the person, or resembles what was. If they say it again, "
    "give their own words as messages; they are asked before it is used."
)
_PAUSED = "Memory is paused by the person: nothing is used and nothing is learned."
_NOTHING: Mapping[Nothing, str] = {
    "paused": _PAUSED,
    "forgotten": "The person was forgotten: nothing is learned of them again.",
    "no_words": "The person says nothing in these messages.",
    "known": "Nothing new about the person was said.",
    "refused": "What was said must not be kept: it was forgotten, is an instruction, or is closed.",
    "nothing_found": "Nothing about the person was found in these messages.",
}
_log = logging.getLogger("recenter.mcp")
_P = ParamSpec("_P")
_R = TypeVar("_R")


def _refusing(tool: Callable[_P, _R]) -> Callable[_P, _R]:
    """Tell the agent what Recenter refuses, and of anything else only that it went wrong."""

    @functools.wraps(tool)
    def run(*args: _P.args, **given: _P.kwargs) -> _R:
        try:
            return tool(*args, **given)
        except RecenterError as error:
            raise ToolError(str(error)) from error
        # Whatever it is must not reach the library's own log, which would print what it quotes.
        except Exception as error:  # noqa: BLE001
            _log.error("%s failed: %s", tool.__name__, type(error).__name__)
            raise ToolError("memory failed at this; nothing is known of the cause here.") from None

    return run


class Tools:
    """The tools over the memory of whomever `whose` names."""

    def __init__(self, whose: Whose) -> None:
        self._whose = whose

    @_refusing
    def add_memory(
        self,
        ctx: Context,
        text: Annotated[
            str | None, Field(description="One thing that holds of the person, in one sentence.")
        ] = None,
        messages: Annotated[
            list[dict[str, Any]] | None,
            Field(description="A conversation (role, content) to learn from, instead of a text."),
        ] = None,
    ) -> Added:
        """Remember something about the person: a statement, kept word for word, or what they said
        of themselves in a conversation. Instructions are no memories and are refused.
        """
        person = self._whose(ctx)
        if (text is None) == (messages is None):
            raise InputError("give either a text or messages.", field="text")
        if person.choices().paused:
            return Added(results=[], reason=_PAUSED)
        if text is not None:
            if person.was_forgotten(text):
                return Added(results=[], reason=_AGAIN)
            made = person.keep(text, agent=AGENT, key=f"{AGENT} {text}")
        else:
            made = person.learn(messages, agent=AGENT)
        reason = None if made.nothing is None else _NOTHING[made.nothing]
        if made.nothing == "known" and text is not None:
            reason = "These words are known."
        return Added(results=[_changed(change) for change in made.changes], reason=reason)

    @_refusing
    def search_memories(
        self,
        ctx: Context,
        query: Annotated[str, Field(description="The person's message, in their own words.")],
    ) -> Found:
        """Find what, usually nothing, of the person's memories should shape the answer to a
        message. Call it with the message before answering; `explain_last_answer` says why.
        """
        person = self._whose(ctx)
        if not query.strip():
            raise InputError("a search needs words, got none.", field="query")
        made, choices = person.context(query), person.choices()
        embedder = person.engine.decider.embedder
        results = [
            Hit(
                id=line.attribute,
                memory=told_text(line.text, choices, embedder),
                said=[told_text(quote, choices) for quote in line.quotes],
                score=line.score,
                reason=told_reason(line.reason, choices, embedder),
            )
            for line in made.selected
        ]
        return Found(
            note=NOTE,
            decision=made.decision,
            reason=made.reason,
            question=one_line(made.question) if made.question else None,
            results=results,
        )

    @_refusing
    def get_memories(
        self,
        ctx: Context,
        limit: Annotated[int, Field(ge=1, le=500, description="At most so many.")] = 100,
    ) -> Memories:
        """List what is remembered of the person, latest first; texts on sensitive topics that they
        have not allowed are left out.
        """
        person = self._whose(ctx)
        return Memories(note=NOTE, results=_told(person, person.usable()[:limit]))

    @_refusing
    def get_memory(self, ctx: Context, memory_id: str) -> Memories:
        """Show one memory, with the person's own words that support it."""
        person = self._whose(ctx)
        memory = person.need(memory_id)
        shown = [] if person.choices().paused else [memory]
        return Memories(note=NOTE, results=_told(person, shown))

    @_refusing
    def update_memory(
        self,
        ctx: Context,
        memory_id: str,
        text: Annotated[str, Field(description="What holds instead, in one sentence.")],
    ) -> Memories:
        """Correct a memory. What it said before stays in its history."""
        person = self._whose(ctx)
        person.correct(person.need(memory_id), text)
        return Memories(note=NOTE, results=_told(person, [person.need(memory_id)]))

    @_refusing
    def delete_memory(self, ctx: Context, memory_id: str) -> Forgotten:
        """Forget one memory, and all that rests on the same words, for good."""
        person = self._whose(ctx)
        person.need(memory_id)
        return _forget(person, [memory_id])

    @_refusing
    def delete_all_memories(
        self,
        ctx: Context,
        confirm: Annotated[bool, Field(description="The person said yes to it.")] = False,
        dry_run: Annotated[bool, Field(description="Only say what would go.")] = False,
    ) -> Forgotten:
        """Forget everything about the person, for good. Ask them first; `dry_run` tells what would
        go, `confirm` does it.
        """
        person = self._whose(ctx)
        ids = [memory.attribute.id for memory in person.memories()]
        if dry_run:
            would = person.would_forget(ids)
            return Forgotten(
                message=f"Nothing was forgotten. {len(would)} memories would go.",
                forgotten=False,
                memory_ids=list(would),
                unreachable=[],
            )
        if not confirm:
            raise InputError(
                f"this forgets {len(ids)} memories for good, and was not confirmed.",
                field="confirm",
                cure="Ask the person, and then give confirm=true; dry_run=true says what would go.",
            )
        return _forget(person, ids)

    @_refusing
    def explain_last_answer(self, ctx: Context) -> Explained:
        """Say in plain words what the latest answer used of the person's memories, what it
        withheld, and why.
        """
        person = self._whose(ctx)
        found = person.last_receipt()
        if found is None:
            return Explained(note=NOTE, explanation="Nothing was looked up for an answer yet.")
        return Explained(
            note=NOTE,
            explanation=explained(found, person.choices(), person.engine.decider.embedder),
        )

    @_refusing
    def forget_about(
        self,
        ctx: Context,
        topic: Annotated[str, Field(description="What it is about, such as `my job`.")],
        memory_ids: Annotated[
            list[str] | None, Field(description="Which of those found; needed to confirm.")
        ] = None,
        confirm: Annotated[bool, Field(description="The person said yes to these.")] = False,
    ) -> Topic:
        """Forget what is about a topic. The first call only shows what would go; show it to the
        person, and call again with the ids they agreed to and `confirm`.
        """
        person = self._whose(ctx)
        if not topic.strip():
            raise InputError("a topic needs words, got none.", field="topic")
        if not confirm:
            return _looked(person, topic)
        if not memory_ids:
            raise InputError(
                "it was not said which memories go.",
                field="memory_ids",
                cure="Call without confirm first, and give the ids that the person agreed to.",
            )
        for id in memory_ids:
            person.need(id)
        done = _forget(person, memory_ids)
        return Topic(note=NOTE, found=[], near=[], **done)

    def all(self) -> list[Tool]:
        """Return the tools; an argument that one does not have is refused, not passed over."""
        made = (
            (self.add_memory, _ADDS),
            (self.search_memories, _ADDS),
            (self.get_memories, _LOOKS),
            (self.get_memory, _LOOKS),
            (self.update_memory, _REMOVES),
            (self.delete_memory, _REMOVES),
            (self.delete_all_memories, _REMOVES),
            (self.explain_last_answer, _LOOKS),
            (self.forget_about, _REMOVES),
        )
        return [_strict(Tool.from_function(tool, annotations=hints)) for tool, hints in made]


def _strict(tool: Tool) -> Tool:
    known = tool.fn_metadata.arg_model
    # What was given may be somebody's words, which an error need not repeat.
    strictly = {"model_config": ConfigDict(extra="forbid", hide_input_in_errors=True)}
    strict = cast("type[ArgModelBase]", type(known.__name__, (known,), strictly))
    tool.fn_metadata.arg_model = strict
    tool.parameters = strict.model_json_schema(by_alias=True)
    return tool


def _changed(change: Change) -> Changed:
    return Changed(
        id=change.attribute.id,
        memory=one_line(change.attribute.text),
        event=change.event,
        status=SHOWN["held" if change.held else "accepted"],
    )


def _told(person: OnePerson, memories: Iterable[Memorised]) -> list[ToldMemory]:
    choices, embedder = person.choices(), person.engine.decider.embedder
    return [cast("ToldMemory", told(memory, choices, embedder)) for memory in memories]


def _looked(person: OnePerson, topic: str) -> Topic:
    known = person.memories()
    seen = about(known, topic, person.engine.decider.embedder)
    found = [
        ToForget(
            memory=one,
            goes_too=[id for id in person.would_forget([one["id"]]) if id != one["id"]],
        )
        for one in _told(person, seen.found)
    ]
    return Topic(
        note=NOTE,
        message=f"Nothing was forgotten. {len(found)} memories are about this; those under `near` "
        "only perhaps. Show them to the person first.",
        forgotten=False,
        found=found,
        near=_told(person, seen.near),
        memory_ids=[one["memory"]["id"] for one in found],
        unreachable=[],
    )


def _forget(person: OnePerson, ids: Iterable[str]) -> Forgotten:
    gone = person.would_forget(ids)
    done = person.forget_some(ids)
    return Forgotten(
        message=f"{len(gone)} memories were forgotten, with the words they rest on.",
        forgotten=True,
        memory_ids=list(gone),
        unreachable=[*done.unreachable, *done.models],
    )
