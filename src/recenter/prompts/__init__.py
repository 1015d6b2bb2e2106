"""The prompts, one text file each. The hash of the text goes into the signature."""

from __future__ import annotations

import functools
from importlib import resources

import msgspec

from recenter.provenance import digest


class Prompt(msgspec.Struct, frozen=True):
    """The text of a prompt file: a system part and a user part with `{named}` places."""

    name: str
    system: str
    user: str

    @property
    def hash(self) -> str:
        """Digest of the text."""
        return digest(self.system, self.user)

    def fill(self, **values: str) -> str:
        """Return the user part with each `{name}` replaced, in one pass, so that braces in a
        value are left as they are.

        Raises:
            KeyError: a place has no value, or a value no place.
        """
        places = {name for _, name in _places(self.user) if name is not None}
        if places != set(values):
            raise KeyError(f"prompt {self.name!r} has {sorted(places)}, got {sorted(values)}")
        return "".join(
            text + (values[name] if name is not None else "") for text, name in _places(self.user)
        )


def _places(template: str) -> list[tuple[str, str | None]]:
    """Split a template into (text, name of the place after it)."""
    parts: list[tuple[str, str | None]] = []
    while "{" in template:
        before, _, rest = template.partition("{")
        name, closed, after = rest.partition("}")
        if not (closed and name.isidentifier()):
            parts.append((before + "{", None))
            template = rest
            continue
        parts.append((before, name))
        template = after
    return [*parts, (template, None)]


@functools.cache
def load_prompt(name: str) -> Prompt:
    """Return the prompt in `NAME.txt`: its system part, a line `---`, its user part."""
    text = resources.files(__package__).joinpath(f"{name}.txt").read_text("utf-8")
    system, _, user = text.partition("\n---\n")
    return Prompt(name, system.strip(), user.strip())
