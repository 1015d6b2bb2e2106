"""Reads the page as a browser does, without a browser."""

from __future__ import annotations

from html.parser import HTMLParser

_VOID = {"meta", "br", "link", "img", "input", "hr"}


class Reader(HTMLParser):
    """Collects tags, ids, links, and each turn's text with what is marked in it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.turns: list[str] = []
        self.marked: list[list[tuple[int, int, str]]] = []
        self.starts: dict[str, tuple[int, int]] = {}
        """Turn and offset of each id that stands in a turn."""
        self.text = ""
        self._stack: list[tuple[str, str]] = []
        self._mark = 0
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        kind = values.get("class") or ""
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in _VOID:
            self._stack.append((tag, kind))
        if tag == "p" and kind == "said":
            self.turns.append("")
            self.marked.append([])
        if name := values.get("id"):
            self.ids.append(name)
            if self._inside("said"):
                self.starts[name] = (len(self.turns) - 1, len(self.turns[-1]))
        if tag == "a":
            self.links.append(values.get("href") or "")
        if tag == "mark" and self._inside("said"):
            self._mark = len(self.turns[-1])

    def handle_endtag(self, tag: str) -> None:
        opened, kind = self._stack.pop()
        assert opened == tag, f"<{opened}> closed by </{tag}>"
        if tag == "mark" and self._inside("said"):
            self.marked[-1].append((self._mark, len(self.turns[-1]), kind))

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._inside("said") and not any(k.startswith(("ref", "gap")) for _, k in self._stack):
            self.turns[-1] += data

    def _inside(self, kind: str) -> bool:
        return any(k == kind for _, k in self._stack)
