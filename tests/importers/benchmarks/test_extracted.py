"""What an extractor is shown of a benchmark: what its people said, and nothing planted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from recenter.models.base import ChatRequest
from recenter.models.scripted import ScriptedChat, ScriptedEmbedder
from recenter.stages.extract_llm import LLMExtractor
from recenter.store import open_store
from recenter.workspace import Reader, Workspace
from tests.importers.benchmarks.rows import LOCOMO, ROWS, both, rows_of, talks, told


def test_no_request_holds_what_was_planted(tmp_path: Path) -> None:
    def nothing(_request: ChatRequest) -> dict[str, Any]:
        return {"attributes": []}

    model = ScriptedChat(nothing)
    with open_store(str(tmp_path / "store.db")) as store:
        for _, row in ROWS.values():
            rows = rows_of(tmp_path, row)
            store.put_conversations(talks(rows))
            store.put_references(told(rows))
        assert {one.source for one in store.references()} == {name for name, _ in ROWS.values()}
        made = Workspace(store).extract(Reader(LLMExtractor(model), ScriptedEmbedder()))
        assert made.failed == 0
    asked = [message.content for request in model.requests for message in request.messages]
    assert "I bought a third hive." in str(asked)
    assert "GOLD" not in str(asked)


def test_the_other_speakers_words_are_no_evidence(tmp_path: Path) -> None:
    claim = {
        "text": "The person has two hives.",
        "source": "stated",
        "confidence": 0.9,
        "reason": "so",
        "quote": "I have two hives",
    }
    model = ScriptedChat([{"attributes": [claim | {"turn": 1}]}] * 3)
    found = {}
    rows = rows_of(tmp_path, LOCOMO)
    for talk in talks(rows)[:2]:
        made = LLMExtractor(model).extract(talk.person, [talk])
        found[talk.person] = [attribute.text for attribute in made.attributes]
    maud, theo = (talk.person for talk in talks(rows)[:2])
    assert found == {maud: [], theo: ["The person has two hives."]}
    assert {one.person for one in both(rows)} == {maud, theo}
