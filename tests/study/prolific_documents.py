"""Prolific's published OpenAPI documents, and what an exchange does that they do not allow."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import msgspec
import yaml
from jsonschema import Draft202012Validator

# Answers that any HTTP service may give, and that the documents leave out.
UNDOCUMENTED = frozenset({401, 403, 404, 408, 409, 429, 500, 502, 503, 504})


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """One request and its answer, with JSON bodies where they are JSON."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    status: int
    answer: Any
    garbled: bool = False
    """The answer is bad on purpose."""


class Documents:
    """The documents of a folder. Strict: an object holds only fields that they name."""

    def __init__(self, folder: Path) -> None:
        self._operations: list[tuple[str, re.Pattern[str], dict[str, Any], dict[str, Any]]] = []
        for path in sorted(folder.glob("*.yml")):
            document = yaml.safe_load(path.read_text("utf-8"))
            if "openapi" not in document:
                continue
            components = closed(document.get("components", {}))
            for template, methods in document["paths"].items():
                pattern = re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template)))
                for method, operation in methods.items():
                    self._operations.append((method.upper(), pattern, operation, components))

    def violations(self, exchange: Exchange) -> list[str]:
        where = f"{exchange.method} {exchange.path}"
        fitting = [
            (operation, components)
            for method, pattern, operation, components in self._operations
            if method == exchange.method and pattern.fullmatch(exchange.path)
        ]
        if not fitting:
            return [f"{where} is not documented"]
        operation, components = fitting[0]
        found = [*request_faults(operation, components, exchange)]
        if not exchange.garbled:
            found += answer_faults(operation, components, exchange)
        return [f"{where}: {fault}" for fault in found]


def request_faults(
    operation: dict[str, Any], components: dict[str, Any], exchange: Exchange
) -> list[str]:
    found = []
    for place, given in (("query", exchange.query), ("header", exchange.headers)):
        known = {p["name"].lower(): p for p in operation.get("parameters", []) if p["in"] == place}
        values = {name.lower(): value for name, value in given.items()}
        found += [
            f"{place} lacks {name}"
            for name, p in known.items()
            if p.get("required") and name not in values
        ]
        if place == "query":
            found += [f"query has {name}" for name in values.keys() - known.keys()]
        for name in values.keys() & known.keys():
            schema = known[name]["schema"]
            value = values[name]
            plain: Any = int(value) if schema.get("type") == "integer" else value
            if schema.get("type") == "boolean":
                plain = {"true": True, "false": False}.get(value, value)
            found += faults(schema, components, plain, name)
    body = operation.get("requestBody")
    if body is None and exchange.body is not None:
        found.append("there is a body")
    if body is not None:
        schema = closed(body["content"]["application/json"]["schema"])
        found += faults(schema, components, exchange.body, "request")
    return found


def answer_faults(
    operation: dict[str, Any], components: dict[str, Any], exchange: Exchange
) -> list[str]:
    answer = operation["responses"].get(str(exchange.status))
    if answer is None:
        known = exchange.status in UNDOCUMENTED
        return [] if known else [f"{exchange.status} is not documented"]
    schema = closed(answer["content"]["application/json"]["schema"])
    return faults(schema, components, exchange.answer, "answer")


def faults(schema: dict[str, Any], components: dict[str, Any], value: Any, where: str) -> list[str]:
    whole = {**schema, "components": components}
    return [
        f"{where} {error.json_path}: {error.message[:300]}"
        for error in Draft202012Validator(whole).iter_errors(value)
    ]


def closed(schema: Any) -> Any:
    """The same schemas, with objects that hold nothing but what they name."""
    made = copy.deepcopy(schema)
    waiting = [made]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if part.get("type") == "object" and part.get("properties"):
                part.setdefault("additionalProperties", False)
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
    return made
