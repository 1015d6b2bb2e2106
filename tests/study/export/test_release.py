"""A release gives the figures of the study to anybody, and nobody's name to anybody."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from recenter import formats
from recenter.errors import InputError
from recenter.reports.files import read_files
from recenter.reports.material import Answer, Material
from recenter.stats.agreement import krippendorff_alpha, percent_agreement
from recenter.store import Store, open_store
from recenter.study.design import Scan
from recenter.study.export.judgments import judgment_rows
from recenter.study.export.reading_release import read_release
from recenter.study.export.release import TABLES, release, split_people
from recenter.study.export.tables import schema
from recenter.study.export.write import export
from recenter.study.ledger import saving
from recenter.study.ledger.desk import Desk
from recenter.study.pages import pages
from recenter.study.plan import TaskItems
from tests.study.export.test_write import contents, lines
from tests.study.export.worked import PEOPLE, RAW, SIGNED, come, study, work, worked
from tests.study.samples import Clock, opened, relevant, task, written

OWN = re.compile(rb"\b(?:per|ann|att|qry|rep|con|itm|sup|rel|bet)_[a-z]\w*")


@pytest.fixture
def desk(store: Store) -> Desk:
    return worked(store, Clock())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "released"


def publish(desk: Desk, folder: Path, **more: Any) -> None:
    release(desk, folder, licence="cc-by-4.0", title="Does it hold?", **more)


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    return [row for path in sorted(folder.glob(f"data/{name}/*.jsonl")) for row in lines(path)]


def figures(material: Material) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for question in ("supported", "relevant", "better"):
        told: list[Answer] = [one for one in material.answers if one.question == question]
        columns = (
            [one.item for one in told],
            [one.judge for one in told],
            [one.value for one in told],
            [material.items[one.group, one.item].person for one in told],
        )
        alpha = krippendorff_alpha(*columns, scale="ordinal")
        percent = percent_agreement(*columns)
        found[question] = (
            Counter(one.value for one in told),
            Counter((one.failure, one.position, one.group) for one in told),
            round(alpha.value or 0, 9),
            (alpha.n, alpha.clusters),
            round(percent.value or 0, 9),
            (round(percent.low or 0, 9), round(percent.high or 0, 9)),
            sorted(
                (item.text, item.message, item.longer or 0, str(item.mentions))
                for item in material.items.values()
            ),
        )
    return found


def stored(store: Store, path: Path) -> Path:
    every = (
        ("conversation", store.conversations()),
        ("attribute", store.attributes()),
        ("judgment", store.judgments()),
        ("query", store.queries()),
        ("reply", store.replies()),
    )
    path.write_text(
        "".join(
            formats.encode({"kind": kind, "record": record}) + "\n"
            for kind, records in every
            for record in records
        ),
        "utf-8",
    )
    return path


def test_a_release_read_into_an_empty_store_gives_the_same_figures(
    desk: Desk, folder: Path, tmp_path: Path
) -> None:
    export(desk, tmp_path / "own", formats=("jsonl",))
    publish(desk, folder)
    with open_store(f"sqlite:///{tmp_path / 'empty.db'}") as empty:
        read = read_release(folder, empty)
        theirs, _ = read_files([stored(empty, tmp_path / "theirs.jsonl")])
        again = read_release(folder, empty)
        assert read_files([stored(empty, tmp_path / "again.jsonl")])[0] == theirs
    mine, _ = read_files([tmp_path / "own" / "records.jsonl"])
    assert figures(theirs) == figures(mine)
    assert theirs.problems == ()
    assert read.counts == again.counts
    assert read.counts["judgment"] == len(mine.answers)
    assert len(read.rows) == len(list(judgment_rows(desk)))


def test_no_name_of_the_store_or_the_platform_is_in_a_release(desk: Desk, folder: Path) -> None:
    publish(desk, folder)
    known = {row.annotator for row in judgment_rows(desk)}
    own = set()
    for path in folder.rglob("*"):
        if path.is_dir():
            continue
        text = path.read_bytes()
        if path.suffix == ".parquet":
            text = json.dumps(pq.read_table(path).to_pylist()).encode()
        assert RAW.encode() not in text
        assert not any(name.encode() in text for name in known)
        own |= set(OWN.findall(text))
    # A new name is 24 hex digits; an own one of the samples is a word.
    assert {name for name in own if not re.fullmatch(rb"[a-z]{3}_[0-9a-f]{24}", name)} == set()
    assert rows(folder, "judgments")[0]["person"].startswith("per_")


def test_two_releases_share_no_names_unless_they_are_kept(desk: Desk, tmp_path: Path) -> None:
    names: list[set[str]] = []
    for number, keep in enumerate((False, False, True)):
        publish(desk, tmp_path / str(number), keep_ids=keep)
        names.append(
            {
                row[key]
                for row in rows(tmp_path / str(number), "judgments")
                for key in ("person", "annotator", "item", "attribute", "query", "reply")
                if row[key]
            }
        )
    assert names[0].isdisjoint(names[1])
    assert len(names[0]) == len(names[1]) == len(names[2])
    assert set(PEOPLE) <= names[2]


def test_no_person_is_in_two_splits_and_everything_can_be_joined(desk: Desk, folder: Path) -> None:
    publish(desk, folder)
    where: dict[str, set[str]] = {}
    ids: dict[str, set[str]] = {}
    for name in TABLES:
        for path in folder.glob(f"data/{name}/*.jsonl"):
            for row in lines(path):
                where.setdefault(row["person"], set()).add(path.stem)
                ids.setdefault(name, set()).add(row.get("id", ""))
    assert len(where) == len(PEOPLE)
    assert all(len(splits) == 1 for splits in where.values())
    assert Counter(next(iter(one)) for one in where.values()) == {
        "train": 3,
        "validation": 1,
        "test": 1,
    }
    for row in rows(folder, "judgments"):
        assert row["attribute"] in {*ids["attributes"], None}
        assert row["query"] in {*ids["prompts"], None}
        assert {row["reply"], row["other_reply"]} <= {*ids["replies"], None}
    for row in rows(folder, "attributes"):
        for one in row["evidence"]:
            (talk,) = [t for t in rows(folder, "conversations") if t["id"] == one["conversation"]]
            assert talk["turns"][one["turn"]]["text"][one["start"] : one["end"]] == one["quote"]


def test_who_withdrew_and_who_was_forgotten_are_not_there(
    desk: Desk, store: Store, folder: Path
) -> None:
    gone = come(desk, "cleo").id
    saving.withdraw(desk, gone)
    store.forget("per_b")
    publish(desk, folder, keep_ids=True, parquet=False)
    everything = b"".join(contents(folder).values())
    for word in (gone.encode(), b"per_b", b'"att_b"', b"(b)", b"says b", b"cook, b"):
        assert word not in everything
    assert b"per_a" in everything
    assert {row["person"] for row in rows(folder, "judgments")} == set(PEOPLE) - {"per_b"}


def test_what_annotators_wrote_and_when_is_left_out(
    desk: Desk, folder: Path, tmp_path: Path
) -> None:
    publish(desk, folder, parquet=False)
    everything = b"".join(contents(folder).values())
    for word in (b"Not a trait", b"1970-01-12T", b"Too fast", b"Said so", b'"lead"'):
        assert word not in everything
    publish(desk, tmp_path / "noted", notes=True)
    assert {row["note"] for row in rows(tmp_path / "noted", "judgments")} == {None, "Not a trait."}


@pytest.mark.parametrize(
    ("scan", "field"),
    [
        (None, "scan"),
        (Scan(review="r.jsonl", consent="Published."), "scan"),
        (msgspec.structs.replace(SIGNED, by=None), "scan"),
        (msgspec.structs.replace(SIGNED, on=None), "scan"),
        (msgspec.structs.replace(SIGNED, consent=None), "scan.consent"),
    ],
)
def test_nothing_is_released_that_nobody_signed_off(
    tmp_path: Path, folder: Path, scan: Scan | None, field: str
) -> None:
    with open_store(f"sqlite:///{tmp_path / 'store.db'}") as store:
        desk = study(store, Clock(), scan=scan)
        with pytest.raises(InputError) as caught:
            publish(desk, folder)
    assert caught.value.field == field
    assert caught.value.cure
    assert not folder.exists()


def test_sums_card_and_tables_are_as_others_expect_them(desk: Desk, folder: Path) -> None:
    publish(desk, folder)
    written = contents(folder)
    told = [line.split("  ") for line in (folder / "SHA256SUMS").read_text().splitlines()]
    sums = {name: checksum for checksum, name in told}
    assert sums.keys() == written.keys() - {"SHA256SUMS"}
    assert all(hashlib.sha256(written[name]).hexdigest() == sums[name] for name in sums)
    head = yaml.safe_load((folder / "README.md").read_text("utf-8").split("---")[1])
    assert {config["config_name"] for config in head["configs"]} == set(TABLES)
    for config in head["configs"]:
        assert [one["split"] for one in config["data_files"]] == ["train", "validation", "test"]
        for one in config["data_files"]:
            read = pq.read_table(folder / one["path"])
            assert read.schema.equals(schema(TABLES[config["config_name"]]))
            jsonl = folder / one["path"].replace(".parquet", ".jsonl")
            assert read.to_pylist() == lines(jsonl)
    texts = {path.name for path in (folder / "texts").iterdir()}
    guides = {row["guidelines"] for row in rows(folder, "judgments")}
    assert all(any(guide in name for name in texts) for guide in guides)


def test_croissant_has_what_its_specification_requires(desk: Desk, folder: Path) -> None:
    publish(desk, folder)
    told = json.loads((folder / "croissant.json").read_text("utf-8"))
    assert told["@type"] == "sc:Dataset"
    assert told["conformsTo"] == "http://mlcommons.org/croissant/1.0"
    for field in ("name", "description", "license", "version", "datePublished", "citeAs"):
        assert told[field], field
    assert told["usageInfo"] == SIGNED.consent
    files = {one["@id"]: one for one in told["distribution"]}
    assert len(files) == len(told["distribution"])
    for name, file in files.items():
        data = (folder / name).read_bytes()
        assert (file["sha256"], file["contentSize"]) == (
            hashlib.sha256(data).hexdigest(),
            f"{len(data)} B",
        )
        assert file["@type"] == "cr:FileObject"
        assert file["encodingFormat"] != "application/octet-stream"
    identifiers = []
    for records in told["recordSet"]:
        identifiers.append(records["@id"])
        for field in records["field"]:
            identifiers.append(field["@id"])
            path = field["source"]["fileObject"]["@id"]
            column = field["source"]["extract"]["column"]
            assert column in lines(folder / path)[0]
            assert files[path]["encodingFormat"] == "application/jsonlines"
            assert ("dataType" in field) != ("subField" in field)
    assert len(identifiers) == len(set(identifiers))


def test_a_release_that_was_changed_is_not_read(
    desk: Desk, store: Store, folder: Path, tmp_path: Path
) -> None:
    publish(desk, folder)
    path = folder / "data/judgments/train.jsonl"
    good = path.read_text("utf-8")
    with open_store(f"sqlite:///{tmp_path / 'empty.db'}") as empty:
        path.write_text(good.replace('"yes"', '"no"'), "utf-8")
        with pytest.raises(InputError, match="has changed since"):
            read_release(folder, empty)
        path.unlink()
        with pytest.raises(InputError, match="is missing from"):
            read_release(folder, empty)
        path.write_text(good, "utf-8")
        (folder / "data/judgments/more.jsonl").write_text("{}")
        with pytest.raises(InputError, match="no part of the release"):
            read_release(folder, empty)
        with pytest.raises(InputError, match="cannot be read"):
            read_release(tmp_path, empty)
        assert list(empty.people()) == []


def test_what_is_stored_under_the_same_names_is_not_replaced(
    desk: Desk, folder: Path, tmp_path: Path
) -> None:
    publish(desk, folder, keep_ids=True)
    with open_store(f"sqlite:///{tmp_path / 'other.db'}") as other:
        read_release(folder, other)
        held = next(iter(other.attributes("per_a")))
        changed = msgspec.structs.replace(held, text="Something else.")
        other.put_attributes("per_a", [changed], signature=held.signature)
        before = stored(other, tmp_path / "before.jsonl").read_text()
        with pytest.raises(InputError, match="something else"):
            read_release(folder, other)
        assert stored(other, tmp_path / "after.jsonl").read_text() == before


def mixed(store: Store) -> Desk:
    """Return a study of pages of all people at once, with a check in it, worked on by two."""
    items = pages((relevant("dish", (person,)) for person in PEOPLE), size=5, pooled=True, seed=0)
    replace = msgspec.structs.replace
    mixed_pages = tuple(
        replace(
            item,
            parts=tuple(
                replace(part, attribute=f"att_{n}_{part.name}", query=f"qry_{part.person}")
                for part in item.parts
            ),
        )
        for n, item in enumerate(items)
    )
    file = written(
        task(
            "pages",
            "relevant",
            overlap=2,
            per_annotator=2,
            checks={"items": "c.jsonl", "every": 3, "failures": 2},
        ),
        scan=SIGNED,
    )
    check = relevant("attention", ("per_nobody",), key=("yes",))
    given = {"pages": TaskItems(work=mixed_pages, checks=(check,))}
    desk = opened(store.database, file, given, Clock())
    work(desk, come(desk, "ann"), "pages", ["yes"])
    work(desk, come(desk, "bea"), "pages", ["yes", "no"])
    return desk


def test_a_page_of_several_people_is_split_by_person_and_loses_who_is_forgotten(
    store: Store, folder: Path
) -> None:
    desk = mixed(store)
    assert {row.why_not for row in judgment_rows(desk) if row.kind == "check"} == {"check"}
    store.forget("per_b")
    publish(desk, folder, keep_ids=True, parquet=False)
    everything = b"".join(contents(folder).values())
    assert b"per_b" not in everything
    assert b"per_nobody" not in everything
    made = rows(folder, "judgments")
    assert len(made) == 2 * 2 * 4
    assert {row["kind"] for row in made} == {"work"}
    prompts = {row["id"]: row for row in rows(folder, "prompts")}
    assert {row["person"] for row in made} == set(PEOPLE) - {"per_b"}
    for row in made:
        assert prompts[row["query"]]["person"] == row["person"]
        assert prompts[row["query"]]["prompt"] == "What should I cook, dish?"


@given(st.sets(st.text(min_size=1), max_size=60), st.integers(0, 2**31))
def test_splits_are_of_everybody_once_and_the_same_again(people: set[str], seed: int) -> None:
    splits = split_people(people, seed=seed)
    assert splits.keys() == people
    assert splits == split_people(sorted(people, reverse=True), seed=seed)
    counts = Counter(splits.values())
    if len(people) < 3:
        assert counts["train"] == len(people)
    else:
        assert counts["validation"] == counts["test"] == max(1, round(len(people) / 10))
        assert counts["train"] >= 1
