"""Tools by which a model manages and searches memories, in LangMem's shape."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable, Sequence
from typing import Any, Literal

from langchain_core.runnables import RunnableConfig
from langchain_core.tools import BaseTool, StructuredTool, ToolException
from langgraph.store.base import SearchItem
from pydantic import BaseModel, Field, create_model

from recenter.errors import ConfigError, InputError
from recenter.integrations.langgraph.items import statement_of
from recenter.integrations.langgraph.store import RecenterStore
from recenter.memory.telling import NOTE, closed_topics
from recenter.stages.render import one_line

Action = Literal["create", "update", "delete"]
Namespace = tuple[str, ...] | str

MANAGE = (
    "Call this when the person states something lasting about themselves, asks you to remember or "
    "to forget something, or says that a memory is wrong. One statement about the person in each."
)
_ACTIONS: tuple[Action, ...] = ("create", "update", "delete")
_ALL = 2**31 - 1


def create_manage_memory_tool(
    namespace: Namespace,
    *,
    instructions: str = MANAGE,
    actions_permitted: Sequence[Action] = _ACTIONS,
    store: RecenterStore | None = None,
    name: str = "manage_memory",
) -> BaseTool:
    """Return a tool that creates, updates and deletes memories of one person.

    Args:
        namespace: application, person and more; `{user_id}` is filled from `configurable` of the
            run's config, never by the model.
        instructions: when to call it.
        actions_permitted: what the model may do.
        store: to use; without one, the store of the graph that runs.
        name: of the tool.

    Raises:
        ConfigError: no action is permitted, or one is not known.
    """
    permitted = tuple(actions_permitted)
    if not permitted or not set(permitted) <= set(_ACTIONS):
        raise ConfigError(
            f"actions_permitted is {permitted!r}.", cure=f"Choose among {', '.join(_ACTIONS)}."
        )

    def manage_memory(
        config: RunnableConfig,
        content: str | None = None,
        action: Action = permitted[0],
        id: str | None = None,
    ) -> str:
        where = _filled(namespace, config)
        return _managed(_store(store), where, content, action, id, permitted)

    schema = create_model(
        name,
        content=(str | None, Field(None, description="The statement, for create and update.")),
        action=(Literal[permitted], Field(permitted[0])),  # type: ignore[arg-type]
        id=(str | None, Field(None, description="Of the memory, for update and delete.")),
    )
    verbs = ", ".join(permitted).capitalize()
    described = f"{verbs} a memory of the person. Give its id, except to create. {instructions}"
    return _tool(manage_memory, name=name, description=described, schema=schema)


def create_search_memory_tool(
    namespace: Namespace,
    *,
    instructions: str = "",
    store: RecenterStore | None = None,
    response_format: Literal["content", "content_and_artifact"] = "content",
    name: str = "search_memory",
) -> BaseTool:
    """Return a tool that searches the memories of one person, best first.

    What it tells the model is data with a note of low authority; memories on sensitive topics that
    the person has not allowed are left out. The artifact holds the items.

    Args:
        namespace: as for `create_manage_memory_tool`.
        instructions: when to call it.
        store: to use; without one, the store of the graph that runs.
        response_format: LangChain's.
        name: of the tool.
    """

    def search_memory(
        query: str,
        config: RunnableConfig,
        limit: int = 10,
        offset: int = 0,
        filter: dict[str, Any] | None = None,
    ) -> Any:
        where, using = _filled(namespace, config), _store(store)
        found = _open(using, where, query, filter)[offset : offset + limit]
        written = json.dumps({"note": NOTE, "memories": [_told(item) for item in found]})
        return (written, found) if response_format == "content_and_artifact" else written

    schema = create_model(
        name,
        query=(str, Field(description="What to look for.")),
        limit=(int, Field(10, ge=1, le=100)),
        offset=(int, Field(0, ge=0)),
        filter=(dict[str, Any] | None, Field(None, description="Fields that values must have.")),
    )
    described = f"Search what is remembered of the person. {instructions}".strip()
    return _tool(
        search_memory,
        name=name,
        description=described,
        schema=schema,
        response_format=response_format,
    )


def _tool(
    work: Callable[..., Any],
    *,
    name: str,
    description: str,
    schema: type[BaseModel],
    response_format: Literal["content", "content_and_artifact"] = "content",
) -> BaseTool:
    def run(config: RunnableConfig, **given: Any) -> Any:
        try:
            return work(config=config, **given)
        except InputError as error:  # What the model gave; it may try again.
            raise ToolException(str(error)) from error

    async def arun(config: RunnableConfig, **given: Any) -> Any:
        return await asyncio.to_thread(run, config, **given)

    return StructuredTool.from_function(
        run,
        arun,
        name=name,
        description=description,
        args_schema=schema,
        response_format=response_format,
        handle_tool_error=True,
    )


def _managed(
    store: RecenterStore,
    where: tuple[str, ...],
    content: str | None,
    action: Action,
    id: str | None,
    permitted: tuple[Action, ...],
) -> str:
    if action not in permitted:
        raise InputError(f"{action!r} is not permitted; only {', '.join(permitted)}.")
    if (action == "create") == (id is not None):
        raise InputError("an id is needed to update or delete, and none to create.", field="id")
    key = str(uuid.uuid4()) if id is None else id
    if id is not None and store.get(where, key, refresh_ttl=False) is None:
        raise InputError(f"there is no memory {key!r}.", field="id")
    if action == "delete":
        store.delete(where, key)
        return f"deleted memory {key}"
    if content is None:
        raise InputError(f"what to {action} was not said.", field="content")
    if store.person_of(where).was_forgotten(content):
        raise InputError("the person had this, or something like it, forgotten or put right.")
    store.put(where, key, {"content": content})
    if store.get(where, key, refresh_ttl=False) is None:
        raise InputError("nothing was kept: memory is paused, or the person was forgotten.")
    return f"{action}d memory {key}"


def _open(
    store: RecenterStore, where: tuple[str, ...], query: str, filter: dict[str, Any] | None
) -> list[SearchItem]:
    choices = store.person_of(where).choices()
    # A model's look does not make a memory last.
    found = store.search(where, query=query, filter=filter, limit=_ALL, refresh_ttl=False)
    embedder = store.person_of(where).engine.decider.embedder
    return [
        item
        for item in found
        if not closed_topics(statement_of(item.value).text, choices, embedder)
    ]


def _told(item: SearchItem) -> dict[str, Any]:
    return {
        "id": item.key,
        "content": one_line(statement_of(item.value).text),
        "score": item.score,
        "created_at": item.created_at.isoformat(),
        "updated_at": item.updated_at.isoformat(),
    }


def _filled(namespace: Namespace, config: RunnableConfig) -> tuple[str, ...]:
    known = config.get("configurable") or {}
    labels = (namespace,) if isinstance(namespace, str) else namespace
    filled = []
    for label in labels:
        name = label[1:-1] if label.startswith("{") and label.endswith("}") else None
        if name is not None and name not in known:
            raise ConfigError(
                f"the namespace needs {name!r}, which the run's config does not have.",
                cure=f'Run with config={{"configurable": {{"{name}": ...}}}}.',
            )
        filled.append(label if name is None else str(known[name]))
    return tuple(filled)


def _store(given: RecenterStore | None) -> RecenterStore:
    if given is not None:
        return given
    try:
        from langgraph.config import get_store

        found = get_store()
    except (ImportError, KeyError, RuntimeError):
        raise ConfigError("no graph runs, whose store it could be.", cure="Give store=.") from None
    if not isinstance(found, RecenterStore):
        raise ConfigError(
            f"the graph's store is a {type(found).__name__}.",
            cure="Compile the graph with store=RecenterStore(...), or give the tool store=.",
        )
    return found
