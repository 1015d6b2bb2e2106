"""ShareGPT: conversations scraped from shared pages, with what the pages left in the text."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import msgspec

from recenter.importers.base import Format, Skip, conversation_of, lone_person
from recenter.importers.fields import role_of
from recenter.importers.pseudonym import Pseudonyms
from recenter.records import Conversation, Turn

_NAME = "sharegpt"
_PAGE = re.compile(r"\s*<(?:div|p|span|pre|ol|ul|h[1-6]|table)\b[^<>]*>", re.IGNORECASE)
# The page's switch between regenerated answers, glued to the first word: "2 / 3Certainly".
_COUNTER = re.compile(r"\A\s*\d{1,3} / \d{1,3}(?=\D|\Z)\s*")
_COPY_BUTTON = re.compile(r"^([\w+#.-]*)Copy code[ \t]*", re.MULTILINE)
# Linear in the text whatever it holds, which an HTML parser is not.
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)\b[^<>]*>")
_IGNORED = frozenset({"script", "style", "button", "svg"})
_BLOCKS = frozenset({"p", "div", "pre", "li", "ol", "ul", "tr", "table", "br"}) | {
    f"h{level}" for level in range(1, 7)
}


class _Turn(msgspec.Struct):
    speaker: str = msgspec.field(name="from")
    value: str | None = None


class _Row(msgspec.Struct):
    conversations: list[_Turn]
    id: str | int | None = None


def clean(text: str) -> str:
    """Return a text without what the page around it left: counters, buttons, and the page's own
    HTML where the text begins with it. HTML that a person wrote about is left as it is.
    """
    text = _COUNTER.sub("", text)
    if not _PAGE.match(text):
        return text
    plain = _COPY_BUTTON.sub(r"\1\n", html.unescape("".join(_words(text))))
    return re.sub(r"\n{3,}", "\n\n", plain.replace("\xa0", " ")).strip()


def _words(page: str) -> Iterator[str]:
    """Yield the text between tags, with a line end where a block begins or ends."""
    ignored, at = 0, 0
    for tag in _TAG.finditer(page):
        if not ignored:
            yield page[at : tag.start()]
        at = tag.end()
        closing, name = tag[1], tag[2].lower()
        if name in _IGNORED:
            ignored = max(0, ignored - 1) if closing else ignored + 1
        elif name in _BLOCKS:
            yield "\n- " if name == "li" and not closing else "\n"
    yield page[at:]


def _convert(row: _Row, door: Pseudonyms, _account: str) -> Conversation | Skip:
    turns = []
    for i, turn in enumerate(row.conversations):
        role = role_of(turn.speaker, field=f"conversations[{i}].from")
        text = turn.value or ""
        # Only the page's side is cleaned of its buttons; the person's words stay verbatim.
        turns.append(Turn(role=role, text=text if role == "user" else clean(text)))
    said = tuple(turns)
    raw_id = None if row.id in (None, "") else str(row.id)
    return conversation_of(
        said,
        door,
        person=lone_person(said, door, source=_NAME, raw_id=raw_id),
        source=_NAME,
        raw_id=raw_id,
    )


SHAREGPT = Format(name=_NAME, mark="conversations", row=_Row, convert=_convert)
