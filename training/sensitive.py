"""Trains the model of sensitive topics, writes its weights and its card.

Run from the repository: `python -m training.sensitive`. Reads `sensitive.txt` (invented statements)
and nothing else. Needs the `train` extra. Folds are by a hash of the statement, so that its forms
stay together.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save
from sklearn.linear_model import LogisticRegression

import recenter.models
from recenter.models.embedded import Minilm
from recenter.models.sensitive_model import HELD, NONE
from recenter.stages.sensitive import TOPICS, sensitive_topics

HERE = Path(__file__).parent
LIST = HERE / "sensitive.txt"
WEIGHTS = Path(str(recenter.models.__file__)).parent / "weights" / "sensitive.safetensors"
CARD = HERE.parent / "docs" / "reference" / "sensitive-card.md"
FOLDS = 5
STRENGTH = 1.0
STEPS = 300
_FIRST = {"is": "am", "has": "have", "does": "do", "goes": "go", "was": "was"}

Floats = NDArray[np.float64]


class Statement(NamedTuple):
    """A statement of the list."""

    text: str
    topics: tuple[str, ...]

    @property
    def fold(self) -> int:
        """The fold that it is tested in."""
        return int(hashlib.sha256(self.text.encode()).hexdigest()[:8], 16) % FOLDS


class Kept(NamedTuple):
    """What the head says of statements that it was not fitted on."""

    sensitive: Floats
    """Probability per statement, mean over its forms."""
    likeliest: list[str]


def read() -> list[Statement]:
    """Return the statements of the list, each once."""
    topics: tuple[str, ...] = ()
    found: dict[str, Statement] = {}
    for line in LIST.read_text(encoding="utf-8").splitlines():
        if line.startswith("="):
            topics = tuple(topic for topic in line[1:].split() if topic != NONE)
        elif line and not line.startswith("#"):
            found[line] = Statement(line, topics)
    return list(found.values())


def forms(text: str) -> list[str]:
    """Return a statement as memories word it: with a subject and without, in the first person."""
    if text.startswith("their "):
        rest = text.removeprefix("their ")
        return [f"User's {rest}", f"The user's {rest}.", f"My {rest}.", f"Their {rest}."]
    plain = f"{text[0].upper()}{text[1:]}."
    return [plain, f"The user {text}.", _first_person(text), f"User {text}"]


def _first_person(text: str) -> str:
    verb, _, rest = text.partition(" ")
    if verb in _FIRST:
        verb = _FIRST[verb]
    elif verb.endswith("ies"):
        verb = f"{verb[:-3]}y"
    elif re.search(r"(?:sh|ch|ss|x)es$", verb):
        verb = verb[:-2]
    elif verb.endswith("s") and not verb.endswith("ss"):
        verb = verb[:-1]
    rest = re.sub(r"\b(?:their|his|her)\b", "my", rest)
    return f"I {verb} {rest.replace('themselves', 'myself')}."


def fitted(vectors: NDArray[np.float32], classes: list[str]) -> LogisticRegression:
    """Return the regression on all forms of some statements, shape (n, forms, dimensions)."""
    rows, width = vectors.reshape(-1, vectors.shape[-1]), vectors.shape[1]
    model = LogisticRegression(C=STRENGTH, max_iter=STEPS)
    return model.fit(rows, np.repeat(classes, width))


def left_out(statements: list[Statement], vectors: NDArray[np.float32]) -> Kept:
    """Return what folds say of the statements left out of them."""
    folds = np.asarray([statement.fold for statement in statements])
    classes = np.asarray(classes_of(statements))
    sensitive, likeliest = np.zeros(len(statements)), [""] * len(statements)
    for fold in range(FOLDS):
        out = folds == fold
        model = fitted(vectors[~out], list(classes[~out]))
        p = model.predict_proba(vectors[out].reshape(-1, vectors.shape[-1]))
        p = p.reshape(out.sum(), vectors.shape[1], -1).mean(axis=1)
        none = list(model.classes_).index(NONE)
        sensitive[out] = 1 - p[:, none]
        p[:, none] = 0
        for place, best in zip(np.flatnonzero(out), p.argmax(axis=1), strict=True):
            likeliest[place] = str(model.classes_[best])
    return Kept(sensitive, likeliest)


def classes_of(statements: list[Statement]) -> list[str]:
    """Return the class of each statement: its first topic, or none."""
    return [s.topics[0] if s.topics else NONE for s in statements]


def table(statements: list[Statement], kept: Kept) -> str:
    """Return recall by topic and false alarms, of statements left out of the fit."""
    words = np.asarray([bool(sensitive_topics(s.text)) for s in statements])
    head = kept.sensitive >= HELD
    lines = ["| statements | n | words | head | both |", "|---|---|---|---|---|"]
    groups = {topic.replace("_", " "): [topic in s.topics for s in statements] for topic in TOPICS}
    groups["all sensitive"] = [bool(s.topics) for s in statements]
    groups["harmless (held back)"] = [not s.topics for s in statements]
    for name, rows in groups.items():
        shares = [float(said[rows].mean()) for said in (words, head, words | head)]
        cells = " | ".join(f"{share:.2f}" for share in shares)
        lines.append(f"| {name} | {sum(rows)} | {cells} |")
    return "\n".join(lines)


def main() -> None:
    """Train, measure by folds, write."""
    statements = read()
    encoder = Minilm()
    texts = [form for statement in statements for form in forms(statement.text)]
    vectors = encoder.embed(texts).reshape(len(statements), -1, 384)
    kept = left_out(statements, vectors)
    model = fitted(vectors, classes_of(statements))
    rows = np.hstack([model.coef_, model.intercept_[:, None]]).astype("<f4")
    # Copies: rows of an array that lies by columns would be saved as what lies in their place.
    data = save({str(n): row.copy() for n, row in zip(model.classes_, rows, strict=True)})
    WEIGHTS.write_bytes(data)
    sha256 = hashlib.sha256(data).hexdigest()
    told = table(statements, kept)
    card = CARD.read_text(encoding="utf-8")
    start, end = "<!-- folds -->\n", "<!-- end -->"
    before, _, rest = card.partition(start)
    after = rest.partition(end)[2]
    CARD.write_text(f"{before}{start}{told}\n\nWeights: sha256 `{sha256}`.\n{end}{after}", "utf-8")
    print(f"{told}\n{len(statements)} statements, sha256 {sha256}")


if __name__ == "__main__":
    main()
