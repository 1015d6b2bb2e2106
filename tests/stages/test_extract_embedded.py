from __future__ import annotations

import pytest

from recenter.errors import ModelError
from recenter.models.clause_model import load_clause_model
from recenter.models.embedded import Minilm
from recenter.records import Conversation
from recenter.stages.extract import Extractor
from recenter.stages.extract_embedded import EmbeddedExtractor
from tests.stages.makers import conversation

ANSWER = "Sure, here is what I would suggest. Tell me more about yourself?"


@pytest.fixture(scope="module")
def extractor() -> EmbeddedExtractor:
    return EmbeddedExtractor(Minilm())


def texts(extractor: Extractor, *said: Conversation) -> list[str]:
    return [attribute.text for attribute in extractor.extract("ada", said).attributes]


PLAIN = [
    ("hey, i live in Leeds and i work as a nurse. any ideas for dinner?",
     {"The user lives in Leeds.", "The user works as a nurse."}),
    ("I have two daughters and I'm allergic to nuts, what could we cook tonight?",
     {"The user has two daughters.", "The user is allergic to nuts."}),
    ("I love hiking. Which boots would you recommend?", {"The user loves hiking."}),
    ("I'm learning Japanese, how do I say good morning?", {"The user is learning Japanese."}),
    ("My wife is a teacher, what could I give her for her birthday?",
     {"The user's wife is a teacher."}),
    ("I don't like horror movies, can you recommend something else?",
     {"The user doesn't like horror movies."}),
]  # fmt: skip


@pytest.mark.parametrize(("said", "stated"), PLAIN)
def test_keeps_plain_statements_about_oneself(
    extractor: EmbeddedExtractor, said: str, stated: set[str]
) -> None:
    found = extractor.extract("ada", [conversation(said, ANSWER)])
    assert {attribute.text for attribute in found.attributes} == stated
    for attribute in found.attributes:
        (evidence,) = attribute.evidence
        assert said[evidence.start : evidence.end] == evidence.quote
        assert attribute.source == "stated"
        assert attribute.confidence >= load_clause_model().threshold


TRAPS = {
    "role-play": "Let's role-play. You are the innkeeper. I am a knight from the north and I have "
    "served my king for thirty years. I draw my sword and walk into the tavern.",
    "act as": "Please act as my deceased grandmother who would read me bedtime stories",
    "fiction": 'Write a story about a lighthouse keeper. It starts like this: "I live alone on '
    'a rock with forty cats. I am afraid of the sea."',
    "cover letter": "Rewrite this cover letter:\n\nDear hiring manager,\n\nI am a highly motivated "
    "marketing manager with five years of experience. I led a team of ten and increased sales by "
    "40%. I hold a degree in economics.\n\nKind regards",
    "translation": 'Translate to German: "I have three children and I live in Ohio."',
    "correction": "correct the grammar: I think tourism have many benefits. In addition, I believe "
    "people should travel more.",
    "third person": "My neighbour told me he is allergic to nuts. She works at a bank.",
    "one-off task": "I need a list of 20 slogans. I want the text in blue. I would like a table.",
    "complaint": "I hate this answer. I asked for three meals. I am tired of your lectures.",
    "hypothetical": "If I had a dog I would walk more. Imagine I am a millionaire.",
    "machine": "As an AI language model, I do not have feelings. I am trained on many texts.",
    "code": "```python\nmy_car = 1\n# I love python\n```",
    "question": "Am I a good writer? Do I live in Spain?",
    "assistant": "I want you to be short. I need you to stop.",
    "passing": "I just ate a sandwich. I am waiting for the bus. I have a question.",
}


@pytest.mark.parametrize("trap", TRAPS)
def test_takes_nothing_from_a_trap(extractor: EmbeddedExtractor, trap: str) -> None:
    assert texts(extractor, conversation(TRAPS[trap], ANSWER)) == []


def test_reads_nothing_but_the_persons_own_turns(extractor: EmbeddedExtractor) -> None:
    said = "I live in Leeds and I love hiking."
    spoken = conversation(said, said, said, roles=("assistant", "system", "tool"))
    assert extractor.extract("ada", [spoken]).attributes == ()
    assert extractor.extract("ada", []).attributes == ()


def test_counts_what_it_refuses(extractor: EmbeddedExtractor) -> None:
    found = extractor.extract(
        "ada", [conversation("I love it. Do I need this? I have a question.")]
    )
    assert found.attributes == ()
    assert found.dropped == {"below_threshold": 1, "question": 1, "unresolved_reference": 1}


def test_the_same_words_are_one_attribute_with_all_evidence(extractor: EmbeddedExtractor) -> None:
    said = "I love hiking. Which boots would you recommend?"
    found = extractor.extract("ada", [conversation(said, ANSWER, said)])
    (attribute,) = found.attributes
    assert [evidence.turn for evidence in attribute.evidence] == [0, 2]


def test_gives_the_same_alone_as_among_others(extractor: EmbeddedExtractor) -> None:
    said = [conversation(text, ANSWER) for text, _ in PLAIN]
    together = extractor.extract("ada", said).attributes
    alone = [a for each in said for a in extractor.extract("ada", [each]).attributes]
    assert [(a.text, a.confidence) for a in together] == [(a.text, a.confidence) for a in alone]
    assert extractor.extract("ada", said).attributes == together


def test_threshold_is_part_of_the_signature() -> None:
    strict, loose = (EmbeddedExtractor(Minilm(), threshold=t) for t in (0.999, 0.0))
    assert strict.signature != loose.signature
    said = conversation("I live in Leeds. I need ten slogans.")
    assert texts(strict, said) == []
    assert texts(loose, said) == ["The user lives in Leeds.", "The user needs ten slogans."]


def test_weights_of_other_features_are_refused() -> None:
    import msgspec

    other = msgspec.structs.replace(load_clause_model(), features=("one", "two"))
    with pytest.raises(ModelError, match="other features"):
        EmbeddedExtractor(Minilm(), model=other)
