"""Every template is a study that runs as it comes."""

from __future__ import annotations

import datetime
import json
import shutil
from pathlib import Path

import pytest

from recenter.errors import InputError
from recenter.store import Store, open_store
from recenter.study.file import read_study
from recenter.study.gather import gather, ready, screen
from recenter.study.items import texts
from recenter.study.new import TEMPLATES, new_study
from recenter.study.plan import Plan, make_plan

KEY = b"k" * 32
TODAY = datetime.date(2026, 1, 2)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(f"sqlite:///{tmp_path / 'store.db'}")


def planned(path: Path, store: Store) -> Plan:
    written = read_study(path)
    return make_plan(written.study, ready(written, gather(written, store, key=KEY)))


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_can_be_served_at_once(template: str, tmp_path: Path, store: Store) -> None:
    path = new_study(tmp_path / "new", template, store, key=KEY, today=TODAY)
    plan = planned(path, store)
    study = read_study(path).study
    assert {slot.task for slot in plan.slots} == {task.name for task in study.tasks}
    assert study.scan is not None
    assert study.scan.on == "2026-01-02"
    for task in study.tasks:
        work = [
            item
            for slot in plan.slots
            if slot.task == task.name
            for item, kind in slot.places
            if kind == "work"
        ]
        assert {work.count(item) for item in work} == {task.overlap}
        if task.checks:
            slots = [slot for slot in plan.slots if slot.task == task.name]
            assert all(any(kind == "check" for _, kind in slot.places) for slot in slots)


def test_a_changed_text_has_to_be_scanned_anew(tmp_path: Path, store: Store) -> None:
    path = new_study(tmp_path / "new", "quality", store, key=KEY, today=TODAY)
    items = path.parent / "attributes.jsonl"
    items.write_text(items.read_text().replace("two hives", "2 hives"))
    with pytest.raises(InputError, match="quote is not what stands"):
        planned(path, store)
    items.write_text(items.read_text().replace("2 hives", "six hives"))
    with pytest.raises(InputError, match="other texts, or other decisions"):
        planned(path, store)


def test_what_was_found_is_masked_where_the_review_says_so(tmp_path: Path, store: Store) -> None:
    path = new_study(tmp_path / "new", "replies", store, key=KEY, today=TODAY)
    replies = path.parent / "replies.jsonl"
    mail = "kim@example.com"
    replies.write_text(replies.read_text().replace("Kind regards", f"Write to {mail}"))
    written = read_study(path)
    found = screen(written, gather(written, store, key=KEY))
    assert found.undecided == 1
    assert [row.kind for row in found.rows if row.decision is None] == ["email"]
    assert found.hash is None
    with pytest.raises(InputError, match="1 findings of the scan are not decided"):
        planned(path, store)
    review = path.parent / "review.jsonl"
    row = {
        "kind": "email",
        "text": mail,
        "count": 1,
        "example": "",
        "where": [],
        "decision": "redact",
    }
    review.write_text(review.read_text() + json.dumps(row))
    assert written.study.scan is not None
    signed = str(screen(written, gather(written, store, key=KEY)).hash)
    path.write_text(path.read_text().replace(str(written.study.scan.signed_off), signed))
    plan = planned(path, store)
    shown = [text for one in plan.items for _, text in texts(one.item)]
    assert not any(mail in text for text in shown)
    assert any("Write to [email]████████" in text for text in shown)


def test_one_file_in_two_tasks_makes_items_of_their_own(tmp_path: Path, store: Store) -> None:
    path = new_study(tmp_path / "new", "control", store, key=KEY, today=TODAY)
    text = path.read_text()
    again = text[text.index("  - name: control") : text.index("payment:")]
    path.write_text(text.replace("payment:", again.replace("control", "again", 1) + "payment:"))
    written = read_study(path)
    items = gather(written, store, key=KEY)
    assert written.study.scan is not None
    path.write_text(
        path.read_text().replace(
            str(written.study.scan.signed_off), str(screen(written, items).hash)
        )
    )
    plan = planned(path, store)
    ids = [one.item.id for one in plan.items]
    assert len(set(ids)) == len(ids) == 8


def test_every_text_that_is_shown_is_signed_off(tmp_path: Path, store: Store) -> None:
    path = new_study(tmp_path / "new", "quality", store, key=KEY, today=TODAY)
    items = path.parent / "attributes.jsonl"
    rows = [json.loads(line) for line in items.read_text().splitlines()]
    # Two people's conversations of one id: a change in the second is a change all the same.
    for row in rows[:2]:
        row["conversations"][0]["id"] = "same"
        for one in row["evidence"]:
            one["conversation"] = "same"

    def signed(changed: str) -> str | None:
        rows[1]["conversations"][0]["turns"][1]["text"] = changed
        items.write_text("".join(json.dumps(row) + "\n" for row in rows))
        written = read_study(path)
        return screen(written, gather(written, store, key=KEY)).hash

    assert signed("Something harmless.") != signed("My boss is a thief.")
    rows[0]["conversations"] *= 2
    with pytest.raises(InputError, match="line 1: conversations: two conversations have one id"):
        signed("x")


@pytest.mark.parametrize("field", ["by", "on", "consent"])
def test_a_sign_off_says_who_when_and_with_whose_consent(
    field: str, tmp_path: Path, store: Store
) -> None:
    path = new_study(tmp_path / "new", "control", store, key=KEY, today=TODAY)
    lines = path.read_text().splitlines()
    path.write_text("\n".join(line for line in lines if not line.startswith(f"  {field}:")))
    with pytest.raises(InputError, match=f"scan.{field}: is missing"):
        planned(path, store)


def test_an_item_in_two_places_is_refused(tmp_path: Path, store: Store) -> None:
    path = new_study(tmp_path / "new", "quality", store, key=KEY, today=TODAY)
    shutil.copy(path.parent / "attributes-training.jsonl", path.parent / "attributes-gold.jsonl")
    with pytest.raises(InputError, match="among the training and the gold"):
        planned(path, store)


def test_a_template_is_known_and_the_folder_new(tmp_path: Path, store: Store) -> None:
    with pytest.raises(InputError, match="expected one of quality"):
        new_study(tmp_path / "new", "nice", store, key=KEY, today=TODAY)
    (tmp_path / "file").write_text("mine")
    with pytest.raises(InputError, match="not empty"):
        new_study(tmp_path, "quality", store, key=KEY, today=TODAY)
    assert (tmp_path / "file").read_text() == "mine"
