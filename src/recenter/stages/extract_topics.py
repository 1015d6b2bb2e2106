"""Which of a dozen topics a statement about a person belongs to, by its words."""

from __future__ import annotations

import re

_TOPICS = {
    "health": r"allerg\w*|asthma|diabet\w*|adhd|autis\w*|anxiety|depress\w*|insomnia|migraine\w*|"
    r"pain\w*|dizzy|disease|disorder|surgery|pregnan\w*|intoleran\w*|celiac|disab\w*|medication|"
    r"injur\w*|psoriasis|symptom\w*|doctor|therap\w*|sick|illness|cancer|blood pressure",
    "family": r"wife|husband|spouse|son|sons|daughter\w*|mother|father|mom|mum|dad|sister\w*|"
    r"brother\w*|kids?|child\w*|girlfriend|boyfriend|partner|parents?|married|family|grand\w+|"
    r"uncle|aunt|cousin\w*|niece|nephew|fianc\w+|engaged|divorced|dogs?|cats?|pets?|descendant",
    "languages": r"language\w*|english|spanish|french|german|italian|chinese|mandarin|cantonese|"
    r"japanese|korean|russian|arabic|portuguese|dutch|mother tongue|bilingual|\w+lingual",
    "job": r"works?|working|worked|job|company|career|engineer\w*|teacher|nurse|manager|employ\w*|"
    r"business|profession\w*|freelanc\w*|startup|developer|designer|shift|retired|salary|colleague\w*|"
    r"coworker\w*|boss|office|client\w*",
    "skills": r"skill\w*|experience\w*|certified|degree|graduated|bachelor\w*|master'?s|phd|"
    r"stud(?:y|ies|ying|ied)|student|university|college|school|major\w*|knows? how|beginner|"
    r"familiar|expert|good at|bad at|can (?:speak|play|cook|code)",
    "home": r"lives?|living|born|moved|moving|house|apartment|flat|city|country|hometown|is from|"
    r"resides?|rents?|garden|neighbou?rhood|based in",
    "possessions": r"has an?|owns?|has \d+|car|phone|laptop|pc|computer|camera|bike|guitar|iphone|"
    r"bought|uses?|using",
    "constraints": r"can'?t|cannot|doesn'?t (?:eat|drink|want|have)|budget|afford|avoid|vegan|"
    r"vegetarian|halal|kosher|must|not allowed|only",
    "goals": r"wants? to|would like to|plans? to|hopes? to|aspires?|dream\w*|goal|going to|"
    r"applying|trying to|intends?|preparing|learning",
    "habits": r"usually|always|often|every|each|sometimes|never|rarely|daily|weekly|goes to|"
    r"wakes?|sleeps?|spends?|tends? to",
    "likes": r"likes?|loves?|prefers?|enjoys?|hates?|dislikes?|favou?rites?|adores?|fan of|"
    r"interested in|into",
    "opinions": r"thinks?|believes?|feels?|considers?|agrees?|opinion|finds?",
}
_PATTERNS = {
    topic: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for topic, words in _TOPICS.items()
}
_FIRST = re.compile(
    r"^the user (?:really |also |absolutely )?(?P<likes>likes|loves|prefers|enjoys|hates|dislikes|"
    r"adores)\b|^the user (?P<goals>wants|would like|plans|hopes|aspires)\b|"
    r"^the user (?:is )?(?P<home>lives|from|born|based)\b|"
    r"^the user (?P<job>works)\b|^the user (?P<opinions>thinks|believes|considers)\b",
    re.IGNORECASE,
)


def topic_of(text: str) -> str | None:
    """Return the topic of a statement about "the user", or None where no word tells it."""
    first = _FIRST.match(text)
    if first is not None:
        return first.lastgroup
    return next((topic for topic, words in _PATTERNS.items() if words.search(text)), None)
