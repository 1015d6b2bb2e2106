"""Where a study stands, and its judgments as a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
from starlette.responses import Response, StreamingResponse

from recenter import formats
from recenter.study.ledger import reading, running
from recenter.study.ledger.desk import Desk, annotators, load_desk
from recenter.web.desk.progress import progress
from recenter.web.desk.staff import Asked

_CHUNK = 64_000


def overview(asked: Asked) -> Response:
    """Show how far each task is, who is there, what it took and cost, and whom the door refused."""
    desk = asked.desk
    people, rows = annotators(desk), reading.answers(desk)
    return asked.page(
        "overview",
        state=load_desk(desk.database, desk.id).state,
        progress=progress(desk.study, running.coverage(desk), people, rows),
        annotators=len(people),
        wanted=desk.study.annotators,
        answers=len(rows),
        refusals=running.refusals(desk),
    )


def export(asked: Asked) -> Response:
    """Send what the site's exporter makes; without one, the judgments as JSON lines."""
    make = asked.site.exporter
    pieces: Iterable[bytes] = _judgments(asked.desk) if make is None else make(asked.desk)
    kind, ending = ("application/x-ndjson", "jsonl") if make is None else ("application/zip", "zip")
    name = f"{asked.desk.id}-judgments.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(pieces, media_type=kind, headers=headers)


def _judgments(desk: Desk) -> Iterator[bytes]:
    """Yield a line for each answer that stands, with whether it counts and why it may not."""
    reasons = {
        who: reason for who, reason, _, _, undone in reading.exclusions(desk) if undone is None
    }
    lines, size = [], 0
    for row in reading.answers(desk):
        more = {"counts": row.counts, "left_out": reasons.get(row.annotator)}
        line = formats.encode(msgspec.structs.asdict(row) | more).encode() + b"\n"
        lines.append(line)
        size += len(line)
        if size >= _CHUNK:
            yield b"".join(lines)
            lines, size = [], 0
    yield b"".join(lines)
