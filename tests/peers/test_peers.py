"""Other memories by the batch contract: their own defaults, one memory a row, no network."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from recenter.peers.memory import answer, encoder
from recenter.peers.top_k import top_k
from tests import servers

Row = dict[str, Any]

# Sockets are closed before the peer is loaded: whatever it would send fails the test.
OFFLINE = """
import importlib, socket, sys
def refuse(*_): raise RuntimeError("tried to leave this machine")
socket.socket.connect = socket.getaddrinfo = refuse
importlib.import_module(sys.argv.pop(1)).main()
"""
FACTS = [
    "Cooks soup every day.",
    "Grows vegetables for the kitchen.",
    "Is a nurse.",
    "Owns two dogs.",
    "Plays chess at a club.",
    "Lives in Oslo.",
    "Is learning Portuguese.",
    "Repairs old radios.",
    "Has a fear of heights.",
    "Sings in a choir.",
    "Collects stamps.",
    "Rides a bicycle to work.",
]


def row(prompt: str, *texts: str) -> Row:
    listed = [{"id": f"a{place}", "text": text} for place, text in enumerate(texts)]
    return {"row": prompt, "prompt": prompt, "attributes": listed}


ROWS = [
    row("Which soup shall I cook tonight?", *FACTS),
    row("Explain how transistors amplify.", *FACTS[:3]),
    row("Nothing is known."),
]


def ask(
    peer: str, rows: list[Row], *words: str
) -> tuple[list[Row], subprocess.CompletedProcess[str]]:
    command = [sys.executable, "-c", OFFLINE, f"recenter.peers.{peer}", *words]
    lines = "".join(json.dumps(one) + "\n" for one in rows)
    ran = subprocess.run(command, input=lines, capture_output=True, text=True)
    return [json.loads(line) for line in ran.stdout.splitlines()], ran


def used(answered: Row) -> set[str]:
    return {one["id"] for one in answered["attributes"] if one["decision"] == "use"}


def nearest(asked: Row, most: int, least: float = -1) -> set[str]:
    """Return what a plain search by cosine would, worked out here."""
    texts = [one["text"] for one in asked["attributes"]]
    if not texts:
        return set()
    vectors = encoder().embed([asked["prompt"], *texts])
    near = vectors[1:] @ vectors[0]
    return {f"a{at}" for at in np.argsort(-near)[:most] if near[at] >= least}


def test_top_k_uses_the_nearest_whatever_the_prompt_is() -> None:
    made = answer(ROWS[0], top_k(encoder(), 2))
    assert used(made) == {"a0", "a1"} == nearest(ROWS[0], 2)
    assert [one["text"] for one in made["attributes"]] == FACTS
    assert used(answer(ROWS[1], top_k(encoder(), 10))) == {"a0", "a1", "a2"}
    assert used(answer(ROWS[2], top_k(encoder(), 10))) == set()


def test_a_peer_answers_each_line_and_a_bad_row_in_its_place() -> None:
    answered, ran = ask("top_k", [ROWS[0], {"prompt": "Soup?"}, ROWS[1]], "--k", "1")
    assert ran.returncode == 3
    assert [set(one) for one in answered] == [set(ROWS[0]), {"error", "line"}, set(ROWS[0])]
    assert [len(used(one)) for one in (answered[0], answered[2])] == [1, 1]


def test_langgraph_retrieves_ten_by_default() -> None:
    servers.require("langgraph", "run: pip install 'recenter[peers]'")
    answered, ran = ask("langgraph", ROWS)
    assert ran.returncode == 0, ran.stderr
    assert [used(one) for one in answered] == [nearest(one, 10) for one in ROWS]


def test_mem0_retrieves_what_passes_its_threshold_and_nothing_of_another_row() -> None:
    servers.require("mem0", "run: pip install 'recenter[peers]'")
    answered, ran = ask("mem0", ROWS)
    assert ran.returncode == 0, ran.stderr
    assert [used(one) for one in answered] == [nearest(one, 20, 0.1) for one in ROWS]
    assert len(used(answered[0])) < 12


@pytest.mark.parametrize("peer", ["langgraph", "mem0"])
def test_without_the_extra_a_peer_says_how_to_get_it_and_reads_nothing(peer: str) -> None:
    code = f"import sys; sys.modules[{peer!r}] = None\n{OFFLINE}"
    command = [sys.executable, "-c", code, f"recenter.peers.{peer}"]
    ran = subprocess.run(command, input="no row", capture_output=True, text=True)
    assert ran.returncode == 1
    assert ran.stderr.splitlines() == [
        f"Error: recenter.peers.{peer} needs the `peers` extra, which is not installed. "
        "Run: pip install 'recenter[peers]'"
    ]
    assert ran.stdout == ""
