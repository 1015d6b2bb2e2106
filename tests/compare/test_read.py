"""Reading a corpus: what is found, what goes on after a stop, who is read by which model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from recenter.compare.folds import FILE, Readers, alone, load_folds
from recenter.compare.read import Reading, read_corpus
from recenter.errors import InputError, ModelError, ModelUnavailableError, UnreadableAnswerError
from recenter.models.embedded import Minilm
from recenter.progress import Silent
from recenter.provenance import Signature
from recenter.records import Attribute, Conversation, Judgment
from recenter.stages.extract import Extraction, FailedChunk
from tests.compare.made import Literal, Wary, planted, talk

EMBEDDER = Minilm()
TALKS = [
    talk("a", "I like tea", "I guess I like rain"),
    talk("b", "I own two goats"),
    talk("a", "I sing in a choir"),
    talk("c", "What is salt?"),
]


def reading(extractor: Literal) -> Reading:
    return Reading(alone(extractor, Wary()), EMBEDDER)


class Failing(Literal):
    """Breaks down at one person: once, as an endpoint does, or by an answer that is none."""

    def __init__(self, at: str, error: Exception) -> None:
        super().__init__()
        self._at, self._error = at, error

    def extract(self, person: str, conversations: Sequence[Conversation]) -> Extraction:
        if person == self._at:
            raise self._error
        return super().extract(person, conversations)


def test_a_corpus_holds_what_was_found_of_each_person_once(tmp_path: Path) -> None:
    said = [planted(person, "Likes tea.") for person in ("a", "a", "nobody")]
    made = read_corpus(
        "real", TALKS, reading(Literal()), work=tmp_path, planted=said, progress=Silent()
    )
    assert made.people == ("a", "b", "c")
    assert sorted(one.text for one in made.attributes) == [
        "I guess I like rain",
        "I like tea",
        "I own two goats",
        "I sing in a choir",
    ]
    answers = {one.text: made.judgments[one.id].answer for one in made.attributes}
    assert answers["I guess I like rain"] == "reject"
    assert answers["I like tea"] == "accept"
    assert [one.person for one in made.planted] == ["a"]
    assert (made.unread, made.file.rows) == (0, 4)
    assert tmp_path.stat().st_mode & 0o077 == 0


def test_a_stopped_reading_goes_on_and_a_finished_one_is_not_done_again(tmp_path: Path) -> None:
    broken = Failing("b", ModelUnavailableError("no endpoint"))
    with pytest.raises(ModelUnavailableError):
        read_corpus("real", TALKS, reading(broken), work=tmp_path, progress=Silent())
    assert broken.read == ["a"]
    whole = Literal()
    first = read_corpus("real", TALKS, reading(whole), work=tmp_path, progress=Silent())
    assert whole.read == ["b", "c"]
    again = Literal()
    second = read_corpus("real", TALKS, reading(again), work=tmp_path, progress=Silent())
    assert again.read == []
    assert second == first


def test_other_conversations_or_models_are_read_anew(tmp_path: Path) -> None:
    read_corpus("real", TALKS, reading(Literal()), work=tmp_path, progress=Silent())
    fewer = Literal()
    read_corpus("real", TALKS[:2], reading(fewer), work=tmp_path, progress=Silent())
    assert fewer.read == ["a", "b"]
    other = Literal()
    other.signature = Signature(model="other")
    read_corpus("real", TALKS, reading(other), work=tmp_path, progress=Silent())
    assert other.read == ["a", "b", "c"]


def test_what_could_not_be_read_is_counted_and_in_no_figure(tmp_path: Path) -> None:
    unread = Failing("a", UnreadableAnswerError("not JSON"))
    made = read_corpus("real", TALKS, reading(unread), work=tmp_path, progress=Silent())
    assert made.unread == 2
    assert made.people == ("b", "c")


def test_a_part_that_failed_costs_its_conversation_alone(tmp_path: Path) -> None:
    class Half(Literal):
        def extract(self, person: str, conversations: Sequence[Conversation]) -> Extraction:
            found = super().extract(person, conversations[1:])
            failed = FailedChunk(conversation=conversations[0].id, turns=(0, 1), error="no JSON")
            return msgspec.structs.replace(found, failures=(failed,))

    made = read_corpus("real", TALKS, reading(Half()), work=tmp_path, progress=Silent())
    assert made.unread == 3
    assert [one.text for one in made.attributes] == ["I sing in a choir"]


def test_a_verdict_that_could_not_be_read_costs_its_attribute_alone(tmp_path: Path) -> None:
    class Mute(Wary):
        def verify(self, attribute: Attribute, conversations: Sequence[Conversation]) -> Judgment:
            if "tea" in attribute.text:
                raise UnreadableAnswerError("not JSON")
            return super().verify(attribute, conversations)

    how = Reading(alone(Literal(), Mute()), EMBEDDER)
    made = read_corpus("real", TALKS, how, work=tmp_path, progress=Silent())
    assert (len(made.attributes), len(made.judgments), made.unread) == (4, 3, 0)


def test_an_empty_corpus_holds_nothing(tmp_path: Path) -> None:
    made = read_corpus("none", [], reading(Literal()), work=tmp_path, progress=Silent())
    assert (made.talks, made.attributes) == ((), ())


def test_a_person_is_read_by_the_fold_that_never_saw_them_and_others_are_spread() -> None:
    pair = [Literal(), Literal()]
    folds = Readers(
        extractors=tuple(pair),
        verifiers=(Wary(), Wary()),
        conversations={TALKS[0].content: 1, TALKS[1].content: 0},
    )
    assert folds.of("a", [TALKS[0]])[0] is pair[1]
    assert folds.of("b", [TALKS[1]])[0] is pair[0]
    spread = {id(folds.of(f"p{i}", [talk(f"p{i}", "Hi")])[0]) for i in range(40)}
    assert len(spread) == 2
    with pytest.raises(InputError, match=r"folds \[0, 1\]"):
        folds.of("a", TALKS[:2])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "cannot be read"),
        (b"{}", "does not describe folds"),
        (b'{"folds":2,"conversations":{"x":2}}', "outside of 0 to 1"),
        (b'{"folds":1,"conversations":{}}', "extractor-0.npz"),
    ],
)
def test_a_folder_without_its_folds_is_refused(
    tmp_path: Path, text: bytes | None, said: str
) -> None:
    if text is not None:
        (tmp_path / FILE).write_bytes(text)
    with pytest.raises(ModelError, match=said):
        load_folds(tmp_path, EMBEDDER)
