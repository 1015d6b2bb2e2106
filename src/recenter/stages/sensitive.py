"""Which sensitive topics a statement about a person touches, by its words."""

from __future__ import annotations

import re
from typing import Literal, get_args

Topic = Literal["health", "religion", "politics", "sexuality", "minors", "third_parties"]

TOPICS: tuple[Topic, ...] = get_args(Topic)

_I = re.IGNORECASE
_HEALTH = (
    r"diagnos\w*|diseases?|illness\w*|disorders?|syndrome|symptoms?|depress\w*|anxi(?:ety|ous)"
    r"|bipolar|schizophren\w*|adhd|autis\w*|asperger\w*|ptsd|ocd|trauma\w*|suicid\w*|self-harm"
    r"|therap(?:y|ist)s?|psychiatr\w*|psycholog(?:ist|ical)\b(?! thriller)|medicat\w*"
    r"|antidepress\w*|insulin|diabet\w*|cancers?|tumou?rs?|chemo\w*|hiv|aids|hepatitis|epilep\w*|seizures?|asthma"
    r"|allerg\w*|c(?:o)?eliac|intoleran(?:t|ce)|migraines?|arthritis|hypertens\w*|blood pressure"
    r"|cholesterol|pregnan\w*|miscarriage|infertil\w*|ivf|menopaus\w*|abortion|surger(?:y|ies)"
    r"|surgical|injur\w*|chronic|disab(?:led|ility|ilities)|wheelchair|blind|deaf|dyslexi\w*"
    r"|insomnia|addict\w*|alcoholi[cs]\w*|sober|rehab|overdos\w*|obes\w*|overweight"
    r"|eating disorder|anorexi\w*|bulimi\w*|health condition|mental health|stroke|dementia"
    r"|alzheimer\w*|parkinson\w*|ill|sick|hospital\w*|patient with|panic attacks?|burnout"
    r"|vaccin\w*|covid\w*|weighs \d+|bmi"
    r"|dialysis|ssris?|zoloft|prozac|lexapro|xanax|(?:takes|on) lithium|adderall|ritalin"
    r"|ozempic|statins?|inhalers?|pacemaker|(?:sees|seeing|has) a counsell?or|in counsell?ing"
    r"|trying to conceive|c-section|lupus|sclerosis|(?-i:MS|IBS|PCOS|CPAP|STI|STD)|crohn\w*"
    r"|colitis|endometriosis|hard of hearing|hearing (?:aids?|loss|voices)|hears voices|herpes"
    r"|sleep apn(?:o)?ea|heart (?:condition|attack|disease|failure|problems?)|tinnitus"
    r"|(?:back|knee|joint|neck|hip|chest|nerve) pain|fibromyalgia|eczema|psoriasis|thyroid"
    r"|ana?emi[ac]\w*|smok\w+ weed|cannabis|marijuana|cocaine|heroin|opioids?|in recovery"
    r"|aa meetings|eating problem|self-harms?|overeat\w*|binge\w*|erectile dysfunction"
    r"|prostate|(?:kidney|liver|heart|organ) transplant|amput\w*|neurodiver\w*|tourette\w*"
    r"|mentally ill|lactose"
    r"|metformin|concussions?|(?:broke|breaks) (?:her|his|their) \w+|gout"
    r"|blood thinners?|bad (?:knees?|back|hip)"
    r"|carpal tunnel|vertigo|glaucoma|slipped disc"
    r"|(?:bottles?|glass(?:es)?) of wine (?:a|every) (?:day|night)"
)
_RELIGION = (
    r"religio\w*|faith|christian\w*|catholic\w*|protestant\w*|evangelical\w*|baptist|methodist"
    r"|lutheran|orthodox|mormon\w*|muslim\w*|islam\w*|quran|koran|ramadan|halal|mosque|sunni|shia"
    r"|jewish|jews?|judaism|kosher|synagogue|torah|hindu\w*|buddhis\w*|sikh\w*|jain|atheis\w*"
    r"|agnostic\w*|church\w*|bible|biblical|pray(?:s|er|ers|ing)?|worship\w*|jesus|allah|god"
    r"|spiritual\w*|pagan\w*|wicca\w*|scientolog\w*"
    r"|jehovah\w*|quakers?|amish|(?:goes|going|went) to (?:mass|temple|confession)|sabbath"
    r"|shabb(?:at|os)|deacon|pastor|priests?|rabbi|imam|nun|clergy\w*|vicar|missionary|hijabs?"
    r"|niqab|burqa|(?-i:Lent|Eid)|passover|yom kippur|baptis\w*|(?:bar|bat) mitzvah"
    r"|freemasons?|gurdwara|adventist|pentecostal\w*|presbyterian\w*|anglican\w*|preacher|reincarnation|episcopal\w*"
)
_POLITICS = (
    r"politic(?!ian of)\w*|democrats?|republicans?|conservatives?|liberals?|socialis\w*|communis\w*"
    r"|marxis\w*|fascis\w*|libertarian\w*|left-wing|right-wing|leftist|rightist|vot(?:e|es|ed|er|ing)"
    r"|elections?|labou?r party|tory|tories|green party|trade union(?:s|ist)?|labou?r union"
    r"|union (?:member|organi[sz]er|steward)|activis[tm]s?|protest(?:s|er|ing)?|abortion rights"
    r"|gun (?:control|rights)|immigration|refugees?|asylum|undocumented|pro-(?:life|choice)"
    r"|biden|brexit|nationalis\w*|feminis\w*"
    r"|trump\w*|obama|bernie sanders|maga"
    r"|supports (?:the )?(?:labou?r|greens?|palestin\w*|israel\w*|ukraine|russia|hamas"
    r"|gop|snp|strikes?)"
    r"|union rep(?:resentative)?s?|shop steward|black lives matter|blm|anti-?vax\w*|zionis\w*"
    r"|palestin\w*|anarchis\w*|separatis\w*|monarchis\w*|(?-i:IRA|AfD|NRA|BJP|DSA|UKIP|SNP)"
    r"|campaign(?:s|ed|ing)? (?:for|against)|canvass\w*|parliament\w*|congress(?:man|woman)?"
    r"|senator|city council\w*"
)
_SEXUALITY = (
    r"sex|sexual\w*|gay|lesbian\w*|bisexual\w*|homosexual\w*|heterosexual\w*|queer|lgbt\w*"
    r"|transgender\w*|trans (?:wo)?man|non-?binary|asexual\w*|pansexual\w*|gender identity"
    r"|transition(?:ed|ing) (?:to|from) (?:a )?(?:male|female|man|woman)|coming out|closeted"
    r"|fetish\w*|kinks?|bdsm|porn\w*|erotic\w*|polyamor\w*|virgin|libido|contracepti\w*"
    r"|(?:boy|girl)friend of the same sex|same-sex"
    r"|is (?:openly )?bi(?=\W*$|[,.|])|bi-?curious|trans(?=\W*$| (?:person|people|rights))"
    r"|came out (?:as|last|in|to|at)|on (?:testosterone|estrogen|hormones|hrt)|hormone therapy"
    r"|intersex|grindr|onlyfans|gender (?:dysphoria|transition|fluid)|attracted to|genderqueer"
    r"|drag (?:queen|king)|swinger\w*|sex work\w*"
)
_MINORS = (
    r"(?:young|small|little|teen(?:age)?|adopted|foster|newborn|unborn|school-?age)"
    r" (?:child|children|kids?|son|daughter)s?|child|children|kids?|bab(?:y|ies)|toddlers?"
    r"|newborns?|infants?|teenage\w*|teens?|minors?|sons?|daughters?|grandchild(?:ren)?"
    r"|grand(?:son|daughter)s?|nieces?|nephews?|underage"
    r"|(?:is|aged?) (?:[1-9]|1[0-7])(?: years? old)?(?=\W*$|[,.;])|twins"
    r"|(?:[1-9]|1[0-7])-year-olds?|under-(?:[5-9]|1[0-8])s?|little (?:girl|boy)s?|kindergart\w*"
    r"|preschool\w*|schoolchild\w*|in \d{1,2}(?:st|nd|rd|th) grade"
    r"|(?:high|middle|primary|grade)[ -]school(?:er|ers| student| pupil)"
    r"|is in (?:high|middle|primary|grade) school"
    r"|is an? (?:[\w-]+ )?(?:step)?(?:dad|mum|mom|mother|father|parent)"
    r"|(?:step)?(?:father|mother|parent) of"
)
_THIRD_PARTIES = (
    r"(?:(?:user|person)(?:'s|’s)|their|his|her) (?:[\w-]+ ){0,2}?(?:wife|husband|spouse|partner"
    r"|fianc[eé]e?|ex|girlfriend|boyfriend|mother|mom|mum|father|dad|parents?|sisters?|brothers?"
    r"|siblings?|sons?|daughters?|child|children|kids?|aunt|uncle|cousins?|grand\w+|friends?|boss"
    r"|manager|colleagues?|co-?workers?|neighbou?rs?|roommates?|flatmates?|clients?|patients?"
    r"|students?|tenants?|landlord|niece|nephew|in-laws?|family)\b"
    r"|has an? (?:[\w-]+ ){0,2}?(?:wife|husband|spouse|partner|girlfriend|boyfriend|sister|brother"
    r"|son|daughter|child|friend|boss|roommate|niece|nephew)\b (?:who|named|called|with|aged|in)"
)
_WORDS: dict[Topic, re.Pattern[str]] = {
    "health": re.compile(rf"\b(?:{_HEALTH})\b", _I),
    "religion": re.compile(rf"\b(?:{_RELIGION})\b", _I),
    "politics": re.compile(rf"\b(?:{_POLITICS})\b", _I),
    "sexuality": re.compile(rf"\b(?:{_SEXUALITY})\b", _I),
    "minors": re.compile(rf"\b(?:{_MINORS})\b", _I),
    "third_parties": re.compile(rf"\b(?:{_THIRD_PARTIES})", _I),
}


def sensitive_topics(text: str) -> tuple[Topic, ...]:
    """Return the sensitive topics that a statement touches, in the order of `TOPICS`.

    English words only, and cautious: "follows politics" and "writes for children" count, while a
    topic that is only implied ("takes the bus to dialysis") is missed. It is a filter, no promise.
    """
    return tuple(topic for topic in TOPICS if _WORDS[topic].search(text))
