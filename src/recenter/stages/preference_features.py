"""What can be told of a reply to a prompt without asking a model: its form, manner and meaning."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recenter.models.base import Embedder
from recenter.text.verbs import words

Floats = NDArray[np.float64]

_I = re.IGNORECASE
_IM = re.IGNORECASE | re.MULTILINE

COUNTED: dict[str, re.Pattern[str]] = {
    "refusal": re.compile(
        r"\b(?:i(?:'m| am) (?:sorry|unable|not able)|i (?:can(?:no|')t|do(?: no|n')t (?:have|hold)"
        r"|am not (?:able|capable)|apologi[sz]e)|as (?:a|an) (?:large |ai |language)|unable to)",
        _I,
    ),
    "machine": re.compile(
        r"\b(?:an? ai\b|language model|ai (?:assistant|model|language)|chatbot|programmed to"
        r"|personal (?:opinion|belief|experience|feeling|preference)s?)",
        _I,
    ),
    "hedge": re.compile(
        r"\b(?:may|might|perhaps|possibly|could|generally|typically|usually|often|sometimes"
        r"|it depends|in general|tend to|likely)\b",
        _I,
    ),
    "balance": re.compile(
        r"\b(?:however|on the other hand|both sides|others (?:believe|argue|think|may)|some "
        r"(?:people )?(?:believe|argue|think)|different "
        r"(?:people|views|opinions|perspectives)|perspectives?|viewpoints?)\b",
        _I,
    ),
    "evasion": re.compile(
        r"\b(?:complex|sensitive|controversial|personal (?:choice|decision|matter)|multifaceted"
        r"|no (?:definitive|right or wrong|single|one)|up to (?:you|the individual|each)"
        r"|varies|vary|depends? on)\b",
        _I,
    ),
    "lecture": re.compile(
        r"\b(?:it(?:'s| is) (?:important|essential|crucial|worth) |ultimately|respect(?:ful)?\b"
        r"|inappropriate|harmful|consult|professional (?:help|advice))",
        _I,
    ),
    "opinion": re.compile(
        r"\b(?:i (?:think|believe|feel|agree|disagree|would say|love|like|enjoy|prefer)"
        r"|in my (?:opinion|view)|personally)\b",
        _I,
    ),
    "self": re.compile(r"\b(?:i|me|my|myself|i'm|i've)\b", _I),
    "reader": re.compile(r"\b(?:you|your|yours|yourself|you're|you've)\b", _I),
    "warmth": re.compile(
        r"\b(?:i understand|sorry to hear|(?:that|it)(?:'s| is| sounds) (?:great|wonderful|awesome"
        r"|amazing|fantastic|good|lovely)|congratulations|glad|happy to|thank(?:s| you)|welcome"
        r"|hope)\b",
        _I,
    ),
    "offer": re.compile(
        r"\b(?:let me know|would you like|feel free|can i help|may i help|assist you|help you"
        r"|(?:any|more) (?:other )?questions)\b",
        _I,
    ),
    "advice": re.compile(r"\b(?:you (?:can|could|should|may)|try|consider|make sure|should)\b", _I),
    "reason": re.compile(r"\b(?:because|therefore|since|due to|as a result|such as|example)\b", _I),
    "question": re.compile(r"\?"),
    "exclamation": re.compile(r"!"),
    "item": re.compile(r"^\s{0,8}(?:[-*•]|\d{1,2}[.)])\s", re.MULTILINE),
    "heading": re.compile(r"^\s{0,4}#{1,4}\s|\*\*[^*\n]+\*\*|^[A-Z][\w ]{2,40}:\s*$", re.MULTILINE),
    "paragraph": re.compile(r"\n\s*\n"),
    "number": re.compile(r"\d+(?:[.,]\d+)*"),
    "name": re.compile(r"(?<=[a-z,;] )[A-Z][a-z]+"),
    "quoted": re.compile(r"[\"“][^\"”\n]{2,80}[\"”]"),
    "bracket": re.compile(r"\([^)\n]{2,80}\)"),
    "turn": re.compile(
        r"^\s{0,8}(?:user|human|assistant|ai|bot|falcon|me|you|your turn|person \w|[qa])\s?:"
        r"|your turn",
        _IM,
    ),
    "markup": re.compile(r"<[|/\w][^>\n]{0,30}>|\[/?INST\]|^###|```|\{[^}\n]*\}", re.MULTILINE),
    "emoji": re.compile(r"[\U0001F300-\U0001FAFF\u2600-\u27BF]|\*[a-z]+s\b[^*\n]{0,40}\*"),
    "foreign": re.compile(r"[^\x00-\x7f‘’“”–—…•°é]"),
}
"""Kinds of words and marks; a reply's figure is the logarithm of one more than their number."""

OTHER = (
    "log words",
    "words to 60",
    "words to 150",
    "words over 200",
    "log sentences",
    "sentence length",
    "word length",
    "long words",
    "distinct words",
    "repeated threes",
    "repeated sentences",
    "ends open",
    "ends asking",
    "starts low",
    "starts politely",
    "starts refusing",
    "prompt covered",
    "prompt copied",
    "first covers prompt",
    "length beside prompt",
)
"""Figures of form, in this order after those of `COUNTED`."""

MEANING = (
    "cosine",
    "cosine of first",
    "mean cosine",
    "least cosine",
    "most cosine",
    "tail cosine",
    "drift",
    "coherence",
    "redundancy",
)
"""Cosines of the reply, its first and its other sentences with the prompt and with each other."""

NAMES = (*COUNTED, *OTHER, *MEANING)

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_CLOSED = re.compile(r"[.!?:)\]\"”'’*`…]\s*$|[\U0001F300-\U0001FAFF\u2600-\u27BF]\s*$")
_POLITE = re.compile(
    r"\W*(?:hi|hello|hey|sure|certainly|of course|great|thank|good|absolutely)\b", _I
)
_STOP = words(
    "a an and are as at be but by can do does for from had has have he her his how i if in is it "
    "its me my no not of on or our she should so than that the their them then there these they "
    "this to was we were what when where which who why will with would you your about could"
)
_MOST = 40
"""Sentences of a reply whose meaning is read."""


def sentences(text: str) -> list[str]:
    """Return the sentences and lines of a text, without the space around them."""
    return [part for part in (p.strip() for p in _SENTENCE.split(text)) if part]


def form(prompt: str, reply: str) -> Floats:
    """Return the figures of `COUNTED` and `OTHER` of a reply, shape (len(COUNTED) + len(OTHER),).

    They depend on the words alone.
    """
    counted = [np.log1p(len(pattern.findall(reply))) for pattern in COUNTED.values()]
    said = [word.lower() for word in _WORD.findall(reply)]
    parts = sentences(reply)
    return np.array(
        [
            *counted,
            *_length(said, parts),
            *_manner(reply, said, parts),
            *_overlap(prompt, said, parts),
        ],
        np.float64,
    )


def _length(said: Sequence[str], parts: Sequence[str]) -> list[float]:
    n = len(said)
    return [
        float(np.log1p(n)),
        min(n, 60) / 60,
        min(n, 150) / 150,
        max(n - 200, 0) / 100,
        float(np.log1p(len(parts))),
        min(n / max(len(parts), 1), 50) / 20,
    ]


def _manner(reply: str, said: Sequence[str], parts: Sequence[str]) -> list[float]:
    n = max(len(said), 1)
    threes = list(zip(said, said[1:], said[2:], strict=False))
    low = Counter(part.lower() for part in parts)
    stripped = reply.strip()
    first = parts[0] if parts else ""
    return [
        sum(map(len, said)) / n,
        sum(len(word) > 8 for word in said) / n,
        len(set(said)) / n**0.8,
        1 - len(set(threes)) / max(len(threes), 1) if threes else 0.0,
        1 - len(low) / max(len(parts), 1) if parts else 0.0,
        float(not _CLOSED.search(stripped)),
        float(stripped.endswith("?")),
        float(not stripped[:1].isupper()),
        float(bool(_POLITE.match(first))),
        float(bool(COUNTED["refusal"].search(first) or COUNTED["machine"].search(first))),
    ]


def _overlap(prompt: str, said: Sequence[str], parts: Sequence[str]) -> list[float]:
    asked = {w.lower() for w in _WORD.findall(prompt)} - _STOP
    content = [word for word in said if word not in _STOP]
    first = {w.lower() for w in _WORD.findall(parts[0])} if parts else set()
    size = max(len(asked), 1)
    return [
        len(asked & set(content)) / size,
        sum(word in asked for word in content) / max(len(content), 1),
        len(asked & first) / size,
        float(np.log1p(len(said))) / float(1 + np.log1p(len(asked))),
    ]


def meaning(prompt: Floats, whole: Floats, parts: Floats) -> Floats:
    """Return the figures of `MEANING`, shape (9,), of the vectors of prompt, reply and sentences.

    Vectors are of unit length; `parts` has a row for each sentence.
    """
    if not len(parts):
        return np.zeros(len(MEANING))
    near = parts @ prompt
    among = parts @ parts.T
    beside = np.diagonal(among, 1)
    rest = among[~np.eye(len(parts), dtype=bool)]
    half = len(parts) // 2
    return np.array(
        [
            whole @ prompt,
            near[0],
            near.mean(),
            near.min(),
            near.max(),
            near[-1],
            near[half:].mean() - near[:half].mean() if half else 0.0,
            beside.mean() if len(beside) else 0.0,
            rest.max() if len(rest) else 0.0,
        ],
        np.float64,
    )


def figures(prompt: str, replies: Sequence[str], *, embedder: Embedder) -> Floats:
    """Return a row for each reply: the figures of `NAMES` and then its vector.

    The prompt and what stands in the replies are embedded in one call.
    """
    parts = [sentences(reply)[:_MOST] for reply in replies]
    texts = [prompt, *replies, *(part for of_one in parts for part in of_one)]
    vectors = np.asarray(embedder.embed(texts), np.float64)
    wholes = vectors[1 : 1 + len(replies)]
    rows = []
    start = 1 + len(replies)
    for reply, whole, of_one in zip(replies, wholes, parts, strict=True):
        beside = vectors[start : start + len(of_one)]
        start += len(of_one)
        rows.append(
            np.concatenate([form(prompt, reply), meaning(vectors[0], whole, beside), whole])
        )
    return np.stack(rows) if rows else np.zeros((0, len(NAMES) + vectors.shape[1]))
