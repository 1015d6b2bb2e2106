"""Texts made of what the rules look for, in any order."""

from __future__ import annotations

from hypothesis import strategies as st

PIECES = st.lists(
    st.sampled_from(
        [
            *"aZé1 .,\n@:/-()'",
            *(
                "\r\n",
                "e\u0301",
                "😀",
                "Ann",
                "Dear ",
                "my wife ",
                "@example.com",
                "http://",
                "202-",
            ),
            *("555-0143", " at ", " dot ", "com", "12 Elm St", "Best,\n", "I'm ", "DE89", "::1"),
        ]
    ),
    max_size=30,
).map("".join)
