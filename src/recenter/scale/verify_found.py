"""`verify` over what `extract` wrote: each attribute with all its evidence, a person at a time."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from recenter.batch.contract import Result, Row
from recenter.errors import InputError, RecenterError
from recenter.formats import convert
from recenter.models.calls import is_of_one_request, parallel_try
from recenter.provenance import Signature
from recenter.records import Attribute, Conversation, Judgment, Turn
from recenter.scale.found import AnsweredRow, found_in
from recenter.stages.verify import Verifier


class _Row(AnsweredRow, frozen=True):
    session: str | int | None = None
    # Read whole, and not for its time alone.
    turns: Sequence[Turn] = ()  # type: ignore[assignment]


class VerifyFound:
    """Adds `id`, `probability`, `verdict` and `failure` to each of a row's `attributes`."""

    def __init__(self, verifier: Verifier, signature: Signature, *, workers: int = 1) -> None:
        """`signature` is that of the extractor, by which attributes have the ids of the store."""
        self._verifier = verifier
        self._signature = signature
        self._workers = workers

    def __call__(self, rows: Sequence[Row]) -> list[Result]:
        """Return each row with its attributes judged, or its error; they are of one person."""
        read: dict[int, _Row] = {}
        results: dict[int, Result] = {}
        for number, row in enumerate(rows):
            try:
                read[number] = _read(row, number)
            except InputError as error:
                results[number] = error
        if read:
            verdicts = self._verdicts(list(read.values()))
            results |= {number: _answered(rows[number], verdicts) for number in read}
        return [results[number] for number in range(len(rows))]

    def _verdicts(self, rows: Sequence[_Row]) -> dict[object, Row | RecenterError]:
        # Two rows may have one id, such as an older and a newer export of a conversation.
        apart = [
            msgspec.structs.replace(row, id=f"{row.id} {place}") for place, row in enumerate(rows)
        ]
        held = {row.id: _conversation(row) for row in apart}
        # Both in one order: ids are by the rows' own ids, as in the store.
        ids = [attribute.id for attribute in found_in(rows, self._signature).attributes]
        found = [
            msgspec.structs.replace(attribute, id=id)
            for id, attribute in zip(ids, found_in(apart, self._signature).attributes, strict=True)
        ]

        def verify(attribute: Attribute) -> Judgment:
            cited = dict.fromkeys(evidence.conversation for evidence in attribute.evidence)
            return self._verifier.verify(attribute, [held[id] for id in cited])

        made: dict[object, Row | RecenterError] = {}
        judged = parallel_try(verify, found, workers=self._workers)
        for attribute, judgment in zip(found, judged, strict=True):
            if isinstance(judgment, Judgment):
                made[attribute.text, attribute.source, attribute.confidence] = {
                    "id": attribute.id,
                    "probability": judgment.probability,
                    "verdict": judgment.answer,
                    "failure": judgment.failure,
                }
            elif isinstance(judgment, InputError) or is_of_one_request(judgment):
                made[attribute.text, attribute.source, attribute.confidence] = judgment
            else:
                raise judgment
        return made


def _read(row: Row, number: int) -> _Row:
    read = convert(row, _Row)
    if read.id is not None:
        return read
    # Rows of `extract --batch` may have a session instead.
    return msgspec.structs.replace(read, id=f"{number} {read.session}")


def _conversation(row: _Row) -> Conversation:
    return Conversation(
        id=str(row.id), person=str(row.person), turns=tuple(row.turns), source="batch"
    )


def _answered(row: Row, verdicts: dict[object, Row | RecenterError]) -> Result:
    attributes = []
    for item in row["attributes"]:
        verdict = verdicts[item["text"], item["source"], item["confidence"]]
        if isinstance(verdict, RecenterError):
            return verdict
        attributes.append(item | verdict)
    return row | {"attributes": attributes}
