"""The few English verb forms that a change from "I" to "the user" needs."""

from __future__ import annotations

import re

_ENDING = re.compile(r"(?:ing|ed|es|s|e)$")


def words(text: str) -> frozenset[str]:
    """Return the words of a list written as prose."""
    return frozenset(text.split())


def without_ending(word: str) -> str:
    """Return a word in small letters without the ending of a form: "bakes" and "baking" are one."""
    return _ENDING.sub("", word)


IRREGULAR = {
    "am": "is",
    "i'm": "is",
    "have": "has",
    "do": "does",
    "go": "goes",
    "don't": "doesn't",
    "dont": "doesn't",
    "haven't": "hasn't",
    "havent": "hasn't",
    "undergo": "undergoes",
}
"""First person to third person singular, where it is not a plain ending."""

MODALS = words(
    """
    can can't cant cannot could couldn't couldnt will won't wont would wouldn't wouldnt should
    shouldn't shouldnt must mustn't may might shall
    """
)
"""Verbs that are the same in every person; a bare infinitive follows."""

PAST = words(
    """
    was wasn't wasnt were had hadn't hadnt did didn't didnt went got made took came saw knew
    thought felt found gave told became left kept began brought bought wrote stood heard meant met
    ran paid sat spoke led grew lost fell sent built understood drew broke spent rose drove wore
    chose taught caught fought slept won ate drank sang flew forgot woke held used sold swam
    dreamt learnt burnt shot threw rode dealt hid quit
    """
)
"""Irregular past forms that cannot be taken for a present form."""

BASE = words(
    """
    possess cherish thrive adhere opt grasp reside commute juggle inherit
    accept achieve add adore admire adopt advise agree aim allow answer appreciate apply argue ask
    aspire assist attend avoid bake be become begin believe belong breathe bring build buy call
    care carry celebrate change charge check choose clean climb code collect combine come commute
    compete compose concentrate conduct consider consult consume contribute cook coordinate create
    cycle daydream deal decide deliver depend design desire detest develop dislike donate draw
    dream drink drive earn eat edit educate enjoy evaluate excel exercise expect experience
    explain explore face fear feel fight find finish fish focus follow foster garden get give grow
    handle hate hear help hike hold hope identify imagine implement improve intend interact invest
    jog join journal keep knit know lack laugh lead lean learn leave like listen live look lose
    love maintain make manage meet meditate mentor mind miss move need object oppose order
    organise organize own oversee paint participate pay perform plan play post practice practise
    pray prefer prepare produce program provide publish pursue raise realize recall receive
    recognise recognize record recommend refuse regret rely remember rent report represent
    research respect respond ride run save say see seek seem sell send serve sew share shop sing
    sit skate ski sleep smoke speak specialise specialize spend stand start stay stop strive
    stream struggle study stutter suffer supervise support suppose surf suspect swim take talk
    teach tend think train translate travel treat trust try tutor understand use value view visit
    volunteer wait wake walk want watch wear weigh wish wonder work worry write
    """
)
"""Base forms that may follow "I" in a statement about oneself; others are refused."""

NOUN_TOO = words(
    """
    aim answer care change charge check code contact cook cycle deal design desire dream drink
    drive exercise experience face fear feel fight fish focus garden hate help hike hope journal
    look love mind need object order paint pay plan play post practice program record regret
    report research respect respond ride run say sense share shop sleep smoke stand start stay
    stop stream struggle study support surf swim talk train travel treat trust try use value view
    visit wait wake walk watch weigh wish wonder work worry
    """
)
"""Base forms that may also be nouns: after "and" they are verbs only before some words."""

ADVERBS = words(
    """
    also just really only never always currently often usually already still mostly generally
    mainly actually personally recently now both sometimes rarely even almost absolutely
    definitely not ever first once normally literally kinda sorta then soon barely hardly deeply
    highly very totally truly strongly occasionally frequently primarily simply
    """
)
"""Words that may stand between a subject and its verb."""

_HISSING = ("s", "x", "z", "ch", "sh")


def third_person(verb: str) -> str | None:
    """Return the present third person singular of a verb that follows "I", or None if unknown.

    Modals and past forms come back as they are.
    """
    word = verb.lower().replace("’", "'")
    if word in IRREGULAR:
        return IRREGULAR[word]
    if word in MODALS or word in PAST or is_regular_past(word):
        return verb
    if word not in BASE or word == "be":
        return None
    if word.endswith(_HISSING) or (word.endswith("o") and word[-2:-1] not in "aeiou"):
        return verb + "es"
    if word.endswith("y") and word[-2] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + "s"


def is_regular_past(word: str) -> bool:
    """Tell whether a word looks like a regular past form (`worked`, not `need`)."""
    return len(word) > 4 and word.endswith("ed") and word not in BASE and not word.endswith("eed")
