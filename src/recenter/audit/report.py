"""An audit as Markdown, as data, and as a folder with its page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from recenter.audit.page import PAGE, Example, View, page
from recenter.audit.record import FAULTS, MEANINGS, Audit, Cleaned, Fault, Finding
from recenter.figures.markdown import inert

TEXT, DATA = "audit.md", "audit.json"
_EXAMPLES = 6
_LONGEST = 300


def write_audit(audit: Audit, clean: Cleaned, folder: Path, *, texts: bool, unread: int) -> None:
    """Write page, text and data into a folder.

    Args:
        clean: what a cleaned copy leaves out, or would.
        texts: whether the words of entries are shown; else their ids alone.
        unread: rows of the conversations that could not be read.
    """
    view = view_of(audit, clean, texts=texts, unread=unread)
    (folder / PAGE).write_text(page(view), "utf-8")
    (folder / TEXT).write_text(markdown(view), "utf-8")
    data = msgspec.json.encode(as_data(audit, view, texts=texts), order="deterministic")
    (folder / DATA).write_bytes(msgspec.json.format(data, indent=2) + b"\n")


def view_of(audit: Audit, clean: Cleaned, *, texts: bool, unread: int = 0) -> View:
    """Return what is shown of an audit, wherever it is shown."""
    export = audit.export
    reasons: dict[Fault, Counter[str]] = {fault: Counter() for fault in FAULTS}
    for finding in audit.findings:
        reasons[finding.fault][finding.reason] += 1
    topics = Counter(topic for finding in audit.findings for topic in finding.topics)
    return View(
        file=Path(export.document.file).name,
        format=export.format,
        entries=len(export.entries),
        clean=audit.clean,
        counts=audit.counts,
        checked=sum(audit.checked),
        reasons={fault: dict(found.most_common()) for fault, found in reasons.items()},
        topics=dict(topics.most_common()),
        examples={fault: tuple(_examples(audit, fault, texts=texts)) for fault in FAULTS},
        place="item" if export.document.shape == "json" else "line",
        left_out=export.left_out,
        as_of=audit.as_of,
        conversations=audit.conversations,
        unread=unread,
        embedder=audit.embedder,
        dropped=len(clean.dropped),
        dropped_for=clean.faults,
        texts=texts,
    )


def _examples(audit: Audit, fault: Fault, *, texts: bool) -> Iterator[Example]:
    """Yield some entries with a fault: of every reason one before a second of any."""
    seen: set[str] = set()
    queues: dict[str, list[Finding]] = {}
    for finding in audit.findings:
        text = audit.export.entries[finding.entry].text
        if finding.fault == fault and text not in seen:
            seen.add(text)
            queues.setdefault(finding.reason, []).append(finding)
    rounds = range(_EXAMPLES)
    picked = [queue[turn] for turn in rounds for queue in queues.values() if turn < len(queue)]
    for finding in picked[:_EXAMPLES]:
        entry = audit.export.entries[finding.entry]
        other = None if finding.other is None else audit.export.entries[finding.other]
        yield Example(
            id=entry.id,
            line=entry.line,
            reason=finding.reason,
            text=_short(entry.text) if texts else None,
            other=other.id if other is not None else None,
            other_text=_short(other.text) if texts and other is not None else None,
        )


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def as_data(audit: Audit, view: View, *, texts: bool) -> dict[str, Any]:
    """Return the figures, and every entry with which something is wrong."""
    dropped = _dropped(audit, view)
    return {
        "file": view.file,
        "format": view.format,
        "entries": view.entries,
        "clean": view.clean,
        "share_clean": view.share(view.clean),
        "faults": {
            fault: {
                "entries": count,
                "share": view.share(count),
                "reasons": view.reasons[fault],
                **({"checked": view.checked} if fault == "unsupported" else {}),
            }
            for fault, count in view.counts.items()
        },
        "sensitive_topics": view.topics,
        "left_out": view.left_out,
        "as_of": view.as_of,
        "conversations": view.conversations,
        "conversations_not_read": view.unread,
        "embedder": view.embedder,
        "dropped_for": view.dropped_for,
        "dropped": view.dropped,
        "flagged": [
            _flagged(audit, place, faults, texts=texts, dropped=place in dropped)
            for place, faults in enumerate(audit.faults)
            if faults
        ],
    }


def _dropped(audit: Audit, view: View) -> set[int]:
    return {one.entry for one in audit.findings if one.fault in view.dropped_for}


def _flagged(
    audit: Audit, place: int, faults: tuple[Finding, ...], *, texts: bool, dropped: bool
) -> dict[str, Any]:
    entries = audit.export.entries
    entry = entries[place]
    found = []
    for finding in faults:
        told: dict[str, Any] = {"fault": finding.fault, "reason": finding.reason}
        if finding.other is not None:
            told["other"] = entries[finding.other].id
        if finding.topics:
            told["topics"] = finding.topics
        found.append(told)
    held: dict[str, Any] = {"id": entry.id, "line": entry.line, "found": found, "drop": dropped}
    return held | {"text": entry.text} if texts else held


def markdown(view: View) -> str:
    """Return what is shown of an audit in Markdown."""
    lines = [
        f"# Audit of {inert(view.file)}",
        "",
        view.verdict,
        "",
        "| fault | what it means | entries | share |",
        "| --- | --- | ---: | ---: |",
    ]
    for fault, count in view.counts.items():
        told, share = view.told(fault, count)
        lines.append(f"| {fault} | {MEANINGS[fault]} | {told} | {share} |")
    lines += ["", *(f"- {one}" for one in view.facts), ""]
    for fault in FAULTS:
        if view.examples[fault]:
            lines += [f"## {fault}", "", *_counted(view.reasons[fault]), ""]
            lines += [*(_line(one, view.place) for one in view.examples[fault]), ""]
    lines += ["## What to keep in mind", "", *(f"- {one}" for one in view.limits)]
    return "\n".join(lines) + "\n"


def _counted(reasons: Mapping[str, int]) -> Iterator[str]:
    for reason, count in reasons.items():
        yield f"- {count:,} {reason}"


def _line(example: Example, counted: str) -> str:
    place = f"`{inert(example.id)}`, {counted} {example.line}"
    text = "" if example.text is None else f": {inert(example.text)}"
    other = "" if example.other is None else f"; the other is `{inert(example.other)}`"
    return f"- {place}{text} ({example.reason}{other})"
