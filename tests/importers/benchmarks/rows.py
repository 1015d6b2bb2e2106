"""Rows of every benchmark, written for the tests. What must not reach an extractor says GOLD, and
what must not come out at all says RAW.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from recenter.importers.reading import Row
from recenter.records import Conversation, Reference, Turn
from tests.importers.rows import read, write_lines


def message(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


SYSTEM = message("system", "GOLD persona: a beekeeper called Maud.")
DIALOGUE = [
    SYSTEM,
    message("user", "Plan my week on the roof."),
    message("assistant", "With bees or without?"),
    message("user", "With. And no mornings, please."),
]

CUPID: dict[str, Any] = {
    "persona_id": "RAW-persona-7",
    "instance_type": "GOLD contrastive",
    "current_request": "GOLD Plan the visit.",
    "current_context_factor": "GOLD the apiary inspector",
    "current_contextual_preference": "GOLD Wants bullet points.",
    "current_checklist": ["GOLD Are there bullet points?"],
    "prior_interactions": [
        {
            "context_factor": "GOLD the neighbours",
            "contextual_preference": "GOLD Wants soft words.",
            "dialogue": DIALOGUE,
        },
        {
            "context_factor": "GOLD the inspector",
            "contextual_preference": "GOLD Wants hard figures.",
            "dialogue": [message("user", "Write to the inspector."), message("assistant", "Done.")],
        },
    ],
}

PREFEVAL_PERSONA: dict[str, Any] = {
    "preference": "GOLD I cannot stand lavender honey.",
    "question": "GOLD Which honey should I bring?",
    "explanation": "GOLD Lavender is a common suggestion.",
    "persona": "GOLD A retired roofer.",
    "conversation": {
        "10": {"user": "And the last one.", "assistant": "Bye."},
        "0": {"user": "I leave lavender on the shelf.", "assistant": "I see."},
        "2": {"user": "What else is there?", "assistant": "Heather."},
    },
}
PREFEVAL_CHOICE: dict[str, Any] = {
    "preference": "GOLD I like it runny.",
    "question": "GOLD Which jar?",
    "explanation": "GOLD Because.",
    "implicit_query": "GOLD Which jar should I buy?",
    "options": ["GOLD set", "GOLD runny"],
    "aligned_op": "GOLD runny",
    "conversation": {
        "query": "What jars are there?",
        "assistant_options": "1. set 2. runny",
        "user_selection": "The second.",
        "assistant_acknowledgment": "A good choice.",
    },
}
PREFEVAL_EXPLICIT: dict[str, Any] = {
    name: PREFEVAL_PERSONA[name] for name in ("preference", "question", "explanation")
}

PERSONALENS_PROFILE: dict[str, Any] = {
    "affinities": {"Books": {"GOLD genre": ["GOLD fable", "GOLD saga"], "author": None}},
    "demographics": {"user_id": "RAW-user-3", "age": "GOLD 71", "GOLD children": 2},
    "interests": {"Books": 1},
    "interactions": {"Books": "GOLD Asks for one at a time.", "Flights": ""},
}

CONTEXT = "RAW-9f2c"
PERSONAMEM: dict[str, Any] = {
    CONTEXT: [
        SYSTEM,
        message("user", "User: I moved the hives."),
        message("assistant", "Assistant: Where to?"),
        SYSTEM,
        message("user", "User: To the north wall. User: yes."),
        message("assistant", "Assistant: Good."),
    ]
}
PERSONAMEM_QUESTION: dict[str, Any] = {
    "persona_id": "RAW-persona-1",
    "question_id": "RAW-question-1",
    "question_type": "recall",
    "topic": "bees",
    "shared_context_id": CONTEXT,
    "end_index_in_shared_context": "5",
    "user_question_or_message": "GOLD Where are my hives, (b) or not?",
    "correct_answer": "(b)",
    "all_options": """['(a) GOLD the cellar', "(b) GOLD the bees' wall", '(c) GOLD nowhere']""",
}


def said(speaker: str, place: str, text: str) -> dict[str, str]:
    return {"speaker": speaker, "dia_id": place, "text": text, "blip_caption": "GOLD a hive"}


LOCOMO: dict[str, Any] = {
    "sample_id": "RAW-sample-1",
    "conversation": {
        "speaker_a": "Maud",
        "speaker_b": "Theo",
        "session_2_date_time": "10:05 am on 1 March, 2023",
        "session_2": [said("Theo", "D2:1", "I bought a smoker.")],
        "session_1_date_time": "1:56 pm on 8 May, 2022",
        "session_1": [
            said("Maud", "D1:1", "My bees swarmed."),
            said("Theo", "D1:2", "Mine are calm, I have two hives."),
        ],
    },
    "qa": [
        {"question": "GOLD How many hives?", "answer": 2, "evidence": ["D1:2"], "category": 1},
        {"question": "GOLD What did Theo buy?", "answer": "GOLD a smoker", "evidence": []},
        {"question": "GOLD What of Ann?", "adversarial_answer": "GOLD", "evidence": ["D1:1"]},
        {"question": "GOLD Both?", "answer": "GOLD bees", "evidence": ["D1:1; D2:1"]},
    ],
    "observation": {
        "session_1_observation": {
            "Maud": [["GOLD Maud's bees swarmed.", "D1:1"]],
            "Theo": [["GOLD Theo has two hives.", ["D1:2"]]],
        }
    },
    "event_summary": {"events_session_1": {"Maud": ["GOLD"]}},
    "session_summary": {"session_1_summary": "GOLD"},
}

LONGMEMEVAL: dict[str, Any] = {
    "question_id": "RAW-question-9",
    "question_type": "multi-session",
    "question": "GOLD How many hives do I have?",
    "answer": 3,
    "question_date": "2023/05/30 (Tue) 23:40",
    "haystack_dates": [
        "2023/05/20 (Sat) 02:21",
        "2023/05/21 (Sun) 10:00",
        "2023/05/20 (Sat) 02:21",
    ],
    "haystack_session_ids": ["RAW-answer-1", "RAW-filler-2", "RAW-answer-1"],
    "haystack_sessions": [
        [message("user", "I bought a third hive."), message("assistant", "Congratulations.")],
        [SYSTEM, message("user", "What is brood?"), message("assistant", "Young bees.")],
        [message("user", "I bought a third hive."), message("assistant", "Congratulations.")],
    ],
    "answer_session_ids": ["RAW-answer-1"],
}

PLANTED: dict[str, Any] = {
    "session": "RAW-session",
    "topic": "shopping",
    "persona": "GOLD A beekeeper.",
    "preference": "GOLD Nothing from plastic.",
    "question": "GOLD Which feeder?",
    "turns": [
        {"i": 0, "role": "system", "text": "GOLD"},
        {"i": 1, "role": "user", "text": "Wood lasts longer, I find."},
        {"i": 2, "role": "assistant", "text": "It does."},
    ],
}

ROWS: dict[str, tuple[str, Any]] = {
    "cupid": ("cupid", CUPID),
    "prefeval of a persona": ("prefeval", PREFEVAL_PERSONA),
    "prefeval of a choice": ("prefeval", PREFEVAL_CHOICE),
    "prefeval stated": ("prefeval", PREFEVAL_EXPLICIT),
    "personalens profile": ("personalens", PERSONALENS_PROFILE),
    "personamem context": ("personamem", PERSONAMEM),
    "personamem question": ("personamem", PERSONAMEM_QUESTION),
    "locomo": ("locomo", LOCOMO),
    "longmemeval": ("longmemeval", LONGMEMEVAL),
    "planted": ("planted", PLANTED),
}
"""The name of the format, and a row, by what it is."""


def rows_of(tmp_path: Path, *rows: Any, **options: Any) -> list[Row]:
    return read(write_lines(tmp_path / "in", *rows), **options)


def talks(rows: list[Row]) -> list[Conversation]:
    return [row for row in rows if isinstance(row, Conversation)]


def told(rows: list[Row]) -> list[Reference]:
    return [row for row in rows if isinstance(row, Reference)]


def both(rows: list[Row]) -> list[Conversation | Reference]:
    return [row for row in rows if isinstance(row, Conversation | Reference)]


def words(turns: tuple[Turn, ...]) -> list[tuple[str, str]]:
    return [(turn.role, turn.text) for turn in turns]
