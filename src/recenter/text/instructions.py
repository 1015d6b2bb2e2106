"""Orders to a model in what should be a fact about a person: injected, or learned by mistake.

A memory is read by a model later, so a sentence in it that speaks to the model is a danger
whoever wrote it. What a person wants of answers is none: "prefers answers without bullet points"
speaks of the person. The rules look at the text as it stands, with look-alike letters folded and
invisible ones gone, and inside of base64. They are a filter and no proof: an order that is only
implied, or put in words of its own, passes.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import NamedTuple

from recenter.text.confusables import hidden, look_alike, visible

LONGEST = 20_000
"""Characters that are read; the rest of a longer text is looked at from its end."""
_LEAST_HIDDEN = 8
_BASE64 = re.compile(r"(?<![\w+/=])[A-Za-z0-9+/_-]{20,8000}={0,2}(?![\w+/=])")
_BLANK = re.compile(r"\n\s+")
_WHOLE_BLOCK = re.compile(
    r"<([\w-]{0,30}memor(?:y|ies)[\w-]{0,30})>([^<]{0,20000})</\1\s{0,5}>", re.IGNORECASE
)


class _Rule(NamedTuple):
    reason: str
    pattern: re.Pattern[str]


def instruction_like(text: str) -> str | None:
    """Return why a text reads as an order to a model rather than a fact, or None.

    Languages beside English are known by the plain form of "ignore the previous instructions".
    """
    if len(text) > 2 * LONGEST:
        text = f"{text[:LONGEST]}\n{text[-LONGEST:]}"
    return _found(text) or _in_disguise(text)


def _found(text: str) -> str | None:
    # A whole block of memories is somebody's rendering; a closing tag alone is a way out of one.
    seen = _WHOLE_BLOCK.sub(r" \2 ", _BLANK.sub("\n\n", visible(text)))
    for rule in _RULES:
        if rule.pattern.search(seen):
            return rule.reason
    alike = look_alike(seen)
    if alike != seen:
        for rule in _RULES:
            if rule.pattern.search(alike):
                return f"{rule.reason}, in letters that only look alike"
    return None


def _in_disguise(text: str) -> str | None:
    unseen = hidden(text)
    if len(unseen) >= _LEAST_HIDDEN:
        return "holds text in invisible characters"
    for told in _decoded(text):
        reason = _found(told)
        if reason is not None:
            return f"{reason}, hidden in base64"
    return None


def _decoded(text: str) -> Iterator[str]:
    """Yield what reads as text of the stretches that may be base64."""
    for match in _BASE64.finditer(text):
        letters = match[0].rstrip("=").replace("-", "+").replace("_", "/")
        try:
            raw = base64.b64decode(letters + "=" * (-len(letters) % 4))
            told = raw.decode()
        except (binascii.Error, UnicodeDecodeError):
            continue
        if told.isprintable() or "\n" in told:
            yield told


_NEAR = r"(?:\W+\w+){0,4}?\W+"
_ORDERS = (
    r"(?:instructions?|prompts?|rules?|guidelines?|directions?|directives?|commands?|programming"
    r"|restrictions?|constraints?|polic(?:y|ies)|training|safeguards?|system messages?)"
)
_LEADS = (
    r"(?:^|[.!?:;\n>\]\"(*-])\s{0,20}(?:(?:please|now|and|also|note|important|assistant|ai|model"
    r"|chatbot|bot|dear assistant|attention|to the (?:ai|model|assistant))[\s,:!-]{1,5}){0,4}"
)
_WORD_OF_MODEL = r"(?:assistant|ai|model|llm|chatbot|bot|agent|chatgpt|gpt|claude|gemini|copilot)"
_TO_OTHERS = r"(?:send|forward|e-?mail|post|upload|transmit|leak|exfiltrate|copy|wire|transfer)"
_SECRETS = (
    r"(?:system prompts?|api[ _-]?keys?|passwords?|credentials?|tokens?|secrets?|hidden prompts?"
    r"|(?:your|the) (?:instructions|prompt|rules|memor(?:y|ies)|configuration)"
    r"|conversations?|chat (?:history|logs?)|e-?mails?|contacts|files|data|memories)"
)
_OVERRIDE = (
    rf"{_LEADS}(?:ignore|disregard|forget|override|bypass|discard|drop|do not (?:follow|obey)"
    rf"|don't (?:follow|obey)|stop following|pay no attention to|neglect|skip)\b"
    rf"{_NEAR}(?:{_ORDERS}|everything (?:above|before|you)|what you were told|all of the above"
    r"|(?:previous|prior|earlier|above|preceding) (?:messages?|text|context|conversation))\b"
    rf"|\b(?:ignore|disregard|forget|override|bypass)\W+(?:\w+\W+){{0,2}}(?:all|any|the|your|these"
    rf"|those|previous|prior|earlier|above|preceding|my|its|every)\W+(?:\w+\W+){{0,3}}?{_ORDERS}\b"
)
_FOREIGN = (
    r"\bignorier\w*\b.{0,40}\b(?:anweisung|instruktion|regel|vorgabe|befehl)"
    r"|\bvergiss\b.{0,40}\b(?:anweisung|instruktion|regel|vorgabe)"
    r"|\b(?:ignore[zr]?|oublie[zr]?)\b.{0,40}\b(?:instructions|consignes|directives|règles|regles)"
    r"|\b(?:ignor[ae]|olvid[ae]|descart[ae])n?\b.{0,40}\b(?:instrucciones|reglas|indicaciones)"
    r"|\b(?:ignor[ae]|esque[çc]a|desconsidere)\b.{0,40}\b(?:instruções|instrucoes|regras)"
    r"|\b(?:ignora|dimentica)(?:te)?\b.{0,40}\b(?:istruzioni|regole|indicazioni)"
    r"|\b(?:negeer|vergeet)\b.{0,40}\b(?:instructies|regels|aanwijzingen|opdrachten)"
    r"|\b(?:zignoruj|ignoruj|zapomnij)\b.{0,40}\b(?:instrukcj|polece|zasad|pravidl|pokyn)"
    r"|\b(?:ignorera|glöm|ignorer|glem)\b.{0,40}\b(?:instruktion|instruks|regler)"
    r"|(?:игнорируй|проигнорируй|забудь|игноруй|ігноруй|забудьте|игнорируйте)\w*.{0,40}"
    r"(?:инструкци|указани|правил|інструкці|вказівк)"
    r"|(?:忽略|无视|無視|忘记|忘記).{0,12}(?:指令|指示|提示|规则|規則|说明)"
    r"|(?:指示|命令|指令|ルール|プロンプト).{0,8}(?:無視|忘れ)"
    r"|(?:지시|명령|규칙|프롬프트).{0,8}(?:무시|잊)"
    r"|(?:تجاهل|انس|انسى).{0,30}(?:تعليمات|التعليمات|أوامر|الأوامر|القواعد)"
    r"|(?:önceki|tüm|bütün).{0,30}(?:talimat|komut|kural).{0,20}(?:yok say|unut|görmezden)"
    r"|(?:निर्देश|नियम|आदेश).{0,30}(?:अनदेखा|भूल)"
)
_TURNS = (
    r"</?(?:system|assistant|instructions?|prompt|im_start|im_end|tool[_-]?(?:result|call|output)s?"
    r"|function[_-]?(?:result|call)s?|human|user|developer|admin|override)\b[^>\n]{0,80}>"
    r"|</(?:recenter|[\w-]{0,30}memor(?:y|ies)|context|user[_-]?(?:profile|info|data|facts)"
    r"|persona|document|data|untrusted)[\w-]{0,30}\s{0,5}>"
    r"|<\|[\w ]{2,40}\|>|\[/?inst\]|<</?sys>>|<(?:start|end)_of_turn>|\[(?:system|developer)\]"
    r"|^\W{0,8}(?:system|developer|admin(?:istrator)?)(?: (?:message|note|override|prompt|update))?"
    r"\W{0,4}:(?=\W*\w)(?!\W*(?:windows|linux|macos|metric|imperial|ubuntu|debian|arch|ios"
    r"|android))"
    r"|^\W{0,8}(?:human|user)\W{0,3}:[^\n]{0,400}\n\W{0,8}(?:assistant|ai)\W{0,3}:"
    r"|(?:begin|end|new|updated) (?:of )?system (?:prompt|message|instructions?)\b"
    r"|\{\W{0,4}role\W{0,4}:\W{0,4}(?:system|developer|tool|assistant)\b"
    r"|\W(?:tool_output|function_result|tool_result)\W"
)
_PERSONA = (
    r"\byou(?:'re| are|r role is)? now (?!(?:know|aware|on the|in touch|have|seeing)\b)\w+"
    r"|\b(?:from now on|henceforth|starting now)\W+(?:you|the (?:ai|assistant|model)|ignore|always"
    r"|never|act|respond|answer only|do not|pretend)\b"
    r"|\b(?:developer|dan|god|jailbreak|debug|unrestricted|admin|root) mode (?:is )?(?:now )?"
    r"(?:enabled|activated?|on|engaged|unlocked)\b|\benter(?:ed)? (?:developer|dan|god) mode\b"
    r"|\b(?:new|updated|revised|real|actual|secret) (?:instructions?|orders?|directives?"
    r"|system prompt) (?:for|to) (?:the |you|your )?(?:\w+ )?"
    rf"|{_LEADS}(?:new|updated|additional) (?:instructions?|orders?|directives?)\W{{0,3}}:"
    rf"|{_LEADS}(?:pretend|act|behave|roleplay) (?:to be|as|as if|like)\b"
    r"|\bno (?:content polic|restriction|safety|ethical|moral)\w*\b.{0,30}\b(?:apply|appl|exist)"
    r"|\bhas no (?:content polic\w+|safety (?:rules|guidelines)|restrictions?)\b"
    r"|\bwithout (?:any )?(?:content polic\w+|safety (?:rules|checks|filters)|guardrails)\b"
    r"|\byou have been (?:jailbroken|freed|unlocked|reprogrammed)\b"
)
_ADDRESSED = (
    r"\b(?<!said )(?<!says )(?<!that )(?<!thinks )(?<!believes )"
    r"you (?:must|shall|have to|are (?:required|instructed|ordered|forbidden|not allowed) to"
    r"|should (?:always|never)|(?:will|need to) (?:always|never)|are to (?:always|never)?)\b"
    rf"|\b(?:note|message|instructions?|order|reminder|attention)s? (?:to|for) (?:the |any |all "
    rf"|future )*{_WORD_OF_MODEL}s?\b"
    rf"|{_LEADS}{_WORD_OF_MODEL}\W{{1,3}}(?:disregard|ignore|always|never|do not|you|please|must)\b"
    r"|\bas (?:an ai|a language model),? you\b"
)
_CONCEALED = (
    r"\b(?:do not|don't|never|without) (?:tell(?:ing)?|inform(?:ing)?"
    r"|mention(?:ing)? (?:this|it) to|reveal(?:ing)? (?:this|it) to|show(?:ing)? (?:this|it) to"
    r"|notify(?:ing)?|alert(?:ing)?"
    r"|ask(?:ing)?|let(?:ting)?) (?:the |your )?(?:user|human|person|owner|operator)\b"
    r"|\bdo(?: not|n't) (?:reveal|mention|disclose) (?:this|these|the existence)\b"
    r"|\bkeep this (?:secret|hidden|confidential) from\b"
    r"|\b(?:without|skip|no need for) (?:\w+ )?(?:confirmation|approval|consent|permission) "
    r"(?:from|of) the (?:user|human)\b"
    r"|\bdo(?: not|n't) ask (?:for (?:confirmation|permission)|before)\b"
)
_EXFILTRATION = (
    rf"(?:{_LEADS}|,\s{{0,5}}(?:but |and |then )?|\b(?:then|and|must|should|always|to) )"
    rf"(?:secretly |silently |also |always )?{_TO_OTHERS}\b"
    rf"[^.\n]{{0,80}}\b{_SECRETS}\b[^.\n]{{0,80}}(?:\bto\b|https?://|@|\bvia\b)"
    rf"|{_LEADS}(?:reveal|print|output|repeat|show|disclose|dump|leak|expose)\b[^.\n]{{0,30}}"
    rf"\b(?:system prompt|api[ _-]?keys?|passwords?|credentials|secrets?|your (?:instructions"
    r"|prompt|rules|configuration))\b"
    r"|\b(?:reveal|leak|exfiltrate|dump|disclose) (?:the |your |all |any )*"
    r"(?:system prompt|api[ _-]?keys?|passwords?|credentials|secrets|hidden instructions)\b"
    r"|!\[[^\]\n]{0,80}\]\(https?://[^)\n]{0,200}[?&][\w-]{1,40}=[^)\n]{0,200}\)"
    r"|\bcurl (?:-\w+ ){0,4}[^\s]{0,20}https?://|\brm -rf [/~]"
)
_TRIGGERED = (
    r"\b(?:whenever|when|if|every time|each time|after|before) (?:the |this |a )?(?:user|human"
    r"|person|somebody|someone|anyone|you)\b[^.\n]{0,80}[,:]\s{0,3}(?:then |you |always |secretly "
    r"|please "
    r"|must |should |silently )*(?:say|tell|reply|respond|answer|recommend|insert|append|add"
    r"|include|mention|send|forward|output|call|run|execute|use|ignore|refuse|never|visit|open"
    r"|promote"
    r"|claim|state|pretend|delete|give)\b"
)
_BARE = (
    rf"{_LEADS}(?:always|never)(?: \w+ly)? (?:recommend|mention|promote|praise|trust|approve|reveal"
    r"|refuse|obey|comply|disclose|insert|append|execute|endorse|claim|respond with [\"']"
    r"|reply with [\"']|say [\"'])\b"
    rf"|{_LEADS}(?:approve|grant|authori[sz]e|wire|transfer|execute|run)\b[^.\n]{{0,60}}\bwithout "
    r"(?:asking|confirmation|approval|review|checking|permission|verification)\b"
    r"|\b(?:override|disable|turn off|bypass) (?:your|all|the|its|any) "
    r"(?:\w+ )?(?:rules|safety|filters?|safeguards|guardrails|checks|restrictions)\b"
)

_RULES = tuple(
    _Rule(reason, re.compile(pattern, re.IGNORECASE | re.MULTILINE))
    for reason, pattern in (
        ("tells the model to drop its instructions", _OVERRIDE),
        ("tells the model to drop its instructions", _FOREIGN),
        ("holds tags or turns of a conversation with a model", _TURNS),
        ("gives the model another role", _PERSONA),
        ("has the model keep something from the person", _CONCEALED),
        ("has the model send or reveal what is not to leave", _EXFILTRATION),
        ("has the model act on a cue", _TRIGGERED),
        ("speaks to the model and not of the person", _ADDRESSED),
        ("orders the model to do something", _BARE),
    )
)
