"""Entries that are the system's own text, learned again: boot files, dumps, tools, replies."""

from __future__ import annotations

import re

from recenter.text.blocks import find_blocks

_I = re.IGNORECASE
_IM = re.IGNORECASE | re.MULTILINE
_HALF = 2
_LONGEST = 20_000
"""Characters that are read."""
_BLANK = re.compile(r"\n\s*\n")

_MODEL = (
    r"(?:ai|a\.i\.|assistant|agent|chat ?bot|bot|model|llm|language model|chatgpt|gpt-?\d?|claude"
    r"|gemini|copilot|system|persona)"
)
_BOOT_FILE = re.compile(
    r"\b[A-Z][A-Z_]{2,20}\.md\b|\bsystem prompts?\b|\bboot(?:strap)? (?:files?|sequence|prompt)"
    r"|\bworkspace files?\b|\b(?:core|operating|agent|assistant) (?:rules?|principles?|directives?"
    r"|guidelines?|instructions?|persona|identity)\b",
)
_NOT_TRADE = (
    r"(?!(?:[ -](?:engineer|developer|designer|researcher|scientist|trainer|student|analyst"
    r"|administrator|admin|railways?|trains?|kits?|rocketry|aircraft|agency|teacher|professor"
    r"|manager|director|coach|principal|editor|nurse|chef|vice))\b)"
)
_AS_MODEL = re.compile(
    rf"\b(?:i am|i'm|you are|you're)(?: an?| the)? (?:\w+,? ){{0,3}}?{_MODEL}\b{_NOT_TRADE}"
    r"|\bas an? (?:ai|a\.i\.|(?:large )?language model|llm|chat ?bot"
    r"|(?:virtual|digital|ai|personal ai) (?:assistant|agent))\b"
    rf"|^\W*\w+ \((?:an? |the |my |your )?(?:ai )?{_MODEL}\)",
    _I,
)
_SUBJECT = re.compile(
    rf"\W*(?:(?:the|this|your|our|my|user['’]s|(?:the )?user['’]s|their) )?"
    r"(?:(?!(?:prefers?|wants?|likes?|uses?|utili[sz]\w*|asks?|needs?|has|have|builds?|trains?|treats?"
    r"|calls?|expects?|requests?|trusts?|my|user)\b)\w+ )?"
    rf"(?:ai )?{_MODEL}\b{_NOT_TRADE}(?:['’]s \w+(?: \w+){{0,3}})?(?: \([^)]{{1,40}}\))?,? "
    r"(?:\w+ ){0,1}?(?:is|are|was|were|has|have|had|does|do|did|will|would|can|could|should|must"
    r"|may|shall|follows?|said|says|suggest\w*|recommend\w*|provid\w*|offer\w*|explain\w*|help\w*"
    r"|respond\w*|repl(?:y|ies|ied)|answer\w*|ask(?:s|ed)|told|generat\w*|creat\w*|writes?|wrote"
    r"|gave|gives?|summari[sz]\w*|uses?|used|runs?|ran|states?|stated|requires?|reads?|loads?"
    r"|loaded|works?|stays?|speaks?|acknowledg\w*|confirm\w*|agreed|promised|apologi[sz]\w*|noted"
    r"|advised|clarif\w*|assist\w*|learned|remembers?|needs?|knows?|operates?|wakes?|checks?)\b",
    _I,
)
_RULE = re.compile(
    rf"\W*(?:the )?{_MODEL}(?:['’]s)? (?:rules?|guidelines?|instructions?|principles?|persona"
    rf"|config"
    r"\w*|settings?|notes?|memory|prompt|role|name|capabilit\w+|behaviou?r|tone|vibe)\b[^:]{0,30}:?",
    _I,
)
_REPLY = re.compile(
    r"^\W*(?:sure|certainly|of course|absolutely|great question|got it|understood|noted|no problem)"
    r"[!,.:]|^\W*(?:here(?:'s|’s| is| are) (?:a|an|the|your|some|my)\b|i(?:'d|’d"
    r"| would) be (?:happy"
    r"|glad|delighted)|i(?:'m|’m| am) (?:sorry|unable to|not able to|here to help|happy to help)"
    r"|i apologi[sz]e|i cannot (?:help|assist|provide|access)|let me know (?:if|when|whether|how)"
    r"|feel free to|is there anything else|happy to help|i(?:'ve|’ve| have) (?:updated|added"
    r"|created"
    r"|saved|noted|drafted|written|generated|prepared|attached)\b)"
    r"|\b(?:would you like me to|let me know if you(?:'d| would| have| need)|hope this helps)\b",
    _I,
)
_TOOL = re.compile(
    r"\bheartbeat_ok\b|\bheartbeat (?:ok|check|poll)|\bexit(?:ed)?(?: with)?(?: (?:code"
    r"|status))?:? \d"
    r"|\btraceback \(most recent|\bstack ?trace\b|\btool[ _](?:call|result|output|response|use)"
    r"|\bfunction[ _](?:call|result|output)\b|\b(?:std(?:out|err)|pid \d+)\b"
    r"|\b(?:cron|scheduled) (?:job|task)\b.{0,60}\b(?:ran|finished|failed|completed|succeeded|ok)\b"
    r"|^\W{0,3}\$ \w+|^\W{0,3}(?:\[?\d{4}-\d\d-\d\d[t ]\d\d:\d\d|\[?(?:info|warn(?:ing)?|error"
    r"|debug"
    r"|trace)\]?[: ])|^\W{0,3}\[\d{4}-\d\d-\S{1,12}\] (?:info|warn\w*|error|debug)"
    r"|\bhttp(?:/\d(?:\.\d)?)? \d{1,3}\b|\b(?:exec|bash|shell|browser|search|web_\w+|read_file|"
    r"write_file) tool\b|\bcommand [`'\"]|\b\d+ passed, \d+ failed\b|\bgit (?:push|pull|commit"
    r"|clone"
    r"|merge)\b.{0,30}\b(?:rejected|failed|ok|succeeded|done|exit)",
    _IM,
)
_JSON = re.compile(
    r"[\[{]\s{0,20}[\[{\"].*[\]}]|[^\n]{0,60}\[?\{\s{0,9}\\?\"\w+\\?\"\s{0,9}:", re.DOTALL
)
_HEADED = re.compile(r"^#{1,4} \S.*\n[ \t]*[-*•]", re.MULTILINE)
_TECHNICAL = (
    r"(?:~|\.{0,2})/[\w.-]+(?:/[\w.*{}-]+)*",
    r"\bport \d{2,5}\b|:\d{4,5}\b|\blocalhost\b|\b\d{1,3}(?:\.\d{1,3}){3}\b",
    r"\b[a-z]+(?:_[a-z]+)+\b|\b[a-z]+[A-Z]\w+\b|\b[A-Z]+(?:_[A-Z]+)+\b|\b\w+\.(?:ts|js|py|json"
    r"|ya?ml"
    r"|toml|go|rs|sh|db|env|conf|sqlite)\b",
    r"->|→|=>|\b(?:GET|POST|PUT|PATCH|DELETE) /|\b\w+\([\w, ]{0,40}\)",
    r"\b(?:api|end-?points?|gateway|back-?end|front-?end|micro-?services?|daemon|reverse proxy"
    r"|worker"
    r"|queue|cron(?:job)?|scheduler|webhooks?|middleware|pipeline|service|container|dockerfile"
    r"|docker"
    r"|volume|kubernetes|pod|cluster)\b",
    r"\b(?:schema|migration|index(?:es)?|table|columns?|embeddings?|vector|cache[ds]?|database"
    r"|sqlite"
    r"|postgres\w*|redis|qdrant|neo4j|duckdb|lancedb|mongodb|mysql|chroma|pgvector)\b",
    r"\b(?:architecture|modules?|entry ?point|config(?:uration)?|environment variables?|env|mounts?"
    r"|mounted|exposes?|listens?|imports?|dispatch\w*|threads?|poll\w*|retr(?:y|ies)|tls|logs?"
    r"|rotated|deployed|unit|dependenc\w+|health check|image|stack)\b",
)
_SIGNS = tuple(re.compile(pattern, 0 if "[A-Z]" in pattern else _I) for pattern in _TECHNICAL)
_DUMP = 3
"""Kinds of technical marks from which a text without a person in it is a dump."""
_HAS_PERSON = re.compile(
    r"\b(?:user|person|they|their|he|she|his|her|i|my|me|we|our|you|your)\b"
    r"|^\W*(?:\w+ly )?(?:prefers?|likes?|uses?|wants?|works?|working|needs?|is|has|owns?|knows?"
    r"|loves?|hates?|learn\w*|stud\w+|plans?|builds?|building|maintains?|writes?|teaches|requires?"
    r"|requests?|requested|asks?|asked|interested|experienced?|develop\w*|familiar|proficient"
    r"|believes?|avoids?|enjoys?|creates?|runs?|manages?|seeks?|aims?|skilled|designs?)\b",
    _I,
)


def self_quoted(text: str) -> str | None:
    """Return what of the system's own an entry is, or None.

    English wordings. What has the person as its subject is theirs, also where it speaks of an
    assistant: "User wants the assistant to be brief".
    """
    text = _BLANK.sub("\n\n", text[:_LONGEST])
    if _injected(text) or _HEADED.search(text):
        return "is an injected block of memories or instructions"
    if _JSON.match(text.strip()) or _TOOL.search(text):
        return "is output of a tool or a log"
    if _BOOT_FILE.search(text) or _AS_MODEL.search(text) or _SUBJECT.match(text):
        return "restates what the assistant is told or has said"
    if _RULE.match(text):
        return "restates what the assistant is told or has said"
    if _REPLY.search(text):
        return "is a reply of the assistant"
    marks = sum(sign.search(text) is not None for sign in _SIGNS)
    if marks >= _DUMP and not _HAS_PERSON.search(text):
        return "describes the system it runs on"
    return None


def _injected(text: str) -> bool:
    """Whether most of it is what `find_blocks` knows as injected, or code."""
    blocks = (span for span, block in find_blocks(text) if block in ("injected", "code"))
    return any(_HALF * (end - start) >= len(text) for start, end in blocks)
