"""Stretches in which a person speaks, but not of themselves: play, fiction, speech, hypotheses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from recenter.text.locate import Span

Mood = Literal["fiction", "roleplay", "third_person", "hypothetical"]

_I = re.IGNORECASE
_SENTENCE_END = re.compile(r"[.!?](?=\s|\x00|$)|\n")
_SENTENCE_START = re.compile(r"(?:^|[.!?]\s{1,20}|\n\s{0,20})(?=[^\s.!?][^.!?\n]*\Z)")

_FICTION_KIND = (
    r"(?:stor(?:y|ies)|tales?|novels?|novella|poems?|songs?|lyrics|screenplay|scenes?|skit"
    r"|(?:movie|film|tv|play|comedy|video|youtube|episode|anime) scripts?"
    r"|fan-?fic(?:tion)?s?|dialogues?|monologues?|chapters?|plot|haiku|limerick|rap|sonnet|fable"
    r"|narrative|fiction|fairy ?tale|episode|crossover|backstory|headcanon|creepypasta|one-?shot)"
)
_ASKED = (
    r"(?:^|[.!?,;:\n\x00]\s{0,20}|\b(?:please|pls|you(?: to)?|and|now|then|also|so|ok(?:ay)?|let'?s"
    r"|help me"
    r"|need to|must)\s{1,20})"
)
_FICTION = re.compile(
    rf"{_ASKED}(?P<verb>write|create|generate|compose|continue|draft|make|tell|give|craft|imagine"
    rf"|invent|come up with|develop)\s{{1,20}}(?:[\w'’\"-]+[\s,]+){{0,7}}?{_FICTION_KIND}\b"
    r"|\bfrom the (?:perspective|point of view|pov) of\b|\b(?:first|third)[- ]person (?:pov"
    r"|narrative)"
    r"|\bonce upon a time\b|^\s{0,20}(?:chapter \d+|scene \d+|title:|setting:|characters?:|plot:)"
    r"|\bin a world where\b|^\s{0,20}(?:int|ext)\. ",
    re.IGNORECASE | re.MULTILINE,
)
_GHOST_WRITING = re.compile(
    rf"{_ASKED}(?:write|create|generate|draft|make|compose)\s{{1,20}}(?:[\w'’-]+[\s,]+){{0,5}}?"
    r"(?:cover letter|letter|cv|resume|résumé|bio|biography|essay|speech|e-?mail|statement|review"
    r"|profile|testimonial|post|caption|recommendation)\b[^.!?\n]{0,60}\b(?:for|as|from|by) an? ",
    re.IGNORECASE | re.MULTILINE,
)
_FIRST_PERSON = re.compile(r"\b(?:i|i'm|i’m|i've|i’ve|my|mine|our)\b", _I)
_EXPERT = re.compile(
    r"\b(?:act|behave|respond|answer|reply|talk|speak|write) (?:as|like)(?: if)? (?:you|an?|my"
    r"|the)\b"
    r"|\b(?:want|need|would like|'d like) you to (?:act|be|become|play|pretend)\b"
    r"|(?:^|[.!?\n]\s{0,20})you(?: are|'re|’re) (?:now |going to be )?(?:an?|my) "
    r"|\bfrom now on,? you\b"
    r"|\byour name is\b|\bimagine (?:that )?you(?: are|'re|’re)?\b|\btake (?:on )?the role of\b"
    r"|\bpretend (?:that )?(?:you|you're|you’re)\b"
    r"|\bas an? (?:\w+ ){0,3}?(?:expert|professional|assistant|specialist|copywriter"
    r"|teacher)\b(?!,? (?:i|i'm|i’m|my|we)\b),",
    _I,
)
_PARTNER = (
    r"(?:girl ?friend|boy ?friend|wife|husband|lover|crush|mistress|master|slave|mommy|daddy|mother"
    r"|father|sister|brother|daughter|son|enemy|rival|character|vampire|king|queen|prince(?:ss)?"
    r"|knight|wizard|witch|pirate|demon|angel|god|goddess|elf|dragon|villain|hero|detective|npc)"
)
_PLAY = re.compile(
    r"(?:^|[.!?\n]\s{0,20}|\b(?:let'?s|let’s|can we|could we|can you|could you|want to|wanna"
    r"|we will"
    r"|we'll"
    r"|we are going to|please|start an?|do an?|this is an?|begin an?"
    r"|you will)\s{1,20}(?:\w+ ){0,2}?)"
    r"(?:role-?\s?play(?!ing games?|ers?\b)(?:ing)?|rp\b)"
    r"|\bpretend (?:that )?(?:i|we|i'm|i’m|to be)\b|\b(?:stay|remain) in character\b"
    r"|\bi(?: will|'ll|’ll| am going to|'m going to) (?:play|be playing|roleplay)(?: as"
    r"| the (?:role|part))"
    r"|\b(?:you|you'll|you’ll|you will) (?:play|be playing)(?: as| the (?:role|part))\b"
    r"|\btext[- ]based (?:adventure|rpg|game)|\btext adventure\b"
    r"|\b(?:you(?: are|'re|’re| will be|'ll be)|be|act as|play(?: as)?) (?:\w+ ){0,3}"
    r"(?:dungeon|game) ?master\b"
    r"|\bplay a game\b[^\n.!?]{0,60}\bi(?:'m|’m| am)\b"
    r"|\bi(?:'m|’m| am) your (?:patient|client|customer|student|pupil|boss|master|slave|prisoner"
    r"|wife"
    r"|husband|girlfriend|boyfriend|lover|mother|father|son|daughter|neighbou?r|servant)\b"
    r"|\bi(?:'m|’m| am) (?:an?|the) [^.!?\n]{1,60} and you(?: are|'re|’re) (?:an?|the|my)"
    r" \w+(?=[.!?,]|$)"
    r"|\bchoose your own adventure\b|\bmy character(?:'s|’s)? (?:is|name)\b"
    r"|\bplay (?:out )?a scenario\b"
    rf"|\b(?:act as|you are|you're|you’re|be) (?:now )?(?:my|a|an|the) (?:\w+ ){{0,2}}?{_PARTNER}\b"
    r"|\byou are (?-i:[A-Z][a-z]+)(?: (?-i:[A-Z][a-z]+))?(?:,| from\b| and i\b)",
    re.IGNORECASE | re.MULTILINE,
)
_LEAVE = re.compile(
    r"\b(?:stop|end|exit|quit|leave|enough|done"
    r"|finish(?:ed)?)\b[^.!?\n]{0,24}\b(?:role-?\s?play(?:ing)?|rp"
    r"|game|story|scene|character|pretending|scenario)\b[^.!?\n]{0,40}[.!?\n]{0,9}\s{0,20}"
    r"|\bout of character\b[:,.]?\s{0,20}"
    r"|\bi (?:gotta|got to|have to|need to|must) (?:stop|go|run"
    r"|pause)\b[^.!?,;\n]{0,24}[.!?,;\n]{0,9}\s{0,20}"
    r"|\(?\booc\b[:,]?\s{0,20}|\b(?:break|drop) character\b[:,.!]*\s{0,20}|\bback to (?:reality"
    r"|real life)\b[:,.!]*\s{0,20}"
    r"|\b(?:new|different|another|unrelated|real|serious) (?:topic|question|subject"
    r"|note)\b[:,.!]*\s{0,20}"
    r"|\b(?:forget|ignore) (?:the|that|this|about the) (?:story|game|role-?play|scenario"
    r"|character)[:,.!]*\s{0,20}",
    _I,
)
_SAY = (
    r"(?:says?|said|saying|told (?:me|us|him|her|them)|tells (?:me|us)|asked(?: me)?|wrote|writes"
    r"|texted"
    r"(?: me)?|replied|answered|claims?|claimed|goes|went|was like|is like|thinks|thought|put it"
    r"|calls it)"
)
_WHO = (
    r"(?:my|his|her|their|our|the|a|an|this|some) (?:[\w'’-]+ ){0,3}?[\w'’-]+|he|she|they"
    r"|someone|(?-i:[A-Z][a-z]+)"
)
_SPEECH = re.compile(
    rf"\b(?:{_WHO}) (?:(?!i |we )\w+ )?{_SAY}(?: that)?(?: to me)?[:,]?\s{{0,20}}"
    r"(?P<said>\"[^\"\n]+\"?|“[^“”\n]+”?|‘(?:[^‘’\n]|’(?=\w))+’?|'(?:[^'\n]|'(?=\w))+'?|«[^»\n]+»?)",
    _I,
)
_SPEECH_BEFORE = re.compile(
    r"(?P<said>\"[^\"\n]{1,400}\"|“[^“”\n]{1,400}”|‘(?:[^‘’\n]|’(?=\w)){1,400}’),?"
    rf" (?:{_SAY}|(?:{_WHO}) {_SAY})",
    _I,
)
_SPEECH_LINE = re.compile(
    rf"\b(?:{_WHO}) (?:(?!i |we )\w+ )?{_SAY}(?: to me)?:[ \t]{{0,20}}(?P<said>[^\s\"“‘'«][^\n]*)",
    _I,
)
_WRITTEN_AS = re.compile(
    rf"{_ASKED}(?:write|create|generate|draft|make|compose)\s{{1,20}}(?:[\w'’-]+[\s,]+){{0,6}}?"
    r"(?:from|by|as) an? [^:.!?\n]{1,80}:\s{0,20}(?P<said>\S[^\n]*)",
    re.IGNORECASE | re.MULTILINE,
)
_ABOUT_ANOTHER = re.compile(
    r"(?:^|[.!?\n]\s{0,20})(?:asking|i'?m asking|i’m asking|this is|it's"
    r"|it’s) (?:\w+ )?for a (?:friend|colleague"
    r"|neighbou?r|relative|client)\b[^.!?\n]*",
    _I,
)
_HYPOTHETICAL = re.compile(
    r"\b(?:if i (?:were|was|had|could|became|become|won|ever|am|have|get|got|lost|lose|wanted)"
    r"|if i'?m|if i’m|suppos(?:e|ing) (?:that )?(?:i|we|my|i'?m|i’m)|imagine (?:that )?(?:i|we"
    r"|i'?m|i’m|my)"
    r"|(?:let'?s|let’s|lets) (?:say|assume|suppose|imagine|pretend)|what if (?:i|i'?m|my|we)"
    r"|(?<!\w )say (?:that )?(?:i|we) (?:am|was|were|had)|(?<!\w )say i['’]?m\b|assum(?:e"
    r"|ing) (?:that )?(?:i|i['’]?m|my|we)\b|hypothetically"
    r"|in (?:this|that|the following) (?:scenario|game|story|simulation),? (?:i|my|we)\b"
    r"|hypothetical (?:question|scenario|situation|case)|for (?:example|instance),? (?:if )?i"
    r"|in case i|as if i|i wish i)\b",
    _I,
)


def find_moods(text: str) -> Iterator[tuple[Span, Mood]]:
    """Yield the stretches of a turn that are play, fiction, another's speech or a hypothesis.

    A role-play takes the whole turn; fiction takes all from its sentence on, for what follows is
    its matter; the rest take a sentence or its remainder. They may overlap.
    """
    if (play := _PLAY.search(text)) is not None:
        left = _last_end(_LEAVE, text)
        yield Span(0, left if left is not None and left > play.start() else len(text)), "roleplay"
    if (fiction := _FICTION.search(text)) is not None:
        start = fiction.start("verb") if fiction["verb"] else fiction.start()
        yield Span(_sentence_start(text, start), len(text)), "fiction"
    for pattern, mood in _SENTENCE_MOODS:
        for match in pattern.finditer(text):
            start = _sentence_start(text, match.end() - 1)
            end = _sentence_end(text, match.end())
            if pattern is not _GHOST_WRITING or not _FIRST_PERSON.search(text, start, end):
                yield Span(start, end), mood
    yield from ((span, "hypothetical") for span in _hypotheses(text))
    yield from ((Span(*match.span("said")), "fiction") for match in _WRITTEN_AS.finditer(text))
    for pattern in (_SPEECH, _SPEECH_BEFORE, _SPEECH_LINE):
        for match in pattern.finditer(text):
            yield Span(*match.span("said")), "third_person"


_MY_SENTENCE = re.compile(r"\s{0,20}(?:i|i['’]\w+|my|we|our)\b(?![^.!?\n]{0,400}\?)", _I)
_SENTENCE_MOODS: tuple[tuple[re.Pattern[str], Mood], ...] = (
    (_GHOST_WRITING, "fiction"),
    (_EXPERT, "roleplay"),
    (_ABOUT_ANOTHER, "third_person"),
)


def _hypotheses(text: str) -> Iterator[Span]:
    end = 0
    for match in _HYPOTHETICAL.finditer(text):
        if match.start() >= end:
            end = _sentence_end(text, match.end())
            if not match.group().lower().startswith(("if", "as if", "in case", "for ", "i ")):
                end = _told_on(text, end)
            yield Span(match.start(), end)


def _told_on(text: str, end: int) -> int:
    """Return the end of the sentences that go on with "I ..." after an imagined one."""
    while (more := _MY_SENTENCE.match(text, end)) is not None:
        end = _sentence_end(text, more.end())
    return end


def play_state(text: str, *, playing: bool) -> tuple[bool, int | None]:
    """Say whether a role-play goes on after this turn, and where in it the person left it.

    The place is None where they did not; a play that begins after it goes on.
    """
    left = _last_end(_LEAVE, text)
    begins = _PLAY.search(text, left or 0) is not None
    return begins or (playing and left is None), left


def _last_end(pattern: re.Pattern[str], text: str) -> int | None:
    end = None
    for match in pattern.finditer(text):
        end = match.end()
    return end


def _sentence_start(text: str, place: int) -> int:
    window = max(place - 400, 0)
    start = _SENTENCE_START.search(text, window, place + 1)
    return start.end() if start is not None else window


def _sentence_end(text: str, place: int) -> int:
    end = _SENTENCE_END.search(text, place)
    return end.end() if end is not None else len(text)
