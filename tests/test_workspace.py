"""The stages on a real store: nothing is done twice, lost, or kept that should not be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from recenter.errors import InputError, ModelUnavailableError, UnreadableAnswerError
from recenter.models.scripted import ScriptedChat, ScriptedEmbedder
from recenter.provenance import Signature
from recenter.records import Conversation, Turn
from recenter.stages.extract import Extraction, FailedChunk, Finding, attribute_of
from recenter.stages.select_bm25 import Bm25Selector
from recenter.stages.verify import Both
from recenter.stages.verify_llm import LLMVerifier
from recenter.stages.verify_rules import RulesVerifier
from recenter.store import open_store
from recenter.text.locate import Span
from recenter.workspace import Reader, Workspace


class WholeTurns:
    """An extractor that takes each turn of a person as one statement, and can be told to fail."""

    name = "whole turns"

    def __init__(self, version: str = "1") -> None:
        self.signature = Signature(model=f"whole-turns-{version}")
        self.read: list[str] = []
        self.fails: dict[str, Exception] = {}

    def extract(self, person: str, conversations: Sequence[Conversation]) -> Extraction:
        self.read.append(person)
        if person in self.fails:
            raise self.fails.pop(person)
        return Extraction(
            attributes=tuple(
                attribute_of(person, conversation, self._finding(turn, n), self.signature)
                for conversation in conversations
                for n, turn in enumerate(conversation.turns)
                if turn.role == "user"
            )
        )

    def _finding(self, turn: Turn, number: int) -> Finding:
        text = f"The user {turn.text.removeprefix('I ')}s."
        spans = (Span(0, len(turn.text)),)
        return Finding(text=text, source="stated", confidence=0.9, turn=number, spans=spans)


def said(person: str, *texts: str) -> Conversation:
    turns = tuple(Turn(role="user", text=text) for text in texts)
    return Conversation(id=f"con_{person}", person=f"per_{person}", turns=turns, source="own")


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with open_store(f"sqlite:///{tmp_path / 'store.db'}") as store:
        yield Workspace(store, clock=lambda: "2026-01-01T00:00:00+00:00")


def texts(workspace: Workspace, person: str) -> set[str]:
    return {attribute.text for attribute in workspace.store.attributes(f"per_{person}")}


def reader(extractor: WholeTurns) -> Reader:
    return Reader(extractor, ScriptedEmbedder())


def test_only_what_changed_is_read_again(workspace: Workspace) -> None:
    extractor = WholeTurns()
    workspace.put_conversations([said("ada", "I bake"), said("bob", "I run")])
    assert workspace.extract(reader(extractor)).attributes == 2
    assert workspace.extract(reader(extractor)).unchanged == 2
    workspace.put_conversations([said("ada", "I bake", "I swim")])
    made = workspace.extract(reader(extractor))
    assert (made.people, made.unchanged) == (1, 1)
    assert sorted(extractor.read) == ["per_ada", "per_ada", "per_bob"]
    assert texts(workspace, "ada") == {"The user bakes.", "The user swims."}


def test_a_later_extractor_takes_the_place_and_the_earlier_one_can_take_it_back(
    workspace: Workspace,
) -> None:
    first, second = WholeTurns("1"), WholeTurns("2")
    workspace.put_conversations([said("ada", "I bake")])
    for extractor in (first, second, first):
        workspace.extract(reader(extractor))
        (attribute,) = workspace.store.attributes("per_ada")
        assert attribute.signature == reader(extractor).signature
    assert first.read == ["per_ada", "per_ada"]


def test_an_unreadable_answer_costs_one_person_until_the_next_run(workspace: Workspace) -> None:
    extractor = WholeTurns()
    extractor.fails["per_ada"] = UnreadableAnswerError("half a JSON.")
    workspace.put_conversations([said("ada", "I bake"), said("bob", "I run")])
    made = workspace.extract(reader(extractor))
    assert (made.people, made.failed, made.attributes) == (2, 1, 1)
    assert workspace.extract(reader(extractor)).failed == 0
    assert texts(workspace, "ada") == {"The user bakes."}


def test_what_was_read_in_part_does_not_take_the_place_of_what_was_read_whole(
    workspace: Workspace,
) -> None:
    class HalfRead(WholeTurns):
        def extract(self, person: str, conversations: Sequence[Conversation]) -> Extraction:
            failure = FailedChunk(conversation="con_ada", turns=(0, 0), error="half a JSON.")
            return Extraction(attributes=(), failures=(failure,))

    workspace.put_conversations([said("ada", "I bake")])
    workspace.extract(reader(WholeTurns("1")))
    assert workspace.extract(reader(HalfRead("2"))).failed == 1
    assert texts(workspace, "ada") == {"The user bakes."}


def test_an_endpoint_that_is_gone_stops_the_run_and_loses_nothing(workspace: Workspace) -> None:
    extractor = WholeTurns()
    extractor.fails["per_bob"] = ModelUnavailableError("gone.")
    workspace.put_conversations([said("ada", "I bake"), said("bob", "I run")])
    with pytest.raises(ModelUnavailableError):
        workspace.extract(reader(extractor))
    workspace.extract(reader(extractor))
    assert texts(workspace, "ada") == {"The user bakes."}
    assert texts(workspace, "bob") == {"The user runs."}


def test_an_unreadable_verdict_costs_one_attribute_until_the_next_run(
    workspace: Workspace,
) -> None:
    workspace.put_conversations([said("ada", "I bake", "I run")])
    workspace.extract(reader(WholeTurns()))
    yes = {"reason": "said so", "answer": "accept", "failure": "none"}
    gone = ModelUnavailableError("gone.")
    chat = ScriptedChat([UnreadableAnswerError("half a JSON."), yes, gone, yes])
    first = workspace.verify(LLMVerifier(chat))
    assert (first.answers, first.unread) == ({"accept": 1}, 1)
    with pytest.raises(ModelUnavailableError):
        workspace.verify(LLMVerifier(chat))
    last = workspace.verify(LLMVerifier(chat))
    assert (last.answers, last.known, last.unread) == ({"accept": 1}, 1, 0)


def test_only_those_who_were_asked_for_are_read(workspace: Workspace) -> None:
    extractor = WholeTurns()
    workspace.put_conversations([said("ada", "I bake"), said("bob", "I run")])
    extractor.fails = {f"per_{who}": ModelUnavailableError("gone.") for who in ("ada", "bob")}
    with pytest.raises(ModelUnavailableError):
        workspace.extract(reader(extractor))  # leaves both open
    extractor.fails, extractor.read = {}, []
    assert workspace.extract(reader(extractor), people=["per_bob"]).people == 1
    assert extractor.read == ["per_bob"]
    assert workspace.extract(reader(extractor)).people == 1


def test_verify_select_and_respond_keep_what_they_decide(workspace: Workspace) -> None:
    workspace.put_conversations([said("ada", "I bake", "I run")])
    workspace.extract(reader(WholeTurns()))
    query = workspace.query("per_ada", "What does somebody bake who bakes?")
    assert workspace.accepted("per_ada") == ()  # nobody has verified them yet
    verified = workspace.verify(RulesVerifier())
    assert verified.answers["accept"] == 2
    assert workspace.verify(RulesVerifier()).known == 2
    assert workspace.verify(Both((RulesVerifier(),))).known == 0  # another judge
    selection = workspace.select(query, Bm25Selector())
    reply = workspace.respond(query, selection, model=ScriptedChat(["Flatbread."]))
    assert reply.text == "Flatbread."
    assert [line.quotes for line in reply.receipt.used] == [("I bake",)]
    assert list(workspace.store.selections("per_ada")) == [selection]
    assert list(workspace.store.replies("per_ada")) == [reply]


def test_without_keeping_nothing_is_written(workspace: Workspace) -> None:
    workspace.put_conversations([said("ada", "I bake")])
    workspace.extract(reader(WholeTurns()))
    before = dict(workspace.store.counts())
    trial = Workspace(workspace.store, keep=False)
    trial.verify(RulesVerifier())
    query = trial.query("per_ada", "bread?")
    trial.respond(query, trial.select(query, Bm25Selector()), model=None)
    with trial.run("select", {}):
        pass
    assert dict(workspace.store.counts()) == before


def test_a_manifest_says_how_a_run_ended(workspace: Workspace) -> None:
    with workspace.run("extract", {"a": 1}) as told:
        told["counts"] = {"attributes": 3}
    with pytest.raises(ModelUnavailableError), workspace.run("verify", {}):
        raise ModelUnavailableError("gone.")
    with pytest.raises(KeyboardInterrupt), workspace.run("select", {}):
        raise KeyboardInterrupt
    runs = sorted(workspace.store.runs(), key=lambda run: run.command)
    assert [(run.command, run.outcome) for run in runs] == [
        ("extract", "done"),
        ("select", "interrupted"),
        ("verify", "ModelUnavailableError"),
    ]
    assert runs[0].counts == {"attributes": 3}


def test_strangers_and_the_forgotten_get_no_answer(workspace: Workspace) -> None:
    workspace.put_conversations([said("ada", "I bake")])
    with pytest.raises(InputError, match=r"'per_eve'.*per_ada"):
        workspace.query("per_eve", "hi")
    for stage in (
        lambda: workspace.extract(reader(WholeTurns()), people=["per_eve"]),
        lambda: workspace.verify(RulesVerifier(), people=["per_eve"]),
    ):
        with pytest.raises(InputError, match="'per_eve'"):
            stage()
    assert list(workspace.store.people()) == ["per_ada"]
    workspace.store.forget("per_ada")
    with pytest.raises(InputError, match="forgotten"):
        workspace.query("per_ada", "hi")
