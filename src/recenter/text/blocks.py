"""Stretches of a turn that were put there rather than said: code, quotes, documents, memories."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from recenter.text.locate import Span

Block = Literal["code", "quote", "pasted", "injected"]

_I = re.IGNORECASE
_IM = re.IGNORECASE | re.MULTILINE

# Memories rendered by Recenter, or by the memory layers and chat products people come from.
_TAGGED_MEMORY = re.compile(
    r"<(recenter[\w-]*|(?:user|core|relevant|saved|retrieved|long_term|human|mem0)?[_-]?"
    r"(?:memory|memories|memory_blocks|memory_context)|user[_-](?:profile|context|info|data|facts)"
    r"|supermemory[\w-]*|persona|human|context|user[_-]?bio)\b[^>\n]{0,200}>.*?(?:</\1\s{0,20}>|\Z)",
    _I | re.DOTALL,
)
_MEMORY_HEADING = re.compile(
    r"^[ \t]{0,20}[#*=\-\[(]{0,20}[ \t]{0,20}(?:(?:here(?: are| is|['’]s)|these are|below are)"
    r" )?(?:the |some |my |your )*"
    r"(?:(?:relevant|user|user's|stored|saved|past|previous|retrieved|known|long[- ]term)[ _-]+)*"
    r"(?:memor(?:y|ies)|model set context|facts about (?:the|this) user|user[ _-](?:profile|facts)"
    r"|what (?:i|you|we) (?:know|remember) about (?:(?:the|this) user|me)|user bio"
    r"|(?:conversation|chat|session) summar(?:y|ies)|assistant response preferences"
    r"|notable past conversation topic highlights|helpful user insights)\b[^\n:]{0,60}"
    r"(?::[ \t*]{0,20}$|[ \t*=\])]{0,20}$(?<=[#*=\])])|(?<=context)[ \t]{0,20}$"
    r"|:[ \t]{0,20}[-*\[{])",
    _IM,
)
_HASH_HEADING = re.compile(
    r"^#{1,4}[ \t]+(?:[\w']+[ \t]+){0,3}"
    r"(?:memor(?:y|ies)|user (?:profile|bio)|model set context)\b.*$",
    _IM,
)
_STORED = re.compile(r"^these are the memories (?:that )?i have stored\b[^\n]*", _IM)
_LIST_LINE = re.compile(r"\n[ \t]{0,20}(?:[-*•–]|\d+[.)]|\[\d)[^\n]*")

_FENCE = re.compile(r"(?P<f>```|~~~).*?(?:(?P=f)|\Z)", re.DOTALL)
_INLINE_CODE = re.compile(r"`[^`\n]{1,400}`")
_TAGGED_CODE = re.compile(r"<(code|pre|script|style)\b.*?(?:</\1>|\Z)", _I | re.DOTALL)
_CODE_LINE = re.compile(
    r"^\s{0,20}(?:(?:from [\w.]+ )?import [\w.*{ ]+|def \w+\(|class \w+[(:{]|function \w*\("
    r"|#include"
    r"|#define"
    r"|(?:public|private|protected|static|const|let|var) \w+.*[;{(=]|return\b|print(?:f|ln)?\("
    r"|select .+ from |</?[a-z][\w-]*[^>]*>|@\w+|\$ ?\w+|//|/\*|[{}\])]+[;,)]*$|.*[;{]$|\"\w+\":"
    r"|\w+(?:\.\w+)+\(|[\w.\[\]]+ *[-+*/]?= *\S+|(?:if|for|while|switch) ?\(|elif |else:|try:"
    r"|except\b)",
    _I,
)

_QUOTED_LINES = re.compile(r"^[ \t]{0,20}>[^\n]*(?:\n[ \t]{0,20}>[^\n]*)*", re.MULTILINE)
_TRIPLE = re.compile(r"(?P<q>\"\"\"|''').*?(?:(?P=q)|\Z)", re.DOTALL)
_QUOTED = re.compile(
    r"“[^“”]{20,20000}”|„[^“”]{20,20000}[“”]|«[^«»]{20,20000}»|(?<![\w\"])\"[^\"]{20,20000}\"(?!\w)"
    r"|(?<!\w)‘(?:[^‘’]|’(?=\w)){20,4000}’(?!\w)|(?<!\w)'(?:[^'\n]|'(?=\w)){20,2000}'(?!\w)"
)

_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"]+", _I)
_TASK_VERB = (
    r"(?:translate|re-?write|rephrase|reword|paraphrase|summari[sz]e|sum up|proof-?read|edit"
    r"|correct"
    r"|improve|fix|shorten|expand|humani[sz]e|polish|simplify|convert|analy[sz]e|review|explain"
    r"|respond to|reply to|answer|evaluate|critique|grade|continue|complete|describe|check|format)"
)
_DOCUMENT = (
    r"(?:text|e-?mail|letter|article|cv|resume|résumé|essay|paragraph|passage|lyrics|story|log|logs"
    r"|transcript|document|message|abstract|description|sentences?|post|tweet|report|content|bio"
    r"|statement|poem|script|chapter|excerpt|note|notes|review|prompt|question|data|conversation)"
)
_INTRODUCED = re.compile(
    rf"(?:^|[.!?\n]\s{{0,20}})(?:(?:can|could|would|will) you |please |pls |i (?:want|need) you to "
    rf"|help me )*"
    rf"(?:{_TASK_VERB}\b[^\n.!?:]{{0,120}}"
    rf"|(?:here(?:'s| is| are)|this is|these are|below (?:is|are)|following (?:is|are)|given|use"
    rf"|based on)"
    rf"\b[^\n.!?:]{{0,80}}\b{_DOCUMENT}\b[^\n.!?:]{{0,60}}"
    rf"|(?!my question\b|notes?\b)(?:(?:my|the|original|source|input) )?(?:{_DOCUMENT}|quote)"
    r"(?: \d+)?"
    rf"|(?:turn|put|make|change) (?:this|that|it|these|the following)\b(?! around)[^\n.!?:]{{0,80}}"
    rf"|(?:classify|find (?:the |any |all )?(?:errors?|mistakes?)|(?:grammar|spell)[ -]?check"
    rf"|what(?:'s|’s| is) (?:wrong|the (?:tense|mood|subject|sentiment))"
    rf"|which (?:\w+ )?is (?:correct|right))"
    rf"\b[^\n.!?:]{{0,80}}"
    rf"|(?:is|are) (?:this|these|it|the following)\b[^\n.!?:]{{0,40}}"
    rf"\b(?:correct|right|grammatical\w*)"
    rf"[^\n.!?:]{{0,30}})"
    r"[ \t]{0,20}(?::|[-–—]?\n)\s{0,20}(?=\S)",
    _I,
)
_CORRECT = re.compile(
    r"\b(?:is|are) (?:this|these|the following|my) (?:\w+ )?(?:sentences?|phrases?|grammar|wording)"
    r" (?:\w+ )?(?:correct|right|ok|natural)\b[^\n.!?:]{0,30}\?\s{1,20}(?=\S)",
    _I,
)
_WORDS_ASKED = re.compile(
    r"\b(?:how (?:do|would|can|to) (?:(?:you|i|we|one) )?(?:say|write|spell|translate)|translate"
    r"|synonyms? (?:for|of)|meaning of|what does|in the sentence)\b[^\n.!?\"“']{0,60}"
    r"(?P<said>\"[^\"\n]{1,400}\"|“[^“”\n]{1,400}”|'(?:[^'\n]|'(?=\w)){1,400}'(?!\w))"
    r"(?:[^\n.!?\"“']{0,40}(?P<more>\"[^\"\n]{1,400}\"|“[^“”\n]{1,400}”))?",
    _I,
)
_BELOW = re.compile(
    rf"\b(?:the (?:following|below)(?: \w+){{0,3}}|{_DOCUMENT} below"
    rf"|below {_DOCUMENT})[^\n.!?:]{{0,60}}"
    r"(?:[:.]\s{0,20}\n|:\s{1,20}|\n\s{0,20}\n)\s{0,20}(?=\S)",
    _I,
)
_TASK_LAST = re.compile(
    rf"(?:^|[.!?\"”\n])\s{{0,20}}(?:(?:can|could|would|will) you |please |pls |now |i (?:want"
    rf"|need) you to )*"
    rf"{_TASK_VERB}\b(?: \w+){{0,3}}? (?:this|that|it|these|above|my (?:\w+ ){{0,2}}{_DOCUMENT}"
    rf"|the (?:\w+ ){{0,2}}{_DOCUMENT})\b[^\n]{{0,120}}\s{{0,20}}\Z",
    _I,
)
_MAIL_HEADER = re.compile(
    r"^[ \t>*]{0,20}(?:from|to|cc|subject|date|sent|re)[ \t]?:[ \t*]{0,20}\S", _IM
)
_SALUTATION = re.compile(
    r"^[ \t]{0,20}(?:dear|to whom it may concern|hi|hello)\b[^\n]{0,50}[,:]?[ \t]{0,20}$", _IM
)
_LETTER = re.compile(
    r"^[ \t]{0,20}dear (?:sirs?|madam|hiring|mr|mrs|ms|dr|prof\w*|recruit\w*|customers?|teams?"
    r"|colleagues?|all|friends?)\b[^\n,]{0,40},[ \t]{0,20}(?=\S)",
    _IM,
)
_SIGN_OFF = re.compile(
    r"^[ \t]{0,20}(?:(?:yours |very )*(?:sincerely|faithfully|truly)(?: yours)?|(?:best|kind|warm"
    r"|with)?"
    r"[ ]?(?:best |kind |warm )?regards|best wishes|best|cheers|thanks|thank you|respectfully)"
    r"[,.!]?[ \t]{0,20}$(?:\n[^\n]*){0,3}",
    _IM,
)
_CV_HEADING = re.compile(
    r"^[ \t#*•]{0,20}(?:(?:work|professional|employment|relevant)[ ](?:experience|history"
    r"|background)"
    r"|(?:professional |executive |career )?summary|career objective|objective|education"
    r"|(?:key |technical |core |soft )?(?:skills|competencies)|references|certifications?|awards"
    r"|curriculum vitae|publications|languages|responsibilities|requirements|qualifications"
    r"|job description|about (?:us|the role)|experience)[ \t:*]{0,20}$",
    _IM,
)
_LYRICS = re.compile(
    r"^[ \t]{0,20}[\[(]?(?:verse|chorus|bridge|intro|outro|pre-?chorus"
    r"|hook)\b ?\d*[\])]?:?[ \t]{0,20}$",
    _IM,
)
_LOG_LINE = re.compile(
    r"^\s{0,20}(?:\[?\d{4}-\d\d-\d\d[T ]|\[?\d\d:\d\d(?::\d\d)?\b|\[?(?:info|warn|warning|error"
    r"|debug"
    r"|trace)\]?[: ]"
    r"|traceback|file \"|at [\w.$]+\(|\w+(?:error|exception):)",
    _I,
)
_SPEAKER = re.compile(r"^[ \t*]{0,20}([A-Z][\w .'-]{0,30})\*{0,2}: ?\S", re.MULTILINE)
_FIRST_PERSON = re.compile(r"\b(?:i|my|me|i'm|i’m|i've|i’ve|we|our)\b", _I)
_LONG_PARAGRAPH = 600
_CHARACTERS_PER_FIRST_PERSON = 300
_LEAST_PASTED = 12


def find_blocks(text: str) -> Iterator[tuple[Span, Block]]:
    """Yield the stretches that were put into a turn, in no order; they may overlap."""
    for block, patterns in _PATTERNS.items():
        for pattern in patterns:
            for match in pattern.finditer(text):
                yield Span(*match.span()), block
    yield from _headed_memories(text)
    for match in _WORDS_ASKED.finditer(text):
        for part in ("said", "more"):
            if match[part]:
                yield Span(*match.span(part)), "quote"
    yield from ((span, "pasted") for span in _documents(text))
    yield from _shaped_lines(text)


_PATTERNS: dict[Block, tuple[re.Pattern[str], ...]] = {
    "injected": (_TAGGED_MEMORY,),
    "code": (_FENCE, _TAGGED_CODE, _INLINE_CODE),
    "quote": (_QUOTED_LINES, _QUOTED),
    "pasted": (_TRIPLE, _URL),
}


def _headed_memories(text: str) -> Iterator[tuple[Span, Block]]:
    """Yield blocks under a heading such as `User memories:`, down to the end of their list."""
    for pattern in (_MEMORY_HEADING, _HASH_HEADING, _STORED):
        for heading in pattern.finditer(text):
            end = text.find("\n\n", heading.end())
            end = len(text) if end < 0 else end
            while (line := _LIST_LINE.match(text, end + 1)) is not None:
                end = line.end()
            yield Span(heading.start(), end), "injected"


def _documents(text: str) -> Iterator[Span]:
    """Yield what reads as a document that the turn is about."""
    for pattern in (_INTRODUCED, _CORRECT, _BELOW):
        found = pattern.search(text)
        if found is not None and len(text) - found.end() >= _LEAST_PASTED:
            yield Span(found.end(), len(text))
    task = _TASK_LAST.search(text, max(len(text) - 300, 0))
    if task is not None and task.start() >= _LEAST_PASTED:
        yield Span(0, task.start() + 1)
    for pattern, least in ((_MAIL_HEADER, 2), (_CV_HEADING, 2), (_LYRICS, 1)):
        starts = [
            match.start() for _, match in zip(range(least), pattern.finditer(text), strict=False)
        ]
        if len(starts) == least:
            yield Span(starts[0], len(text))
    yield from _letters(text)
    yield from _long_paragraphs(text)
    speakers = [match.group(1) for match in _SPEAKER.finditer(text)]
    if len(speakers) >= 3 and len(set(speakers)) < len(speakers):
        yield Span(next(_SPEAKER.finditer(text)).start(), len(text))


def _letters(text: str) -> Iterator[Span]:
    if (begun := _LETTER.search(text)) is not None:
        yield Span(begun.start(), len(text))
    opening = _SALUTATION.search(text)
    if opening is None:
        return
    closing = _SIGN_OFF.search(text, opening.end())
    if closing is not None:
        yield Span(opening.start(), closing.end())
    elif opening.group().lstrip().lower().startswith(("dear", "to whom")):
        yield Span(opening.start(), len(text))


def _long_paragraphs(text: str) -> Iterator[Span]:
    """Yield long paragraphs that hardly speak of their writer."""
    if len(text) < _LONG_PARAGRAPH:
        return
    start = 0
    for paragraph in text.split("\n\n"):
        if len(paragraph) >= _LONG_PARAGRAPH:
            own = sum(1 for _ in _FIRST_PERSON.finditer(paragraph))
            if own * _CHARACTERS_PER_FIRST_PERSON < len(paragraph):
                yield Span(start, start + len(paragraph))
        start += len(paragraph) + 2


def _shaped_lines(text: str) -> Iterator[tuple[Span, Block]]:
    """Yield runs of lines with the shape of code, a table or a log."""
    if "\n" not in text:
        return
    run: Block | None = None
    kind: str | None = None
    begin = end = count = start = 0
    for line in [*text.split("\n"), "the end."]:
        here = _line_kind(line) if line.strip() else kind
        if here != kind:
            if run is not None and count >= (3 if kind == "code" else 2):
                yield Span(begin, end), run
            kind, begin, count = here, start, 0
            run = "code" if here == "code" else "pasted" if here else None
        if line.strip():
            end = start + len(line)
            count += 1
        start += len(line) + 1


def _line_kind(line: str) -> str | None:
    head = line[:300]
    if head.count("|") >= 2 or head.count("\t") >= 2:
        return "table"
    if _LOG_LINE.match(head):
        return "log"
    return "code" if _CODE_LINE.match(head) else None
