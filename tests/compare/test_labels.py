"""Labels of people against made ones: rows told by their fields, figures, and what is base rate."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from recenter.cli.main import main
from recenter.compare.labels.build import Judging, compare_labels
from recenter.compare.labels.read import LabelledCorpus, read_labels
from recenter.compare.labels.selection import (
    ALONE,
    ALWAYS,
    NEVER,
    Decided,
    apart,
    f1,
    f1_at,
    told,
    trivial,
)
from recenter.errors import InputError
from recenter.models.embedded import Minilm
from recenter.progress import Silent
from recenter.provenance import Signature
from recenter.records import Attribute, Decision, Query, Selection
from recenter.stages.select import selection


class Words:
    """Uses the attributes that share a word of four letters with the message."""

    name = "words"
    signature = Signature(model="words")

    def select(self, query: Query, attributes: Sequence[Attribute]) -> Selection:
        asked = {word for word in query.prompt.lower().split() if len(word) > 3}
        made = [
            Decision(
                attribute=a.id,
                decision="use" if asked & set(a.text.lower().split()) else "withhold",
                score=0.5,
                reason="words",
            )
            for a in attributes
        ]
        return selection(query, made, signature=self.signature)


def written(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def people_rows(count: int = 6) -> list[dict[str, Any]]:
    return [
        {
            "pair": f"pair-{n}",
            "user": f"user-{n}",
            "prompt": "which bread should i bake",
            "attributes": [
                {"id": "a", "text": f"likes bread number {n}", "relevant": n % 3 > 0},
                {"id": "b", "text": "owns a boat", "relevant": n % 2 == 0},
                {"id": "c", "text": "was never asked", "relevant": None},
            ],
        }
        for n in range(count)
    ]


PLANTED = [
    {"preference": f"dislikes {what}", "question": f"plan my {topic} please", "topic": topic}
    for topic, what in (
        ("travel", "flying"),
        ("travel", "crowds"),
        ("food", "olives"),
        ("sport", "rain"),
    )
]


def test_labels_of_people_are_read_with_what_nobody_decided(tmp_path: Path) -> None:
    made = read_labels(written(tmp_path / "p.jsonl", people_rows()), "p", seed=0)
    assert len(made.messages) == 6
    assert [item.relevant for item in made.messages[0].items] == [False, True, None]
    assert made.file.rows == 6


def test_uses_but_ignore_are_relevant(tmp_path: Path) -> None:
    rows = [
        {
            "id": "one",
            "question": "Which way?",
            "preferences": [
                {"text": "a", "use": "ignore"},
                {"text": "b", "use": "support"},
                {"text": "c", "use": "dominate"},
            ],
        }
    ]
    (message,) = read_labels(written(tmp_path / "u.jsonl", rows), "u", seed=0).messages
    assert [item.relevant for item in message.items] == [False, True, True]


def test_a_planted_preference_stands_among_those_of_other_topics(tmp_path: Path) -> None:
    path = written(tmp_path / "s.jsonl", [*PLANTED, PLANTED[0]])
    made = read_labels(path, "s", seed=3)
    assert len(made.messages) == 4  # One that is there twice counts once.
    first = made.messages[0]
    assert [item.text for item in first.items if item.relevant] == ["dislikes flying"]
    assert {item.text for item in first.items if not item.relevant} == {
        "dislikes olives",
        "dislikes rain",
    }
    assert made == read_labels(path, "s", seed=3)


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        ([{"preference": "a", "question": "b", "topic": "one"}], "topic"),
        ([{"preference": "a", "question": "b"}], "topic"),
        ([{"hello": 1}], "pair"),
        ([{"question": "a", "preferences": [{"text": "b"}]}], "use"),
        ([{"user": "a", "prompt": "b", "chosen": "c", "rejected": 1}], "rejected"),
    ],
)
def test_other_rows_are_refused_with_their_place(
    tmp_path: Path, rows: list[dict[str, Any]], what: str
) -> None:
    with pytest.raises(InputError, match=what):
        read_labels(written(tmp_path / "x.jsonl", rows), "x", seed=0)


def decided(hits: int, false: int, missed: int, quiet: int, people: int = 4) -> Decided:
    truth = [True] * hits + [False] * false + [True] * missed + [False] * quiet
    used = [True] * (hits + false) + [False] * (missed + quiet)
    return Decided(
        np.asarray(truth), np.asarray(used), tuple(f"p{n % people}" for n in range(len(truth)))
    )


def test_figures_are_those_of_the_counts() -> None:
    made = decided(30, 10, 20, 40)
    assert made.sums.sum(axis=0).tolist() == [30, 10, 20, 40]
    assert told(f1, made).value == pytest.approx(60 / 90)
    found = told(f1, made)
    assert found.clusters == 4
    assert found.low is not None
    assert found.low < 60 / 90


counts = st.integers(1, 60)


@given(counts, counts, counts, counts)
def test_at_its_own_base_rate_f1_is_itself(h: int, f: int, m: int, q: int) -> None:
    totals = np.asarray([[h, f, m, q]], np.float64)
    rate = np.asarray([(h + m) / (h + f + m + q)])
    assert f1_at(totals, rate)[0] == pytest.approx(f1(totals)[0])


@given(st.tuples(counts, counts, counts, counts), st.tuples(counts, counts, counts, counts))
def test_the_parts_sum_up_to_the_difference(one: Any, two: Any) -> None:
    found = apart(decided(*one), decided(*two))
    whole, base, rest = (part.value for part in found)
    if whole is None or base is None or rest is None:
        return  # Without one of the people somebody's figure is not defined.
    assert base + rest == pytest.approx(whole)


def test_what_only_the_base_rate_makes_is_told_as_that() -> None:
    # Recall .8 and specificity .9 on both sides, ten times as much relevant on the first.
    rich, poor = decided(400, 50, 100, 450, 20), decided(40, 95, 10, 855, 20)
    found = apart(rich, poor)
    assert found.whole.value is not None
    assert found.whole.value > 0.2
    assert found.rest.value == pytest.approx(0, abs=1e-9)
    assert found.base.value == pytest.approx(found.whole.value)


def test_trivial_answers_read_no_message(tmp_path: Path) -> None:
    corpus = read_labels(written(tmp_path / "p.jsonl", people_rows(12)), "p", seed=0)
    said = Decided(
        np.asarray(
            [i.relevant for m in corpus.messages for i in m.items if i.relevant is not None]
        ),
        np.zeros(24, bool),
        tuple(m.person for m in corpus.messages for _ in range(2)),
    )
    made = trivial(corpus.messages, said, Minilm(), seed=0)
    assert set(made) == {NEVER, ALWAYS, ALONE}
    assert not made[NEVER].decided.any()
    assert made[ALWAYS].decided.all()
    few = trivial(corpus.messages[:3], said._replace(people=("a",) * 24), Minilm(), seed=0)
    assert ALONE not in few


def report(*corpora: LabelledCorpus) -> Any:
    judging = Judging(lambda _corpus, _person: Words(), Minilm(), 0)
    return compare_labels(corpora, judging, Silent())


def test_the_report_says_what_the_intervals_allow(tmp_path: Path) -> None:
    people = read_labels(written(tmp_path / "p.jsonl", people_rows(12)), "people", seed=0)
    made = read_labels(written(tmp_path / "s.jsonl", PLANTED), "made", seed=0)
    found = report(people, made)
    (section,) = found.sections
    assert section.counts["labels of people"] == 24
    names = [line.name for line in section.tables[0].lines]
    assert names[:6] == [
        "relevant (base rate)",
        "used",
        "precision",
        "recall",
        "specificity",
        "F1",
    ]
    assert f"F1, {NEVER}" in names
    whole = section.tables[1].lines[0].figures[0]
    assert whole is not None
    assert whole.value is not None
    assert whole.low is None
    assert found.front.summary.startswith(
        f"F1 of the selector in people less that in made is {whole.value:.2f}, with no interval to "
        "tell them apart by; of that "
    )
    assert found.signature.model == "words"


def pair_rows(user: str, right: str) -> dict[str, Any]:
    return {
        "user": user,
        "prompt": "p",
        "interaction": f"i-{user}",
        "chosen": "a long reply",
        "rejected": "short",
        "llm_judges": [{"judge": "m", "verdict": right}, {"judge": "n", "verdict": "invalid"}],
    }


def test_judges_are_compared_where_they_answered_everywhere(tmp_path: Path) -> None:
    one = [pair_rows(f"u{n}", "chosen" if n % 4 else "rejected") for n in range(12)]
    two = [pair_rows(f"v{n}", "chosen" if n % 2 else "tie") for n in range(12)]
    corpora = [
        read_labels(written(tmp_path / f"{name}.jsonl", rows), name, seed=0)
        for name, rows in (("one", one), ("two", two))
    ]
    (section,) = report(*corpora).sections
    right, more = section.tables
    assert [line.name for line in right.lines] == ["the longer reply", "m"]
    assert [f.value for f in right.lines[1].figures[:2]] == [0.75, 0.75]
    assert [f.value for f in more.lines[0].figures[:2]] == [-0.25, -0.25]
    assert section.counts["people of two"] == 12


def test_labels_of_two_kinds_cannot_be_compared(tmp_path: Path) -> None:
    people = read_labels(written(tmp_path / "p.jsonl", people_rows()), "p", seed=0)
    pairs = read_labels(written(tmp_path / "q.jsonl", [pair_rows("u", "chosen")]), "q", seed=0)
    with pytest.raises(InputError, match="p: messages, q: replies"):
        report(people, pairs)


def test_the_command_writes_a_page_and_says_what_it_shows(tmp_path: Path) -> None:
    people = written(tmp_path / "p.jsonl", people_rows(12))
    made = written(tmp_path / "s.jsonl", PLANTED)
    out = tmp_path / "out"
    given = ["compare-labels", f"real={people}", str(made), "--selector", "bm25"]
    told = CliRunner().invoke(main, [*given, "--output", str(out)])
    assert told.exit_code == 0, told.output
    assert "F1 of the selector in real less that in s is" in told.stdout
    assert "What the difference in F1 is made of" in (out / "report.html").read_text()
    assert "likes bread" not in (out / "report.html").read_text()
    one = CliRunner().invoke(main, [*given[:2], "--output", str(tmp_path / "no")])
    assert one.exit_code == 2
    assert "two" in one.stderr
    assert not (tmp_path / "no").exists()
