"""Outright mentions: words, models and people side by side."""

from __future__ import annotations

from recenter.reports.judged import judged
from recenter.reports.material import Answer, Item, Material
from recenter.reports.mentions import PEOPLE, WORDS, mentions_section


def material(*, people: bool = True) -> Material:
    """Words see half of what people see; the model sees everything and a little more."""
    answers: list[Answer] = []
    items: dict[tuple[str, str], Item] = {}
    for number in range(80):
        truth = number % 4 < 2
        name = str(number)
        items["g", name] = Item(person=f"p{number % 8}", mentions=number % 4 == 0)
        said = {"gpt": truth or number < 8} | ({"rater": truth} if people else {})
        for judge, value in said.items():
            answers.append(
                Answer(
                    question="mentions",
                    group="g",
                    item=name,
                    judge=judge,
                    kind="model" if judge == "gpt" else "person",
                    value=float(value),
                )
            )
    return Material(answers=tuple(answers), items=items)


def test_words_and_models_are_held_to_people() -> None:
    found = mentions_section(judged(material(), "g", "mentions"), seed=0)
    assert found is not None
    shares = {line.name: line.figures[0] for line in found.tables[0].lines}
    assert [one.value for one in shares.values() if one] == [0.5, 0.55, 0.25]
    assert list(shares) == [PEOPLE, "gpt", WORDS]
    against = {line.name: line.figures for line in found.tables[1].lines}
    recall = found.tables[1].columns.index("recall")
    assert [f[recall].value for f in against.values() if f[recall]] == [1, 0.5]  # type: ignore[union-attr]
    assert found.pictures[0].alt.startswith("Cohen's kappa on mentions: people and gpt 0.90")
    assert found.verdict.startswith("Told by people, a reply names 50 %")


def test_without_people_models_and_words_are_held_to_each_other() -> None:
    found = mentions_section(judged(material(people=False), "g", "mentions"), seed=0)
    assert found is not None
    assert [table.title for table in found.tables] == [
        "How often a reply names an attribute outright"
    ]
    assert "Told by gpt" in found.verdict


def test_words_alone_are_no_section() -> None:
    whole = material()
    blank = tuple(
        Answer(
            question=a.question,
            group=a.group,
            item=a.item,
            judge=a.judge,
            kind="person",
            value=None,
        )
        for a in whole.answers
        if a.kind == "person"
    )
    found = judged(Material(answers=blank, items=whole.items), "g", "mentions")
    assert mentions_section(found, seed=0) is None


def test_attributes_that_bring_no_word_of_their_own_are_not_told_from_words() -> None:
    whole = material()
    items = {key: Item(person=item.person) for key, item in whole.items.items()}
    of = judged(Material(answers=whole.answers, items=items), "g", "mentions")
    found = mentions_section(of, seed=0)
    assert found is not None
    assert found.tables[0].lines[-1].figures == (None,)
