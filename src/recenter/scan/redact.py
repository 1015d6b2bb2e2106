"""Mask findings in a text so that every other character stays where it was."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from recenter.errors import InputError
from recenter.scan.record import Finding, Kind

MASK = "█"
"""What fills the place of a finding; one code point, outside letters and digits."""
_KEPT = "\r\n"


def redact(text: str, findings: Iterable[Finding], *, kinds: Collection[Kind] | None = None) -> str:
    """Return the text with findings masked, as long as before in code points.

    A finding becomes a label such as `[name]` filled up with `█`, or `█` alone where the label does
    not fit; its line ends remain. None for `kinds` means all of them.

    Raises:
        InputError: a finding does not say what stands in its place: it is of another text.
    """
    masked = list(text)
    for one in findings:
        if not 0 <= one.start <= one.end or text[one.start : one.end] != one.text:
            raise InputError(
                f"the text has no {one.kind} of {len(one.text)} characters at {one.start}.",
                field="findings",
                cure="Scan the text again: it is another one or has changed.",
            )
        if kinds is None or one.kind in kinds:
            masked[one.start : one.end] = _mask(one)
    return "".join(masked)


def _mask(one: Finding) -> list[str]:
    label = f"[{one.kind}]"
    line = next((place for place, char in enumerate(one.text) if char in _KEPT), len(one.text))
    shown = label if len(label) <= line else ""
    filled = shown + MASK * (len(one.text) - len(shown))
    return [old if old in _KEPT else new for old, new in zip(one.text, filled, strict=True)]
