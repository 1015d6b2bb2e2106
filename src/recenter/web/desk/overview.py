"""Where a study stands, and its judgments as a file."""

from __future__ import annotations

from collections.abc import Iterator

from starlette.responses import Response, StreamingResponse

from recenter import formats
from recenter.study.export.judgments import judgment_rows
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
        progress=progress(
            desk.study, running.coverage(desk), people, rows, reading.active_seconds(desk)
        ),
        annotators=len(people),
        wanted=desk.study.annotators,
        answers=len(rows),
        counted=sum(row.counts for row in rows),
        refusals=running.refusals(desk),
    )


def export(asked: Asked) -> Response:
    """Send every answer as it stands, one typed row a line: see docs/reference/study-export.md."""
    headers = {"Content-Disposition": f'attachment; filename="{asked.desk.id}-judgments.jsonl"'}
    return StreamingResponse(_lines(asked.desk), media_type="application/x-ndjson", headers=headers)


def _lines(desk: Desk) -> Iterator[bytes]:
    lines, size = [], 0
    for row in judgment_rows(desk):
        lines.append(formats.encode(row).encode() + b"\n")
        size += len(lines[-1])
        if size >= _CHUNK:
            yield b"".join(lines)
            lines, size = [], 0
    yield b"".join(lines)
