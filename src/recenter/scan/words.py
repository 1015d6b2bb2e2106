"""Lists of words, written as prose here or read from the files beside this one."""

from __future__ import annotations

from importlib import resources


def word_set(text: str) -> frozenset[str]:
    """Return the words of a list written as prose."""
    return frozenset(text.split())


def read_words(name: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the words of a packaged list, and those on its lines that begin with "?"."""
    plain: set[str] = set()
    marked: set[str] = set()
    text = resources.files(__package__).joinpath(f"{name}.txt").read_text("utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            (marked if line.startswith("?") else plain).update(line.strip("? ").split())
    return frozenset(plain), frozenset(marked)
