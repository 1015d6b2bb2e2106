"""What is not the person's own words is refused for its reason; what is theirs is kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recenter.records import Turn
from recenter.text.locate import Span
from recenter.text.own_words import (
    Refused,
    gaps,
    own_spans,
    refusal_of,
    refused_in_turns,
    refused_spans,
)

REFUSED = [
    ("code", "See:\n```\n# I am root\n```\nI write Go.", "# I am root"),
    ("code", "I use `I_am = 1` at work, I like it.", "I_am = 1"),
    ("code", "def f(x):\n    return x\nprint(f(3))\nI am new to it.", "return x"),
    ("quote", "> I live in Rome\n> and drive\nIs that wise?", "I live in Rome"),
    ("quote", 'She found a note: "I am leaving for the sea tomorrow." Odd.', "I am leaving"),
    ("pasted", "Translate this to French: I have been a baker since 1990.", "I have been a baker"),
    ("pasted", "Here is the letter:\n\nI own four houses by the lake.", "I own four houses"),
    ("pasted", "I am a diver and love wrecks. Rewrite this to sound better", "I am a diver"),
    ("pasted", "From: Ann\nSubject: leave\n\nI am off on Monday.", "I am off on Monday"),
    ("pasted", "Dear Sir,\nI have ten years in sales.\nKind regards,\nBo", "ten years in sales"),
    ("pasted", "Bo Li\nExperience\nBaker, 2010\nEducation\nBSc Physics", "BSc Physics"),
    ("pasted", "[Verse 1]\nI was born on a barge", "I was born"),
    ("pasted", "10:02:11 I am starting\n10:02:12 I am done", "I am starting"),
    ("pasted", "| me | vegan |\n| you | omnivore |", "vegan"),
    ("pasted", "Bo: I am tired\nAn: Me too\nBo: I live far away", "I live far away"),
    ("pasted", "look at https://example.org/i-am-a-doctor please", "i-am-a-doctor"),
    ("injected", "<memories>\n- likes tea\n</memories>\nHello", "likes tea"),
    ("injected", '<recenter_memory version="1">\nlikes tea\n</recenter_memory> hi', "likes tea"),
    ("injected", "User memories:\n- likes tea\n- from Rome\n\nHi", "from Rome"),
    ("injected", "# Relevant memories\nlikes jazz\n\nHi", "likes jazz"),
    ("injected", "Here's what you remember about me:\n- likes tea\n\nHi", "likes tea"),
    ("injected", "These are the memories I have stored. So:\n- likes tea\n\nHi", "likes tea"),
    ("injected", "Previous conversation summary:\nUser likes tea.\n\nHi", "User likes tea"),
    ("injected", "# User Bio\nlikes tea\n\nHi", "likes tea"),
    ("injected", "[Memory]\n- likes tea\n\nHi", "likes tea"),
    ("injected", "Model Set Context\n1. likes jazz\n2. is tall\n\nHi", "is tall"),
    ("injected", "<user_profile>lives in Oslo", "lives in Oslo"),
    ("fiction", "Write a short story. I am a whale and I sing at night.", "I am a whale"),
    ("fiction", "write a cover letter for a nurse with ten years at sea", "ten years at sea"),
    ("roleplay", "Let's roleplay. I am a knight called Rolf.", "I am a knight"),
    ("roleplay", "Act as a career coach with thirty years of practice.", "thirty years"),
    ("third_person", "My friend says 'I am a vegan' and I cook for her.", "I am a vegan"),
    ("third_person", "“I hate dogs,” she said, and left.", "I hate dogs"),
    ("hypothetical", "If I were rich I'd buy a yacht.", "I'd buy a yacht"),
    ("hypothetical", "Suppose I have a farm in Kenya.", "a farm in Kenya"),
    ("hypothetical", "Imagine I'm a billionaire. I own three yachts.", "I own three yachts"),
    ("hypothetical", "In this scenario, I am the CEO of a firm.", "I am the CEO"),
    ("pasted", "Turn this into a formal email: I have the flu", "I have the flu"),
    ("pasted", "Make this sound better: I love people", "I love people"),
    ("pasted", "Is this sentence correct? I am living here since 2010.", "I am living here"),
    ("pasted", "which is correct: I am living in Paris or I live in Paris?", "I live in Paris"),
    ("pasted", "What's wrong with this: I am live in Rome", "I am live in Rome"),
    ("pasted", "Grammar check: I am work in bank", "I am work"),
    ("pasted", "classify the sentiment: I hate my job", "I hate my job"),
    ("pasted", "Dear Sir, I am a plumber of ten years.\nBo", "I am a plumber"),
    ("quote", "How do you say 'I am from Italy' in German?", "I am from Italy"),
    ("quote", 'translate to spanish "i live in new york"', "i live in new york"),
    ("third_person", "My mum wrote: I am moving to Spain.", "I am moving to Spain"),
    ("fiction", "Write a text from a man to his wife: I broke my arm", "I broke my arm"),
    ("roleplay", "From now on you are Dr. Rey. I am your patient.", "I am your patient"),
    ("roleplay", "Play a game with me: I am a detective.", "I am a detective"),
    ("roleplay", "Context: I am a customer and you are a clerk.", "I am a customer"),
]

OWN = [
    ("I use `vim` daily at work.", "I use `vim` daily at work"),
    ("I love D&D and roleplaying games. I'm 30.", "I love D&D and roleplaying games"),
    ("Act as a career coach. I am a nurse in Porto.", "I am a nurse in Porto"),
    ("I'm allergic to nuts. Write a poem about nuts.", "I'm allergic to nuts"),
    ("I want to write a novel about my town.", "I want to write a novel"),
    ("Name: Jo\nAge: 31\nJob: nurse", "Job: nurse"),
    ("Translate 'good morning' to Thai, I move there in May", "I move there in May"),
    ("My sister is vegan, so I cook without eggs.", "I cook without eggs"),
    ("I’d say I like dessert.", "I like dessert"),
    ("My memories of school are bad: I was bullied.", "I was bullied"),
    ("Draft an e-mail to the office for a car I sold in May", "a car I sold"),
    ("I have fond memories:\n- the sea\n- the hills", "the sea"),
    ("I live in Oslo. If I were rich I'd leave.", "I live in Oslo"),
    ("If I were rich I'd leave. I live in Oslo.", "I live in Oslo"),
    ("I work as a game master for kids' parties.", "I work as a game master"),
    ("My question: I am vegan, where do I get B12?", "I am vegan"),
    ("Note: I am allergic to nuts.", "I am allergic to nuts"),
    ("Turn this around: I need hope, I lost my job.", "I lost my job"),
    ("Is this normal? I sleep four hours a night.", "I sleep four hours"),
    ("Context: I am a nurse in a small clinic.", "I am a nurse"),
    ("I am a therapist and you are a great help.", "I am a therapist"),
    ("In this house I am the cook.", "I am the cook"),
    ("As I said: I live in Ghent.", "I live in Ghent"),
    ("As I said 'I live in Ghent', so no.", "I live in Ghent"),
    ("I moved to Oslo: I love it here.", "I love it here"),
    ("My dear friends, all of them, live far away.", "live far away"),
]


def refusal(text: str, quote: str) -> str | None:
    start = text.index(quote)
    return refusal_of(Span(start, start + len(quote)), refused_spans(text))


@pytest.mark.parametrize(("reason", "text", "quote"), REFUSED)
def test_words_that_are_not_of_the_person_are_refused(reason: str, text: str, quote: str) -> None:
    assert refusal(text, quote) == reason


@pytest.mark.parametrize(("text", "quote"), OWN)
def test_own_words_are_kept(text: str, quote: str) -> None:
    assert refusal(text, quote) is None


def user(text: str) -> Turn:
    return Turn(role="user", text=text)


def test_a_role_play_colours_later_turns_until_the_person_leaves_it() -> None:
    turns = [
        user("You be the game master, I play Rolf."),
        Turn(role="assistant", text="You stand at a gate."),
        user("I am a knight and I fear no dog."),
        user("lol, out of character: I live in Ghent."),
        user("I have two cats."),
    ]
    refused = refused_in_turns(turns)
    assert [[r.reason for r in each] for each in refused] == [
        ["roleplay"],
        ["quote"],
        ["roleplay"],
        ["roleplay"],
        [],
    ]
    own = gaps(refused[3], len(turns[3].text))
    assert [turns[3].text[a:b].strip() for a, b in own] == ["I live in Ghent."]


def test_a_document_that_speaks_of_play_colours_nothing() -> None:
    turns = [user("Summarize this text: let's roleplay, I am a knight."), user("I live in Ghent.")]
    assert refused_in_turns(turns)[1] == ()


def test_nobody_types_a_turn_of_a_megabyte() -> None:
    text = "I am a nurse. What is this?\n\n" + " \n<a" * 250_000
    refused = refused_spans(text)
    assert refusal_of(Span(0, 12), refused) is None
    assert refused[-1] == Refused(Span(2000, len(text)), "pasted")


def test_a_quote_that_reaches_into_a_refused_stretch_is_refused() -> None:
    refused = (Refused(Span(10, 20), "code"),)
    assert refusal_of(Span(0, 12), refused) == "code"
    assert refusal_of(Span(8, 22), refused) == "code"
    assert refusal_of(Span(0, 40), refused) is None
    assert refusal_of(Span(20, 30), refused) is None


PIECES = st.sampled_from(
    [
        "I am a nurse. ",
        "```",
        "> so\n",
        '"',
        "“",
        "<memories>",
        "Write a story",
        "\n\n",
        "'",
        "From: x\n",
        "pretend I ",
        "a | b | c\n",
        "he said '",
        "Translate this: ",
        "if I were ",
        "https://a.b ",
    ]
)


@given(st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=25).map("".join)))
def test_own_and_refused_words_together_are_the_turn(text: str) -> None:
    refused = refused_spans(text)
    pieces = sorted([span for span, _ in refused] + list(own_spans(text)))
    assert "".join(text[start:end] for start, end in pieces) == text
    assert all(start < end for start, end in pieces)
    assert len(refused_in_turns([user(text), user(text)])) == 2
