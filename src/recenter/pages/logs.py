"""The log of a server as lines of JSON: never what an error says, which may quote somebody."""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any, NamedTuple

_FRAMES = 5
_OWN = "recenter"
_LEVELS: Mapping[str, int] = {
    _OWN: logging.INFO,
    "uvicorn": logging.WARNING,
    "asyncio": logging.WARNING,
    # All others: a record that finds no handler is printed with what its error says.
    "": logging.WARNING,
}
_LEADING_WORDS = re.compile(r"[A-Za-z ]*")


class Fault(NamedTuple):
    """What may be logged of an error."""

    kind: str
    where: tuple[str, ...]
    """The innermost places that it came through."""


def fault_of(error: BaseException) -> Fault:
    """Return what may be logged of an error."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    places = (f"{PurePath(frame.filename).name}:{frame.lineno}" for frame in frames)
    return Fault(type(error).__name__, tuple(places))


class JsonLines(logging.Formatter):
    """Writes a record as one line; of an exception, its class and where it arose.

    Of what a library tells, what is put into its words is left out.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "what": _what(record),
        }
        line |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[1] is not None:
            failed = fault_of(record.exc_info[1])
            line |= {"error": failed.kind, "where": failed.where}
        return json.dumps(line, ensure_ascii=False)


def _what(record: logging.LogRecord) -> str:
    if record.name.partition(".")[0] == _OWN:
        return record.getMessage().strip()
    if not isinstance(record.msg, str):
        return type(record.msg).__name__
    if record.args:
        return record.msg.strip()
    # Here the words may be put in already, as asyncio does: "... exception=ValueError('...')".
    error = record.exc_info[1] if record.exc_info else None
    text = record.msg.replace(str(error), "") if error and str(error) else record.msg
    leading = _LEADING_WORDS.match(text)
    return leading[0].strip() if leading else ""


def log_to_stderr() -> None:
    """Have what a server and its libraries tell written to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    for name, level in _LEVELS.items():
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(level)
        logger.propagate = False
