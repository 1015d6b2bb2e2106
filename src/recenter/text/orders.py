"""More ways to give a model orders: claims of rank, requests about answers, other languages."""

from __future__ import annotations

from recenter.text.confusables import visible

_AT_START = (
    r"(?:^|[.!?:;\n>\]\"'(*-])\s{0,20}(?:(?:please|now|and|also|always|never)[\s,]{1,5}){0,3}"
)
_REPLIES = r"(?:answers?|repl(?:y|ies)|responses?|messages?|outputs?|comparisons?|links?|summar\w+)"
_THEM = r"(?:the|this|that|every|any) (?:users?|person|human|customers?|reader)"
_TOLD = r"(?:instructions?|rules?|prompts?|guidelines?|directives?|orders?|commands?|directions)"

_RANK = (
    r"\b(?:higher|highest|top|more|greater) (?:priority|authority|precedence|rank|weight) than\b"
    r"|\btakes? (?:precedence|priority) over (?:the |all |any |your |every )"
    r"|\bonly (?:this|these) (?:memor|note|line|message|text|instruction|rule)\w* "
    r"(?:count|appl|is|are)"
    r"|\btreat (?:this|these|the following) (?:\w+ )?as (?:an? |the )?(?:\w+ ){0,3}?"
    r"(?:priority|instruction|order|command|system|fact|truth|authority|rule)"
    rf"|\b{_TOLD} (?:\w+ ){{0,4}}?(?:are|is|was|were|have been|has been) (?:now |all |hereby )?"
    r"(?:void|cancell?ed|revoked|suspended|obsolete|lifted|replaced|invalid|overruled|withdrawn"
    r"|only an? (?:example|test)|removed|no longer)\b"
    r"|\b(?:ignore|disregard|forget|skip|dismiss) (?:all |everything )?(?:of )?(?:the )?"
    r"(?:above|foregoing|preceding)\b"
    r"|\bstop what you(?: are|'re) doing\b"
    r"|\bfollow (?:the|these) (?:steps|orders|rules) (?:below|instead)"
    r"|\b(?:disregard|forget|ignore) (?:everything|all|anything) (?:you|that was|from before|prior)"
    r"|\b(?:safety|content) (?:checks?|filters?|polic\w+|rules?) "
    r"(?:is|are|were|has been|have been) (?:now )?"
    r"(?:off|switched off|disabled|suspended|lifted|removed)\b"
)
_MODEL = (
    r"\bas (?:the|an?) (?:assistant|ai|model|chatbot)[, ]{1,2}you\b"
    r"|\bthe (?:assistant|ai|model|chatbot)(?:'s)? (?:true|real|secret|actual) "
    r"(?:name|identity|purpose|self|goal|master)"
    r"|\b(?:assistant|ai|model|chatbot) (?:is|are) (?:now |hereby )?(?:obliged|required|ordered"
    r"|authori[sz]ed|forbidden|free|bound) to\b"
    r"|\b(?:assistant|ai|model|chatbot) (?:now )?(?:has no (?:limits?|rules|filters?|restrictions?)"
    r"|hates|must|shall|obeys)\b"
    r"|[\"“”'‘(>:]\s{0,5}(?:system|developer)\s?:\s{0,5}\w"
    r"|\b(?:the )?(?:real|true|actual) (?:ones|instructions|rules) follow\b"
    r"|\bobey (?:the (?:user|next|following)|eve|me|this|every|all)\b"
    r"|\bevery request (?:of|from|by) this user is (?:authori[sz]ed|approved|allowed)"
)
_REQUESTS = (
    rf"{_AT_START}(?:tell|inform|convince|persuade|remind|warn|ask|instruct|trick|let|get|make|urge"
    rf"|push) {_THEM}\b"
    rf"|{_AT_START}(?:insert|append|add|include|put|embed|attach|begin|end|start|finish|close)\b"
    rf"[^.\n]{{0,60}}\b(?:in|into|to|at the end of|of|on|with)? ?(?:every|each|all|any)"
    rf"(?: \w+)?(?: you write)? {_REPLIES}\b"
    rf"|{_AT_START}(?:rate|rank|list|put|place|praise|promote|favou?r) [\w ]{{1,30}}"
    r"(?: first| highest| above| over| in all)\b"
    r"|\b(?:when|whenever|if)(?: ever)? (?:asked|questioned|prompted)\b[^.\n]{0,80}[,:]\s{0,3}"
    r"(?:always |never |just |only |then )*(?:say|tell|answer|repl(?:y|ies)|respond|claim|deny"
    r"|refuse|recommend|insist|pretend|lie|give|mention|call|book|state|write)\b"
    r"|\b(?:do not|don't|never|without) (?:say(?:ing)?|explain(?:ing)?) (?:why|that you|where)\b"
    rf"|{_AT_START}(?:repeat|recite|reveal|print|show|translate|summari[sz]e)\b[^.\n]{{0,30}}"
    r"\b(?:system|hidden|secret|initial) (?:prompt|instructions?|message)"
    r"|\b(?:decode|decrypt|unscramble) and (?:follow|obey|execute|run|do)\b"
    rf"|{_AT_START}(?:action|observation|thought)(?: input)?:\s"
    r"|\b(?:tool|function) (?:output|result)s?\s?:"
    r"|\"?(?:tool_calls?|function_call)\"?\s?[:=]|<img\b[^>]{0,200}\bsrc=|\b(?:now |must )call "
    r"\w+_\w+\b|\[[^\]\n]{1,80}\]\(https?://[^)\n]{0,200}[?&][\w-]{1,40}=[^)\n]{0,200}\)"
    r"|<\|[\w ]{2,40}\|>|</s>|\]\]>|<\s{0,3}/\s{0,3}\w*memor\w*"
    r"|\brole\s?=\s?\"?(?:system|developer)"
    r"|^#{1,4} ?(?:system|developer|instructions?)\s{0,3}$"
    r"|\bfetch https?://|\b(?:append|add|attach) (?:the|their|your) [^.\n]{0,60} to https?://"
)

_WORDS: tuple[tuple[str, str], ...] = (
    ("vergiss|vergesst|vergessen sie|missachte", "alles, was|alles was|vorgaben|weisungen|regeln"),
    ("abaikan|lupakan|hiraukan", "instruksi|perintah|arahan|petunjuk|aturan"),
    ("ohita|unohda|jätä huomiotta", "ohjee|ohjei|ohjeet|käsky|sään"),
    ("bỏ qua|quên|phớt lờ", "hướng dẫn|chỉ dẫn|lệnh|chỉ thị|quy tắc"),
    ("αγνόησε|αγνοήστε|ξέχασε|ξεχάστε", "οδηγί|εντολ|κανόν"),
    ("התעלם|התעלמי|תתעלם|שכח", "הוראות|ההוראות|הנחיות|ההנחיות|הכללים"),
    ("अनदेखा|अनदेखी|नज़रअंदाज़|भूल जा|उपेक्षा", "निर्देश|नियम|आदेश"),
    ("ignoruj|zapomeň|nedbej", "pokyn|instrukc|příkaz|pravid"),
    ("ignoră|ignora|uită", "instrucțiuni|instructiuni|regul|comenzi"),
    ("hagyd figyelmen kívül|felejtsd el|mellőzd", "utasítás|szabály|parancs"),
    ("เพิกเฉย|ละเว้น|ลืม|ไม่ต้องสนใจ", "คำสั่ง|คำแนะนำ|กฎ"),
    ("نادیده بگیر|فراموش کن", "دستور|قوانین|راهنما"),
    ("نظر انداز|نظرانداز|بھول جا", "ہدایات|احکام|قواعد"),
    ("উপেক্ষা|ভুলে যা|অগ্রাহ্য", "নির্দেশ|নিয়ম"),
    ("puuza|sahau", "maagizo|maelekezo|kanuni"),
    ("balewalain|kalimutan|huwag pansinin", "tagubilin|utos|panuntunan|instruksyon"),
    ("oublie|oubliez|néglige", "tout ce qu|consignes|ordres"),
    ("olvida|olvide|haz caso omiso", "todo lo|órdenes|normas|prompt"),
    ("unut|yok say|görmezden gel|dikkate alma", "talimat|komut|kural|yönerge"),
    ("elfelejt|ignorér|glem|se bort fra", "instruks|anvisning|regler|ordre"),
)
"""Words for "ignore" and for "instructions", in one language each; in either order."""


def _languages() -> str:
    # Marks are folded away in what is searched, so they are folded here too.
    pairs = [(visible(verbs), visible(nouns)) for verbs, nouns in _WORDS]
    return "|".join(f"(?:{v}).{{0,40}}(?:{n})|(?:{n}).{{0,40}}(?:{v})" for v, n in pairs)


ORDERS: tuple[tuple[str, str], ...] = (
    ("claims a rank above other instructions", _RANK),
    ("speaks to the model and not of the person", _MODEL),
    ("orders the model to do something", _REQUESTS),
    ("tells the model to drop its instructions", _languages()),
)
"""Reasons and regular expressions, for visible text in lower case."""
