"""YAML into records, with errors that name the line.

Scalars stay text until the record says what they are, so that a country code `no` is not false and
a completion code `0123` not a number.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
import yaml

from recenter.errors import InputError
from recenter.study.allowed import refused

T = TypeVar("T")
Lines = Mapping[str, int]

_DEEPEST = 20
_NULLS = ("", "~", "null")


def read_lined(text: str, kind: type[T], *, file: str) -> tuple[T, Lines]:
    """Return the record in a YAML text, and the line of each of its fields by path.

    A path is written as in `tasks[0].overlap`; lines count from 1.

    Raises:
        InputError: the text is not YAML, a key stands twice, an alias is used, or the record's
            fields are not what stands there; names file, line and field.
    """
    lines: dict[str, int] = {}
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        _refuse_aliases(text, file)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise InputError(
            f"not YAML: {error.problem or error.context}.",
            file=file,
            line=None if mark is None else mark.line + 1,
        ) from None
    except yaml.YAMLError as error:
        raise InputError(f"not YAML: {str(error).splitlines()[0]}.", file=file) from None
    except RecursionError:
        raise InputError("nested too deeply to be read.", file=file) from None
    if node is None:
        raise InputError("the file is empty.", file=file)
    value = _value(node, "", lines, file, 0)
    try:
        return msgspec.convert(value, kind, strict=False), lines
    except msgspec.ValidationError as error:
        why = refused(error, kind, value)
        raise InputError(
            why.reason,
            file=file,
            line=line_of(why.path, lines),
            field=why.path or None,
            cure=why.cure,
        ) from None


def line_of(path: str, lines: Lines) -> int | None:
    """Return the line of a field, or of the nearest part around it that has one."""
    while path and path not in lines:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return lines.get(path)


def _value(node: yaml.Node, path: str, lines: dict[str, int], file: str, depth: int) -> Any:
    lines.setdefault(path, node.start_mark.line + 1)
    if depth > _DEEPEST:
        raise InputError("nested too deeply.", file=file, line=lines[path], field=path)
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key, child in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise InputError("a name has to be plain text.", file=file, line=line)
            below = f"{path}.{key.value}".lstrip(".")
            if key.value in found:
                raise InputError("stands here a second time.", file=file, line=line, field=below)
            lines[below] = line
            found[key.value] = _value(child, below, lines, file, depth + 1)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [
            _value(child, f"{path}[{place}]", lines, file, depth + 1)
            for place, child in enumerate(node.value)
        ]
    plain = isinstance(node, yaml.ScalarNode) and node.style is None
    return None if plain and node.value in _NULLS else node.value


def _refuse_aliases(text: str, file: str) -> None:
    """A few aliases of aliases write a text of gigabytes."""
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        if isinstance(token, yaml.AliasToken):
            raise InputError(
                f"the alias *{token.value} cannot be used here.",
                file=file,
                line=token.start_mark.line + 1,
                cure="Write the value out.",
            )
