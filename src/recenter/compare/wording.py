"""What two sentences that are alike share in words, and whether they say the contrary of it.

Likeness does not see the contrary: "dislikes flying" is nearer to "likes flying" than much that
says the same. `stages.conflicts.compatible` tells two short statements that cannot both hold;
sentences of several clauses ("I avoid flying and take the train") are held to each other where they
speak of the same thing.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from recenter.stages.conflicts import compatible
from recenter.text.forgetting import until_forgotten
from recenter.text.verbs import without_ending

_I = re.IGNORECASE
_WORD = re.compile(r"[^\W\d_]{3,}")
_PLAIN = frozenset(
    word
    for line in (
        "about also and any are been but can could does don for from get has have her his how into",
        "its just like likes mine more most much not often only other over own prefer prefers",
        "rather really she should some strong strongly such tend than that the their them then",
        "there these they this those usually user very was way were what when where which who will",
        "with would you your dislike dislikes enjoy enjoys hate love loves want wants aversion",
    )
    for word in line.split()
)
"""Words that hold nothing of what somebody likes or does."""
_BOUNDS = re.compile(
    r"[.;:!?,()]+\s*|\b(?:and|but|while|whereas|though|although|because|since|so)\b", _I
)
# What comes after is what is not wanted.
_RATHER = re.compile(r"\b(?:rather than|instead of|as opposed to)\b", _I)
_OVER = re.compile(r"\b((?:prefer|favou?r|choose|like)\w*\b[^.;:!?()]*?)\bover\b", _I)
_FREE_OF = re.compile(r"\bwithout\b|\b(?=\w+-free\b)", _I)
# Ways of being against something that `compatible`, which reads statements in the third person and
# the present, does not know.
_AGAINST = re.compile(
    r"\b(?:(?:have|has|having) (?:an? )?(?:\w+ )?(?:aversion|dislike|distaste|intolerance|allergy"
    r"|fear|phobia) (?:to|towards?|for|of)"
    r"|(?:am|is|are|['’]m) (?:\w+ )?(?:averse|allergic|opposed|afraid|scared|intolerant"
    r"|uncomfortable|tired|against)(?: to| of| with)?"
    r"|(?:have|has|having)(?= (?:an? )?(?:[\w-]+ ){1,2}(?:allergy|allergies|intolerance|phobia)\b)"
    r"|oppos(?:es?|ing)"
    r"|avoid(?:ing|ed)|dislik(?:ed|ing)|hat(?:ed|ing)|detests?|loathes?|despises?"
    r"|refus(?:e|ing|ed)(?: to)?|(?:stays?|keeps?|steers?) (?:away|clear|off) (?:from|of)"
    r"|(?:have|has) (?:\w+ )?concerns? about|(?:no|loses?|lost) interest in"
    r"|can ?not stand|not an? (?:\w+ )?fan of)\b",
    _I,
)
# Denied in their words, and none the less liked.
_LIKED = re.compile(r"\b(?:cannot|can(?:['’]t| not)) (?:get|have) enough of\b", _I)
_DENIED = " dislikes "
_DENIAL = re.compile(
    r"\b(?:not|cannot|never|[a-z]+n['’]t|dislikes?|hates?|avoids?|distrusts?)\b", _I
)


class _Clause(NamedTuple):
    text: str
    stems: frozenset[str]


def content_words(text: str) -> frozenset[str]:
    """Return the words that carry the meaning of a sentence, without their plural."""
    words = (word.removesuffix("s") for word in _WORD.findall(text.lower()) if word not in _PLAIN)
    return frozenset(words)


def agree(one: str, other: str) -> bool:
    """Tell whether two sentences that are alike say the same where they speak of the same thing.

    Of all pairs of their clauses, those count that share most words; where one of them is
    compatible, the sentences are. Where no clauses share a word, all pairs count.
    """
    pairs = [
        (len(first.stems & second.stems), first.text, second.text)
        for first in _clauses(one)
        for second in _clauses(other)
    ]
    most = max((shared for shared, _, _ in pairs), default=0)
    return not pairs or any(compatible(a, b) for shared, a, b in pairs if shared == most)


@until_forgotten
@functools.lru_cache(maxsize=65_536)
def _clauses(text: str) -> tuple[_Clause, ...]:
    turned = _FREE_OF.sub(_DENIED, _AGAINST.sub(_DENIED, _LIKED.sub("loves", text)))
    turned = _OVER.sub(rf"\1;{_DENIED}", _RATHER.sub(f";{_DENIED}", turned))
    parts = [_once(part.strip()) for part in _BOUNDS.split(turned)]
    return tuple(_Clause(part, stems) for part in parts if (stems := _stems(part)))


def _once(clause: str) -> str:
    """Return a clause that is denied twice as one that is not: "dislikes hotels without a bar"."""
    return clause if len(_DENIAL.findall(clause)) % 2 else _DENIAL.sub(" ", clause)


def _stems(text: str) -> frozenset[str]:
    return frozenset(without_ending(word) for word in content_words(text))
