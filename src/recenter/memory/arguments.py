"""What the verbs of `Memory` are given, looked at before anything is done with it.

Of what is wrong the kind is said; the value too where nobody's words can stand in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, cast, get_args

import msgspec

from recenter.errors import InputError
from recenter.importers.fields import iso_utc
from recenter.memory.messages import checked
from recenter.memory.records import Destination, Memorised

_FLAGS = {
    "true": True,
    "on": True,
    "yes": True,
    "1": True,
    "false": False,
    "off": False,
    "no": False,
    "0": False,
}
_STATUSES = ("verified", "proposed", "rejected")


def whose(user_id: Any) -> str:
    """Return whose memory is asked for.

    Raises:
        InputError: nobody is named, or not in text.
    """
    if user_id is not None and not isinstance(user_id, str):
        raise InputError(
            f"it must be said in text whose memory this is, got {type(user_id).__name__}.",
            field="user_id",
            cure="Give user_id=str(...) of the id that the application has.",
        )
    if user_id is None or not user_id.strip():
        raise InputError(
            "it must be said whose memory this is.",
            field="user_id",
            cure='Give user_id="...", or filters={"user_id": "..."}.',
        )
    return user_id


def user(user_id: Any, filters: Any) -> str:
    """Return whose memory is asked for, in either of mem0's two places.

    Raises:
        InputError: nobody is named, or not in text, or two different people are.
    """
    other = _filters(filters).get("user_id")
    if user_id is not None and other is not None and other != user_id:
        raise InputError("`user_id` and `filters` name different people.", field="filters")
    return whose(user_id if user_id is not None else other)


def text(given: Any, *, field: str) -> str:
    """Return a text, empty or not.

    Raises:
        InputError: it is none.
    """
    if not isinstance(given, str):
        raise InputError(f"must be a text, got {type(given).__name__}.", field=field)
    return given


def name(given: Any, *, field: str) -> str | None:
    """Return a name that may be left out.

    Raises:
        InputError: it is no text.
    """
    return None if given is None else text(given, field=field)


def flag(given: Any, *, field: str) -> bool:
    """Return a yes or no; a word for it counts as what it says, not as yes.

    Raises:
        InputError: it is neither.
    """
    known = _FLAGS.get(given.strip().lower()) if isinstance(given, str) else given
    if not isinstance(known, bool):
        shown = repr(given) if isinstance(given, int | float) else type(given).__name__
        raise InputError(
            f"must be True or False, or one of {', '.join(_FLAGS)}, got {shown}.", field=field
        )
    return known


def count(given: Any, *, field: str) -> int | None:
    """Return a number of things that may be left out.

    Raises:
        InputError: it is no whole number, or negative.
    """
    if given is None:
        return None
    if not isinstance(given, int) or isinstance(given, bool):
        raise InputError(f"must be a whole number, got {type(given).__name__}.", field=field)
    if given < 0:
        raise InputError(f"must be 0 or more, got {given}.", field=field)
    return given


def share(given: Any, *, field: str) -> float | None:
    """Return a number from 0 to 1 that may be left out.

    Raises:
        InputError: it is another, or none.
    """
    if given is None:
        return None
    if not isinstance(given, int | float) or isinstance(given, bool):
        raise InputError(f"must be a number from 0 to 1, got {type(given).__name__}.", field=field)
    if not 0 <= given <= 1:
        raise InputError(f"must lie in [0, 1], got {given}.", field=field)
    return given


def same(messages: Any) -> Any:
    """Return messages as they are, once their shape was looked at: what goes on is the object.

    Raises:
        InputError: they are of another shape.
    """
    made = checked(messages)
    return made if isinstance(messages, str | Mapping) else messages


def destination(given: Any) -> Destination | None:
    """Return where the model runs, which may be left out.

    Raises:
        InputError: there is no such place.
    """
    if given not in (None, *get_args(Destination)):
        raise InputError(
            f"expected {' or '.join(get_args(Destination))}, got {given!r}.", field="destination"
        )
    return cast("Destination | None", given)


def status(given: Any) -> str | None:
    """Return the status that is asked for, which may be left out.

    Raises:
        InputError: there is no such status.
    """
    if given not in (None, *_STATUSES):
        shown = repr(given) if isinstance(given, str) else type(given).__name__
        raise InputError(f"expected {' or '.join(_STATUSES)}, got {shown}.", field="status")
    return cast("str | None", given)


def wanted(filters: Any, **named: Any) -> Callable[[Memorised], bool]:
    """Return whether a memory has the agent, run and metadata that were asked for.

    Raises:
        InputError: a filter is an expression; only equality is known.
    """
    names = {one: name(value, field=one) for one, value in named.items()}
    asked = {**_filters(filters), **{one: value for one, value in names.items() if value}}
    asked.pop("user_id", None)
    for one, value in asked.items():
        if one in ("AND", "OR", "NOT") or isinstance(value, Mapping | list):
            raise InputError(
                "a filter compares a name with one value.",
                field=f"filters.{one}",
                cure='Write {"user_id": "ada", "run_id": "7"}.',
            )

    def is_wanted(memory: Memorised) -> bool:
        held = {"agent_id": memory.note.agent, "run_id": memory.note.run, **memory.note.metadata}
        return all(held.get(one) == value for one, value in asked.items())

    return is_wanted


def _filters(given: Any) -> Mapping[str, Any]:
    if given is not None and not isinstance(given, Mapping):
        raise InputError(
            f"must be a dict of names and values, got {type(given).__name__}.",
            field="filters",
            cure='Write {"user_id": "ada", "run_id": "7"}.',
        )
    return given or {}


def metadata(given: Any) -> dict[str, Any]:
    """Return metadata as the store gives it back.

    Raises:
        InputError: JSON cannot hold it.
    """
    try:
        made: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(given), type=dict[str, Any])
    except (TypeError, ValueError, msgspec.MsgspecError, RecursionError) as error:
        raise InputError(
            f"metadata is a dict that JSON can hold: {error}.", field="metadata"
        ) from error
    return made


def expires(given: Any) -> float | None:
    """Return when something lapses, in seconds since 1970.

    Raises:
        InputError: it is not a time.
    """
    at = iso_utc(given, field="expiration_date")
    if at is None:
        return None
    return datetime.fromisoformat(at.replace("Z", "+00:00")).astimezone(UTC).timestamp()
