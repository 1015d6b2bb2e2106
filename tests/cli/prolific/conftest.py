"""A study that recruits at Prolific, by its file, with a real store and a real platform."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from recenter.cli.main import main
from recenter.store import Store, open_store
from recenter.study.ledger import joining
from recenter.study.ledger.desk import Annotator, Desk, load_desk
from tests.study.prolific.conftest import played
from tests.study.prolific_server import TOKEN, Played

__all__ = ["played"]

URL = "https://study.example.com"


class Study:
    """A study's folder and store, and what is said of it on the command line."""

    def __init__(self, folder: Path, store: str, platform: Played) -> None:
        self.file = folder / "study.yaml"
        self.store = store
        self.platform = platform

    def say(self, verb: str, *words: object) -> Result:
        line = ["study", "prolific", verb, str(self.file), "--store", self.store]
        return CliRunner().invoke(main, [*line, *map(str, words)])

    def done(self, verb: str, *words: object) -> str:
        result = self.say(verb, *words)
        assert result.exit_code == 0, result.output
        return result.output

    def change(self, old: str, new: str) -> None:
        text = self.file.read_text()
        assert old in text
        self.file.write_text(text.replace(old, new))

    def there(self) -> Any:
        """What Prolific has of studies, people and money."""
        platform = self.platform
        return copy.deepcopy(
            (platform.studies, platform.submissions, platform.bulks, platform.paid, platform.told)
        )


@pytest.fixture
def study(tmp_path: Path, played: Played, monkeypatch: pytest.MonkeyPatch) -> Study:
    """The template `replies`, which recruits at Prolific."""
    monkeypatch.setenv("RECENTER_PROLIFIC_TOKEN", TOKEN)
    monkeypatch.setenv("RECENTER_PROLIFIC_URL", played.url)
    store = f"sqlite:///{tmp_path / 'store.db'}"
    folder = tmp_path / "replies"
    words = ("study", "new", str(folder), "--template", "replies", "--store", store)
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    made = Study(folder, store, played)
    made.change("kind: links ", "kind: prolific ")
    return made


@pytest.fixture
def drafted(study: Study) -> Study:
    study.done("draft", "--url", URL)
    return study


@pytest.fixture
def store(drafted: Study) -> Iterator[Store]:
    with open_store(drafted.store) as opened:
        yield opened


@pytest.fixture
def desk(store: Store) -> Desk:
    return load_desk(store.database, "replies")


def come(desk: Desk, played: Played, submission: str, state: str = "working") -> Annotator:
    """Let the person of a submission in, and bring their part to a state."""
    person = played.submissions[submission]["participant"]
    raw = {"id": f"prolific/{person}", "PROLIFIC_PID": person, "SESSION_ID": submission}
    who = joining.join(desk, raw)
    joining.agree(desk, who.id)
    if state != "working":
        desk.database.transact(lambda t: joining.set_state(t, desk, who.id, state))
    return joining.find(desk, who.id)
