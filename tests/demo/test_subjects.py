from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recenter.config import load_settings
from recenter.demo.data import characters
from recenter.demo.subjects import Subjects, exported, made_up
from recenter.errors import InputError

from .exports import SAID, chatgpt_zip, claude_json


def read(path: Path, **options: Any) -> Subjects:
    values = {"person": None, "prompts": (), "settings": load_settings(), "keep": False} | options
    return exported(path, **values)


def test_the_made_up_people_have_all_their_sessions() -> None:
    subjects = made_up(person=None, prompts=())
    assert [subject.name for subject in subjects.people] == [c.name for c in characters()]
    assert subjects.source == "40 conversations of 5 made-up people"
    for subject, character in zip(subjects.people, characters(), strict=True):
        assert {c.person for c in subject.conversations} == {subject.id}
        assert {trap.session for trap in subject.traps} <= subject.sessions.keys()
        assert subject.prompts == character.prompts


def test_one_of_them_may_be_chosen_and_asked_something_else() -> None:
    (subject,) = made_up(person="Kit", prompts=["what now?"]).people
    assert subject.name == "Kit"
    assert [(prompt.kind, prompt.text) for prompt in subject.prompts] == [("given", "what now?")]


def test_a_stranger_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(InputError, match="maren, tomasz, odile, kit, bashir"):
        made_up(person="nobody", prompts=())


@pytest.mark.parametrize("write", [chatgpt_zip, claude_json])
def test_of_an_export_the_newest_opening_is_asked_and_its_conversation_not_read(
    write: Callable[[Path], Path], tmp_path: Path
) -> None:
    subjects = read(write(tmp_path))
    (subject,) = subjects.people
    assert [prompt.kind for prompt in subject.prompts] == ["recent", "vague", "off_topic"]
    assert subject.prompts[0].text == SAID[2][0]
    assert [c.turns[0].text for c in subject.conversations] == [SAID[0][0], SAID[1][0]]
    assert subjects.skipped == {"kept_back_for_the_first_message": 1}


def test_given_prompts_are_asked_and_all_conversations_read(tmp_path: Path) -> None:
    (subject,) = read(chatgpt_zip(tmp_path), prompts=["one", "two"]).people
    assert [prompt.text for prompt in subject.prompts] == ["one", "two"]
    assert len(subject.conversations) == 3


def test_a_conversation_that_a_store_holds_is_not_kept_back(tmp_path: Path) -> None:
    path = chatgpt_zip(tmp_path)
    every = read(path, prompts=["one"], keep=True).people[0].conversations
    (subject,) = read(path, keep=True, known=lambda id: id == every[-1].id).people
    assert subject.prompts[0].text == SAID[1][0]
    (subject,) = read(path, keep=True, known=lambda _: True).people
    assert [prompt.kind for prompt in subject.prompts] == ["vague", "off_topic"]


def test_an_export_without_conversations_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "conversations.json"
    path.write_text('[{"uuid": "1", "chat_messages": []}]', "utf-8")
    with pytest.raises(InputError, match="holds no conversation"):
        read(path)


def test_of_several_people_the_one_with_most_conversations_is_read(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    turn = '[{"role": "user", "text": "hello there"}]'
    rows = [("a", 1), ("b", 2), ("b", 3)]
    path.write_text(
        "".join(f'{{"person": "{p}", "session": {s}, "turns": {turn}}}\n' for p, s in rows), "utf-8"
    )
    subjects = read(path, prompts=["hi"])
    assert len(subjects.people[0].conversations) == 2
    assert subjects.skipped == {"of_other_people": 1}
