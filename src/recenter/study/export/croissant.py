"""Metadata of a release as JSON-LD, after MLCommons' Croissant 1.0."""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from recenter.records import Record
from recenter.study.export.card import About
from recenter.study.export.folder import File
from recenter.study.export.tables import inside

NAME = "croissant.json"
_TYPES: dict[Any, str] = {
    str: "sc:Text",
    int: "sc:Integer",
    float: "sc:Float",
    bool: "sc:Boolean",
}
_MIME = {
    ".jsonl": "application/jsonlines",
    ".md": "text/markdown",
    ".parquet": "application/vnd.apache.parquet",
}
_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def croissant(
    about: About,
    *,
    name: str,
    day: date,
    consent: str,
    files: Sequence[File],
    tables: Mapping[str, type[Record]],
) -> dict[str, Any]:
    """Return the description of a dataset: its files with sums, and the columns of its tables.

    `tables` names the record by the path of each file of JSON lines.
    """
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": name,
        "description": f"{about.title}. {about.intro}",
        "license": about.licence,
        "version": f"{day.year}.{day.month}.{day.day}",
        "datePublished": day.isoformat(),
        "citeAs": f"{about.title} ({day.year})",
        "usageInfo": consent,
        "distribution": [_file(file) for file in files],
        "recordSet": [_records(path, kind) for path, kind in tables.items()],
    }


def _file(file: File) -> dict[str, Any]:
    suffix = file.name[file.name.rindex(".") :]
    return {
        "@type": "cr:FileObject",
        "@id": file.name,
        "name": file.name,
        "contentUrl": file.name,
        "contentSize": f"{file.bytes} B",
        "encodingFormat": _MIME.get(suffix, "application/octet-stream"),
        "sha256": file.sha256,
    }


def _records(path: str, kind: type[Record]) -> dict[str, Any]:
    name = path.removeprefix("data/").removesuffix(".jsonl")
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": (kind.__doc__ or "").splitlines()[0],
        "field": list(_fields(kind, name, path)),
    }


def _fields(kind: type[Record], parent: str, path: str) -> Iterator[dict[str, Any]]:
    for name, hint in typing.get_type_hints(kind).items():
        bare, _ = inside(hint)
        field: dict[str, Any] = {
            "@type": "cr:Field",
            "@id": f"{parent}/{name}",
            "name": name,
            "source": {"fileObject": {"@id": path}, "extract": {"column": name}},
        }
        if typing.get_origin(bare) is tuple:
            inner = typing.get_args(bare)[0]
            yield field | {"repeated": True, "subField": list(_below(inner, parent, name, path))}
        else:
            yield field | {"dataType": _TYPES[bare]}


def _below(
    kind: type[msgspec.Struct], parent: str, name: str, path: str
) -> Iterator[dict[str, Any]]:
    for below, hint in typing.get_type_hints(kind).items():
        yield {
            "@type": "cr:Field",
            "@id": f"{parent}/{name}/{below}",
            "name": below,
            "dataType": _TYPES[inside(hint)[0]],
            "source": {
                "fileObject": {"@id": path},
                "extract": {"column": name},
                "transform": {"jsonPath": below},
            },
        }
