"""What people said was relevant, read from files of answers and from exports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from recenter.cli.main import main
from recenter.errors import InputError
from recenter.records import Judge, Judgment, Query, Record, Subject
from recenter.store import open_store
from recenter.train.examples import Item, Labelled, read_relevant
from tests.stages.makers import attribute, conversation

PEOPLE: dict[str, Any] = {
    "pair": "u-p",
    "user": "u",
    "prompt": "Soup?",
    "origin": "task6",
    "split": "dev",
    "attributes": [
        {"id": "a", "text": "Likes lentils.", "relevant": True},
        {"id": "b", "text": "Has a cat.", "relevant": False},
        {"id": "c", "text": "Cooks.", "relevant": None},
    ],
}
OF = Labelled(
    "u-p",
    "u",
    "Soup?",
    (
        Item("Likes lentils.", True, None),
        Item("Has a cat.", False, None),
        Item("Cooks.", None, None),
    ),
    "task6",
)


def model(name: str, **said: bool | None) -> dict[str, Any]:
    listed = [{"id": key, "text": "", "relevant": value} for key, value in said.items()]
    return {"pair": "u-p", "model": name, "attributes": listed}


def file(folder: Path, *rows: Any, name: str = "rows.jsonl") -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def exported(kind: str, made: Record) -> dict[str, Any]:
    return {"kind": kind, "record": msgspec.to_builtins(made)}


def judgment(
    about: str, answer: str, *, judge: str = "rater", kind: str = "person", of: str = "relevant"
) -> Judgment:
    return Judgment(
        id=f"{about}{answer}{judge}{of}",
        question=of,
        subject=Subject(attribute=about, query="q"),
        judge=Judge(kind=kind, name=judge),  # type: ignore[arg-type]
        answer=answer,
        person="ada",
    )


ASKED = Query(id="q", person="ada", prompt="Soup?")
KNOWN = {
    name: attribute(text, id=name)
    for name, text in (("l", "Likes lentils."), ("c", "Has a cat."), ("k", "Cooks."))
}


def test_rows_of_people_are_read_and_nothing_else_of_them(tmp_path: Path) -> None:
    assert read_relevant([file(tmp_path, PEOPLE)]) == (OF,)


def test_models_are_read_beside_people_wherever_they_stand(tmp_path: Path) -> None:
    rows = (model("m", a=True, b=False), model("n", a=False, b=False, c=None))
    before = file(tmp_path, *rows, model("m", z=True), name="models.jsonl")
    for paths in ([before, file(tmp_path, PEOPLE)], [file(tmp_path, PEOPLE), before]):
        (found,) = read_relevant(paths)
        assert [item.models for item in found.items] == [0.5, 0.0, None]
        assert [item.relevant for item in found.items] == [True, False, None]


def test_a_row_with_a_user_is_peoples_whatever_model_it_names(tmp_path: Path) -> None:
    assert read_relevant([file(tmp_path, PEOPLE | {"model": "the one that wrote the prompt"})]) == (
        OF,
    )


def test_what_models_said_of_a_pair_that_is_nowhere_is_named_by_its_first_place(
    tmp_path: Path,
) -> None:
    rows = (model("m", a=True), *(model("m", a=True) | {"pair": "u-q"} for _ in range(2)))
    path = file(tmp_path, *rows, PEOPLE)
    with pytest.raises(InputError, match=r"line 2: pair: no row of people has the pair 'u-q'"):
        read_relevant([path])


def test_models_alone_are_nobodys_answers(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no answer of a person"):
        read_relevant([file(tmp_path, model("m", a=True))])


def test_an_export_gives_the_majority_of_people(tmp_path: Path) -> None:
    said = [
        judgment("l", "yes", judge="one"),
        judgment("l", "yes", judge="two"),
        judgment("l", "no", judge="three"),
        judgment("c", "no"),
        judgment("k", "yes", judge="one"),
        judgment("k", "no", judge="two"),
        judgment("c", "yes", kind="model", judge="gpt"),
        judgment("c", "necessary_explicit", of="relevant_five"),
    ]
    rows = [
        *(exported("judgment", one) for one in said),
        *(exported("attribute", one) for one in list(KNOWN.values())[:2]),
        exported("retired attribute", KNOWN["k"]),
        exported("query", ASKED),
        exported("query", Query(id="other", person="ada", prompt="Not asked about")),
        exported("conversation", conversation("I like lentils")),
    ]
    (found,) = read_relevant([file(tmp_path, *rows)])
    assert (found.pair, found.person, found.prompt) == ("q", "ada", "Soup?")
    assert {item.text: item.relevant for item in found.items} == {
        "Likes lentils.": True,
        "Has a cat.": False,
        "Cooks.": None,
    }
    twice = file(tmp_path, *rows, name="again.jsonl")
    assert read_relevant([twice, file(tmp_path, *rows)]) == (found,)


def test_what_the_command_exports_is_read(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with open_store(url) as store:
        store.put_conversations([conversation("I like lentils")])
        known = attribute("Likes lentils.", id="l", quote="I like lentils")
        store.put_attributes("ada", [known], signature=known.signature)
        store.put_query(ASKED)
        store.put_judgments([judgment("l", "yes")])
    out = tmp_path / "out.jsonl"
    result = CliRunner().invoke(main, ["export", "--store", url, "--output", str(out)])
    assert result.exit_code == 0, result.output
    (found,) = read_relevant([out])
    assert found.items == (Item("Likes lentils.", True, None),)


def test_blank_lines_and_pairs_without_attributes_are_passed_over(tmp_path: Path) -> None:
    path = file(tmp_path, PEOPLE, PEOPLE | {"pair": "none", "attributes": []})
    path.write_text("\n" + path.read_text() + "  \n")
    assert read_relevant([path]) == (OF,)


BROKEN = [
    (PEOPLE | {"prompt": 3}, "prompt"),
    ({key: value for key, value in PEOPLE.items() if key != "user"}, None),
    (PEOPLE | {"attributes": [{"id": "a", "text": "x", "relevant": "yes"}]}, "attributes"),
    (PEOPLE | {"attributes": [{"id": "a", "text": "x"}]}, "attributes"),
    (PEOPLE, "pair"),
    (PEOPLE | {"pair": "new", "user": ""}, "user"),
    (PEOPLE | {"pair": "new", "prompt": " \n"}, "prompt"),
    (
        PEOPLE | {"pair": "new", "attributes": [{"id": "a", "text": "", "relevant": True}]},
        "attributes[0].text",
    ),
    (PEOPLE | {"pair": "new", "attributes": PEOPLE["attributes"][:1] * 2}, "attributes[1].id"),
    (model("m", a=True) | {"attributes": PEOPLE["attributes"][:1] * 2}, "attributes[1].id"),
    ({"pair": "u-p", "model": 3, "attributes": []}, "model"),
    ({"kind": "attribute", "record": {"id": "a"}}, None),
    ({"kind": "query", "record": {"id": "q", "person": "p", "prompt": 3}}, "prompt"),
    ({"kind": "judgment", "record": []}, "record"),
    (exported("judgment", judgment("l", "maybe")), "answer"),
    ({"anything": 1}, None),
]


@pytest.mark.parametrize(("row", "field"), BROKEN)
def test_a_row_that_is_none_of_these_is_named(tmp_path: Path, row: Any, field: str | None) -> None:
    path = file(tmp_path, PEOPLE, row)
    with pytest.raises(InputError) as caught:
        read_relevant([path])
    assert (caught.value.file, caught.value.line) == (str(path), 2)
    if field is not None:
        assert field in (caught.value.field or "")


@pytest.mark.parametrize("text", ["not json", "[1]", '"text"', "\x00", "{", "null"])
def test_nothing_but_rubbish_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "rubbish"
    path.write_text(text)
    with pytest.raises(InputError, match="line 1"):
        read_relevant([path])


def test_no_answers_and_no_file_say_what_to_give(tmp_path: Path) -> None:
    unsure = PEOPLE | {"attributes": [{"id": "a", "text": "x", "relevant": None}]}
    for path in (file(tmp_path), file(tmp_path, unsure)):
        with pytest.raises(InputError, match="recenter export"):
            read_relevant([path])
    for path in (tmp_path / "absent", tmp_path):
        with pytest.raises(InputError, match="cannot be read"):
            read_relevant([path])


@pytest.mark.shared_data
def test_the_answers_of_the_study_are_read(shared_data: Path) -> None:
    names = ("selection_human.jsonl", "selection_llm.jsonl")
    found = read_relevant([shared_data / name for name in names])
    assert len({one.person for one in found}) == 29
    assert sum(item.relevant is not None for one in found for item in one.items) > 2000
    assert all(item.models is not None for one in found for item in one.items)
