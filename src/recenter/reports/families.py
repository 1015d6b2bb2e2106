"""Whether a judge thinks better of what its own family of models wrote than people do."""

from __future__ import annotations

import re

from recenter.figures.record import Line, Table
from recenter.reports.judged import Judged, people_mean
from recenter.stats.estimate import Estimate
from recenter.stats.judge_bias import self_preference

_FAMILY = re.compile(
    r"(?<![a-z])(chatgpt|gpt|o[1-9](?!\d)|claude|gemini|gemma|llama|codellama|qwen|qwq|mistral|"
    r"mixtral|ministral|codestral|magistral|deepseek|phi|grok|command|olmo|smollm|kimi|glm|"
    r"granite|nemotron)(?![a-z])",
    re.IGNORECASE,
)
_SAME = {"chatgpt": "gpt", "codellama": "llama", "qwq": "qwen"} | dict.fromkeys(
    ("mixtral", "ministral", "codestral", "magistral"), "mistral"
)
_NO_WRITERS = "Who wrote the replies is not in the data."


def family_of(name: str) -> str:
    """Return the family of a model by its name, such as `gpt` of `openai:gpt-5.4`.

    The first family that the name tells, where it tells several; a name that tells none is a
    family of its own.
    """
    found = _FAMILY.search(name)
    if found is None:
        return name.casefold()
    told = found[0].casefold()
    return "gpt" if re.fullmatch(r"o\d", told) else _SAME.get(told, told)


def own_family(of: Judged) -> tuple[Table, ...]:
    """Return how much higher each judge rates its own family than others, beside people."""
    judges = of.judges("model")
    if not judges:
        return ()
    people = people_mean(of)
    written = [family_of(item.source) if item.source else None for item in of.items]
    lines = []
    for name in judges:
        family = family_of(name)
        # A row whose writer is not known is neither of its own family nor of another.
        told = [place for place, one in enumerate(written) if one is not None]
        found = self_preference(
            of.values[name][told],
            people[told],
            [written[place] for place in told],
            family,
            [of.people[place] for place in told],
        )
        unknown = Estimate(value=None, reason=_NO_WRITERS)
        figures = (found.judge, found.people, found.difference) if told else (unknown,) * 3
        lines.append(Line(_named(name, family), figures))
    return (
        Table(
            title="Does a judge prefer its own family?",
            columns=(
                "own family less others, judge",
                "own family less others, people",
                "judge less people",
            ),
            lines=tuple(lines),
            note="How many points higher replies that know the person are rated where a model of "
            "the judge's own family wrote them, on the pairs that people rated too; families are "
            "told by the names of models. Where one model wrote both replies of a pair, a taste "
            "for its hand as such cancels, and what is left is one for how it personalises. "
            "n counts pairs of replies.",
        ),
    )


def _named(name: str, family: str) -> str:
    return name if name.casefold() == family else f"{name} ({family})"
