"""From what a model wrote to data that satisfies a schema, or to a clear refusal."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NoReturn

from recenter.errors import ConfigError, UnreadableAnswerError
from recenter.provenance import digest

_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "number": (int, float),
    "integer": int,
    "boolean": bool,
    "null": type(None),
}
_THOUGHT = re.compile(r"\A\s*<think>.*?(?:</think>|\Z)", re.DOTALL)
_SHOWN = 200


def read_answer(text: str, schema: Mapping[str, Any], *, shown: Iterable[str] = ()) -> Any:
    """Return the one JSON value in the text, perhaps amid prose or fences, that fits the schema.

    Half a value is never completed, and no part of a broken one is taken for the whole; a thought
    that does not end holds no answer, and a value with a key twice is broken. What stands amid
    prose and also in a text that the model was `shown` is a quotation, such as of a message that
    asks for a certain answer.

    Raises:
        UnreadableAnswerError: there is none, or there are two that differ.
        ConfigError: the schema uses what `violation` does not check.
    """
    check_schema(schema)
    found: list[Any] = []
    reason = "it holds no JSON"
    for value, quoted in _values(_THOUGHT.sub("", text), list(shown)):
        wrong = violation(value, schema)
        if wrong is not None:
            reason = wrong
        elif quoted:
            reason = "it only quotes what was asked"
        elif value not in found:
            found.append(value)
    if len(found) == 1:
        return found[0]
    if found:
        reason = "it holds two different answers"
    raise UnreadableAnswerError(f"the answer cannot be read: {reason} ({size_of(text)}).")


def size_of(text: str) -> str:
    """Return what may be told of a model's words, which may be those of a person."""
    return f"{len(text)} characters, digest {digest(text)}"


def _values(text: str, shown: Sequence[str]) -> Iterator[tuple[Any, bool]]:
    """Yield the JSON values of a text, and whether they are quoted from what was shown: the text
    itself, which never is, or each object and array that stands in it.
    """
    decoder = json.JSONDecoder(parse_constant=_refuse, object_pairs_hook=_without_repeats)
    try:
        yield decoder.decode(text), False
        return
    except (ValueError, RecursionError):
        pass
    start = 0
    while (opening := re.compile(r"[\[{]").search(text, start)) is not None:
        try:
            value, start = decoder.raw_decode(text, opening.start())
            raw = text[opening.start() : start]
            yield value, any(raw in one for one in shown)
        except RecursionError:
            return
        except ValueError as error:
            # `{name}` and `[see below]` are prose. What begins as JSON and then breaks is the
            # answer, broken: its inner parts are not answers.
            first = re.compile(r"\S").search(text, opening.end())
            if first is None or getattr(error, "pos", -1) != first.start():
                return
            start = opening.end()


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("a key stands there twice")
    return value


def check_schema(schema: Mapping[str, Any]) -> None:
    """Raise ConfigError where a schema has a keyword that `violation` does not check."""
    for keyword, rule in schema.items():
        if keyword not in _CHECKS:
            raise ConfigError(
                f"{keyword!r} in an answer's schema is not supported.",
                cure=f"Use {', '.join(_CHECKS)}.",
            )
        for part in _inner(keyword, rule):
            check_schema(part)


def _inner(keyword: str, rule: Any) -> Iterable[Mapping[str, Any]]:
    if keyword == "properties":
        return list(rule.values())
    if keyword == "anyOf":
        return list(rule)
    nested = keyword in ("items", "additionalProperties") and isinstance(rule, Mapping)
    return [rule] if nested else []


def violation(value: Any, schema: Mapping[str, Any], path: str = "answer") -> str | None:
    """Return what is wrong with a value under a JSON schema, or None; none of its texts is quoted.

    Checked: type, enum, const, anyOf, properties, required, additionalProperties, items,
    minItems, maxItems, minLength, maxLength, minimum, maximum; `title` and `description` say
    nothing to check. `check_schema` refuses what has others.
    """
    for keyword, rule in schema.items():
        wrong = _CHECKS[keyword](value, rule, path, schema)
        if wrong is not None:
            return wrong
    return None


_Check = Callable[[Any, Any, str, Mapping[str, Any]], str | None]


def _is(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    if isinstance(value, float) and not math.isfinite(value):
        return False  # `1e999` is JSON, and no number that can be written again.
    return isinstance(value, _TYPES[name])


def _type(value: Any, rule: Any, path: str, _: Mapping[str, Any]) -> str | None:
    names = [rule] if isinstance(rule, str) else rule
    if any(_is(value, name) for name in names):
        return None
    return f"{path} is {_show(value)}, expected {' or '.join(names)}"


def _enum(value: Any, rule: Any, path: str, _: Mapping[str, Any]) -> str | None:
    if any(value == each and isinstance(value, bool) == isinstance(each, bool) for each in rule):
        return None
    return (
        f"{path} is {_show(value)}, expected one of {json.dumps(rule, ensure_ascii=False)[:_SHOWN]}"
    )


def _const(value: Any, rule: Any, path: str, schema: Mapping[str, Any]) -> str | None:
    return _enum(value, [rule], path, schema)


def _any_of(value: Any, rule: Any, path: str, _: Mapping[str, Any]) -> str | None:
    wrongs = [violation(value, each, path) for each in rule]
    return None if None in wrongs else wrongs[0]


def _properties(value: Any, rule: Any, path: str, _: Mapping[str, Any]) -> str | None:
    if not isinstance(value, dict):
        return None
    checked = (violation(value[k], s, f"{path}.{k}") for k, s in rule.items() if k in value)
    return next((wrong for wrong in checked if wrong is not None), None)


def _required(value: Any, rule: Any, path: str, _: Mapping[str, Any]) -> str | None:
    missing = [key for key in rule if isinstance(value, dict) and key not in value]
    return f"{path} lacks {', '.join(missing)}" if missing else None


def _additional(value: Any, rule: Any, path: str, schema: Mapping[str, Any]) -> str | None:
    if not isinstance(value, dict) or rule is True:
        return None
    extra = [key for key in value if key not in schema.get("properties", {})]
    if rule is False:
        return f"{path} has {len(extra)} unknown keys" if extra else None
    checked = (violation(value[key], rule, f"{path}[...]") for key in extra)
    return next((wrong for wrong in checked if wrong is not None), None)


def _items(value: Any, rule: Any, path: str, _: Mapping[str, Any]) -> str | None:
    if not isinstance(value, list):
        return None
    checked = (violation(item, rule, f"{path}[{n}]") for n, item in enumerate(value))
    return next((wrong for wrong in checked if wrong is not None), None)


def _bound(kind: Any, *, length: bool, low: bool) -> _Check:
    def check(value: Any, rule: Any, path: str, _: Mapping[str, Any]) -> str | None:
        if not isinstance(value, kind) or isinstance(value, bool):
            return None
        size = len(value) if length else value
        if (size >= rule) if low else (size <= rule):
            return None
        return f"{path} is {_show(value)}, expected at {'least' if low else 'most'} {rule}"

    return check


def _nothing(_value: Any, _rule: Any, _path: str, _schema: Mapping[str, Any]) -> str | None:
    return None


def _show(value: Any) -> str:
    if isinstance(value, str):
        return f"a text of {len(value)} characters"
    if isinstance(value, dict | list):
        return f"{'an object' if isinstance(value, dict) else 'a list'} of {len(value)}"
    return json.dumps(value)[:_SHOWN]


_CHECKS: dict[str, _Check] = {
    "type": _type,
    "enum": _enum,
    "const": _const,
    "anyOf": _any_of,
    "properties": _properties,
    "required": _required,
    "additionalProperties": _additional,
    "items": _items,
    "minItems": _bound(list, length=True, low=True),
    "maxItems": _bound(list, length=True, low=False),
    "minLength": _bound(str, length=True, low=True),
    "maxLength": _bound(str, length=True, low=False),
    "minimum": _bound((int, float), length=False, low=True),
    "maximum": _bound((int, float), length=False, low=False),
    "title": _nothing,
    "description": _nothing,
}
