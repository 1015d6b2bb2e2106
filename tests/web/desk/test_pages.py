"""What researchers' pages show, do, and never give away."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import httpx
import msgspec
import pytest

from recenter.store import Store
from recenter.study.ledger import joining, reading, running
from recenter.study.ledger.desk import Desk, annotators, refused
from recenter.study.plan import TaskItems
from recenter.web.site import Site
from tests.study.ledger.test_ledger import come, work_through
from tests.study.samples import Clock, opened, supported, task, written
from tests.web.desk import made

PAGES = [
    "",
    "agreement",
    "agreement?task=pages",
    "agreement?task=pairs",
    "disagreements",
    "disagreements?task=pages",
    "disagreements?task=pairs",
    "annotators",
    *(f"annotators/{number}" for number in range(1, 7)),
]
Clients = dict[str, httpx.Client]


@pytest.fixture
def desk(store: Store) -> Desk:
    """Two items, two answers to each; those who come first differ."""
    file = written(task(overlap=2, per_annotator=2))
    items = TaskItems(work=(supported("a"), supported("b")))
    return opened(store.database, file, {"quality": items}, Clock())


@pytest.fixture
def ada(desk: Desk) -> Iterator[httpx.Client]:
    made.accounts(desk)
    with made.serving(Site(desk=desk)) as address, made.entered(address, "ada") as client:
        yield client


def send(client: httpx.Client, path: str, **form: str) -> httpx.Response:
    form["csrf"] = made.token(client.get("disagreements").text)
    return client.post(path, data=form)


def parts(client: httpx.Client) -> Iterator[str]:
    for name in ("quality", "pages", "pairs"):
        page = client.get(f"disagreements?task={name}").text
        yield from map(html.unescape, re.findall(r'href="/s/demo/desk/(part\?[^"]+)"', page))


def test_no_page_names_what_a_platform_knows(clients: Clients, worked: Desk) -> None:
    client = clients["researcher"]
    shown = [client.get(path).text for path in (*PAGES, *parts(client), "export")]
    assert len(shown) > len(PAGES) + 3
    for text in shown:
        assert made.RAW not in text
        assert "prolific/" not in text
    pseudonyms = [annotator.id for annotator in annotators(worked)]
    for text in shown[:-1]:
        assert not any(pseudonym in text for pseudonym in pseudonyms)


def test_what_annotators_wrote_runs_nowhere(clients: Clients) -> None:
    texts = [clients["researcher"].get(path).text for path in parts(clients["researcher"])]
    assert any("&lt;script&gt;alert(&#39;note&#39;)" in text for text in texts)
    assert not any("<script" in text for text in texts)


def test_the_overview_says_how_far_it_is(clients: Clients) -> None:
    text = " ".join(clients["researcher"].get("").text.split())
    assert "It is <b>open</b>." in text
    assert "8 are wanted" in text
    # Four parts of 4.50 with the fee of 30 %.
    assert "23.40 GBP" in text
    assert '<th scope="row">completed</th><td class="n">4</td>' in text
    assert 'aria-label="Handed in, quality"' in text


def test_what_the_door_refused_is_counted_and_escaped(ada: httpx.Client, desk: Desk) -> None:
    for _ in range(2):
        refused(desk, "<script>no</script>")
    text = ada.get("").text
    assert '&lt;script&gt;no&lt;/script&gt;</th><td class="n">2</td>' in text
    assert "<script" not in text


def test_agreement_has_n_beside_everything_and_a_picture(clients: Clients) -> None:
    text = clients["researcher"].get("agreement").text
    for name in ("Percent agreement", "ordinal", "Fleiss", "Gwet", "Human ceiling", "Same again"):
        assert name in text
    assert "<svg" in text
    assert 'role="img"' in text
    assert "likely" in text
    assert "Which side was personalised?" not in text
    pairs = clients["researcher"].get("agreement?task=pairs").text
    assert "Which side was personalised?" in pairs
    assert "Dawid-Skene" not in pairs
    assert "The rated reply is much better" in pairs
    assert "B is" not in pairs
    # Four pairs, each with a statement beside what is said all in all.
    assert "<dt>Decisions with an answer</dt><dd>4</dd>" in pairs
    assert re.search(r"Single statements</th><td class=\"n\">4</td>", pairs)
    # Each row of figures holds a number of answers.
    rows = re.findall(r'<th scope="row">[^<]+</th><td class="n">([^<]+)</td>.*?</tr>', text)
    assert len(rows) > 8


def test_before_anybody_answers_every_page_stands(ada: httpx.Client) -> None:
    for path in ("", "agreement", "disagreements", "annotators"):
        assert ada.get(path).status_code == 200
    assert "not estimable" in ada.get("agreement").text
    assert "There is no answer yet that it could be counted from." in ada.get("agreement").text
    assert "<svg" not in ada.get("agreement").text
    assert ada.get("export").content == b""


STATISTICIANS = re.compile(r"independent unit|resampl|\brater|No item|\bThe model gives")


def test_why_a_figure_is_missing_is_said_once_and_in_plain_words(
    ada: httpx.Client, desk: Desk, clients: Clients
) -> None:
    texts = [clients["researcher"].get(path).text for path in PAGES if "agreement" in path]
    for name in ("", "ann", "bea"):
        if name:
            work_through(desk, come(desk, name))
        texts.append(ada.get("agreement").text)
    for text in texts:
        assert not STATISTICIANS.search(text)
        notes = re.findall(r'<li id="note-(\d+)">([^<]+)</li>', text)
        assert len({words for _, words in notes}) == len(notes)
        assert [text.count(words) for _, words in notes] == [1] * len(notes)
        assert set(re.findall(r'href="#note-(\d+)"', text)) == {number for number, _ in notes}
    assert "An interval takes at least 5 people." in texts[0]


def test_a_decision_with_one_answer_is_no_consensus(ada: httpx.Client, desk: Desk) -> None:
    work_through(desk, come(desk, "ann"), "accept")
    assert "<dt>One answer most often</dt><dd>0</dd>" in ada.get("agreement").text
    work_through(desk, come(desk, "bea"), "accept")
    assert "<dt>One answer most often</dt><dd>2</dd>" in ada.get("agreement").text


def test_what_does_not_count_is_told_apart(ada: httpx.Client, desk: Desk) -> None:
    work_through(desk, come(desk, "ann"), "accept")
    work_through(desk, come(desk, "bea"), "cannot_tell")
    assert "4 answers stand; 2 of them count." in ada.get("").text


def test_disagreements_come_sorted_and_can_be_filtered_once_decided(
    ada: httpx.Client, desk: Desk
) -> None:
    work_through(desk, come(desk, "ann"), "accept")
    work_through(desk, come(desk, "bea"), "reject")
    text = ada.get("disagreements").text
    assert "Annotators differ on 2 decisions; 2 of them are undecided." in " ".join(text.split())
    assert "1 × Yes, accept" in text
    answer = send(
        ada, "part", item="sup_a", part="1", answer="reject", failure="other", reason="<b>Seen</b>"
    )
    assert answer.status_code == 303
    assert answer.headers["location"].endswith("disagreements?task=quality&only=undecided")
    text = ada.get("disagreements?only=undecided").text
    assert "item=sup_b" in text
    assert "item=sup_a" not in text
    stands = running.adjudications(desk)["sup_a", "1"]
    assert (stands.answer, stands.failure, stands.account) == ("reject", "other", "ada")
    page = ada.get("part?item=sup_a&part=1").text
    again = {"item": "sup_a", "part": "1", "answer": "accept", "reason": "It holds."}
    assert send(ada, "part", **again).status_code == 409
    assert send(ada, "part", **again, seen="x").status_code == 422
    (seen,) = re.findall(r'name="seen" value="([^"]+)"', page)
    assert running.adjudications(desk)["sup_a", "1"] == stands
    assert float(seen) == stands.at
    assert "Decided by ada" in page
    assert "&lt;b&gt;Seen&lt;/b&gt;" in page
    assert " checked" not in page


@pytest.mark.parametrize(
    ("form", "status", "words"),
    [
        ({"reason": "  "}, 422, "1 to 2000 are allowed"),
        ({"reason": "x" * 2_001}, 422, "1 to 2000 are allowed"),
        ({"answer": "yes"}, 422, "not an answer"),
        ({"answer": ""}, 422, "not an answer"),
        ({"failure": "nonsense"}, 422, "none that is known"),
        ({"item": "sup_z"}, 404, "no such decision"),
        ({"part": "9"}, 404, "no such decision"),
    ],
)
def test_a_decision_that_cannot_stand_changes_nothing(
    ada: httpx.Client, desk: Desk, form: dict[str, str], status: int, words: str
) -> None:
    values = {"item": "sup_a", "part": "1", "answer": "reject", "reason": "Seen"} | form
    answer = send(ada, "part", **values)
    assert answer.status_code == status
    assert words in answer.text
    assert running.adjudications(desk) == {}


def test_taste_is_shown_and_not_decided(clients: Clients, worked: Desk) -> None:
    page = clients["adjudicator"].get("part?item=bet_b1&part=overall").text
    assert "Reply that is rated" in page
    assert "nothing is decided here" in page
    assert '<form method="post" action="/s/demo/desk/part"' not in page
    form = {"item": "bet_b1", "part": "overall", "answer": "5", "reason": "x"}
    answer = send(clients["adjudicator"], "part", **form)
    assert answer.status_code == 409
    assert running.adjudications(worked) == {}


def test_fast_answers_are_marked_and_names_are_numbers(clients: Clients) -> None:
    client = clients["adjudicator"]
    items = set(re.findall(r"item=(sup_n\d+)", client.get("disagreements").text))
    pages = [client.get(f"part?item={item}&part=1").text for item in sorted(items)]
    rows = [
        row
        for page in pages
        for row in re.findall(r'<tr><th scope="row">(\d)</th>(.*?)</tr>', page)
    ]
    assert {number for number, row in rows if '<b class="flag">fast</b>' in row} == {"5"}
    assert len({number for number, _ in rows}) > 2


def test_the_fast_annotator_is_flagged_and_nobody_is_left_out(clients: Clients) -> None:
    text = clients["researcher"].get("annotators/5").text
    assert "Too fast: 1.0 s for a decision at the median, the others 20.0 s." in text
    assert "Too fast" not in clients["researcher"].get("annotators/1").text
    assert "(left out)" not in clients["researcher"].get("annotators").text


def test_leaving_out_and_taking_back(ada: httpx.Client, desk: Desk) -> None:
    for name in ("ann", "bea"):
        work_through(desk, come(desk, name))
    assert send(ada, "annotators/1/exclude", reason=" ", work="keep").status_code == 422
    assert not any(row.excluded for row in reading.answers(desk))
    reason = "<script>x</script>"
    assert send(ada, "annotators/1/exclude", reason=reason, work="keep").status_code == 303
    assert [row.counts for row in reading.answers(desk)] == [False, True] * 2
    lines = [msgspec.json.decode(line) for line in ada.get("export").content.splitlines()]
    assert [line.get("why_not") for line in lines] == ["excluded", None] * 2
    page = ada.get("annotators/1").text
    assert "&lt;script&gt;x" in page
    assert "<script" not in page
    assert "left out" in ada.get("annotators").text
    assert send(ada, "annotators/1/exclude", reason="again", work="keep").status_code == 409
    assert send(ada, "annotators/1/include").status_code == 303
    assert all(row.counts for row in reading.answers(desk))
    assert send(ada, "annotators/1/include").status_code == 404
    ((_, _, account, _, undone),) = reading.exclusions(desk)
    assert account == "ada"
    assert undone is not None


def test_who_was_replaced_cannot_be_taken_back(ada: httpx.Client, desk: Desk) -> None:
    for name in ("ann", "bea"):
        work_through(desk, come(desk, name))
    late = come(desk, "cleo")
    assert joining.claim(desk, late, desk.study.task("quality")) is None
    assert send(ada, "annotators/1/exclude", reason="A robot", work="replace").status_code == 303
    work_through(desk, late)
    answer = send(ada, "annotators/1/include")
    assert answer.status_code == 409
    assert "pass the overlap" in answer.text


def test_the_export_has_a_line_for_every_answer(clients: Clients, worked: Desk) -> None:
    answer = clients["researcher"].get("export")
    assert answer.headers["content-disposition"] == 'attachment; filename="demo-judgments.jsonl"'
    lines = [msgspec.json.decode(line) for line in answer.content.splitlines()]
    expected = reading.answers(worked)
    assert len(lines) == len(expected)
    assert [(line["item"], line["part"], line["answer"], line.get("counts")) for line in lines] == [
        (row.item, row.part, row.answer, row.counts) for row in expected
    ]
    assert all(line["annotator"].startswith("ann_") for line in lines)


def test_many_disagreements_come_in_pages(store: Store) -> None:
    names = [f"n{number:03}" for number in range(53)]
    file = written(task(overlap=2, per_annotator=53))
    items = TaskItems(work=tuple(supported(name) for name in names))
    desk = opened(store.database, file, {"quality": items}, Clock())
    work_through(desk, come(desk, "ann"), "accept")
    work_through(desk, come(desk, "bea"), "reject")
    made.accounts(desk)
    with made.serving(Site(desk=desk)) as address, made.entered(address, "jo") as client:
        found = [
            re.findall(r"item=(sup_n\d+)", client.get(f"disagreements?page={page}").text)
            for page in ("1", "2", "9", "x", "-1")
        ]
    assert [len(some) for some in found] == [50, 3, 3, 50, 50]
    assert sorted(found[0] + found[1]) == [f"sup_{name}" for name in names]
