"""Load the named queries of the `.sql` files beside this one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import resources

_HEAD = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


def parse_queries(text: str) -> Mapping[str, str]:
    """Return the queries of a file by name. Each begins with a line `-- name: NAME`.

    Raises:
        ValueError: two queries have the same name.
    """
    parts = _HEAD.split(text)
    names, bodies = parts[1::2], parts[2::2]
    if len(set(names)) < len(names):
        raise ValueError(f"queries share a name: {sorted(names)}")
    return {name: _without_comments(body) for name, body in zip(names, bodies, strict=True)}


def _without_comments(body: str) -> str:
    lines = (line for line in body.splitlines() if not line.startswith("--"))
    return "\n".join(lines).strip().removesuffix(";")


_FILES = ("queries.sql", "memory.sql", "study.sql", "desk.sql", "in_studies.sql")

QUERIES = parse_queries(
    "\n".join(resources.files(__package__).joinpath(name).read_text("utf-8") for name in _FILES)
)
