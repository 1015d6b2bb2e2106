from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from recenter.demo.highlight import Mark, pieces, visible


def mark(start: int, end: int, kind: str = "quote") -> Mark:
    return Mark(
        start=start,
        end=end,
        kind="trap" if kind == "trap" else "quote",
        anchor=f"q{start}-{end}",
        target="a1",
        label="1",
    )


def marked(text: str, one: Mark, marks: list[Mark]) -> str:
    """The text between the places where the mark begins and ends."""
    inside, taken = False, ""
    for piece in pieces(text, marks):
        inside = inside or one in piece.begin
        taken += piece.text if inside else ""
        inside = inside and one not in piece.end
    return taken


def test_overlapping_marks_share_the_piece_in_the_middle() -> None:
    first, second = mark(0, 8), mark(4, 12, "trap")
    got = pieces("I am 😀 a lighthouse", [first, second])
    assert [piece.text for piece in got] == ["I am", " 😀 a", " lig", "hthouse"]
    assert [piece.kinds for piece in got] == [("quote",), ("quote", "trap"), ("trap",), ()]


def test_offsets_are_code_points() -> None:
    text = "👍🏽 i'm lactose intolerant 🥛"
    start = text.index("i'm")
    one = mark(start, start + len("i'm lactose intolerant"))
    assert marked(text, one, [one]) == "i'm lactose intolerant"


@given(st.data())
def test_every_mark_covers_its_own_words(data: st.DataObject) -> None:
    text = data.draw(st.text(min_size=1, max_size=60))
    ends = st.tuples(st.integers(0, len(text) - 1), st.integers(1, len(text)))
    drawn = data.draw(st.lists(ends.filter(lambda e: e[0] < e[1]), max_size=5, unique=True))
    marks = [mark(start, end) for start, end in drawn]
    assert "".join(piece.text for piece in pieces(text, marks)) == visible(text)
    for one in marks:
        assert marked(text, one, marks) == visible(text)[one.start : one.end]


def test_hidden_characters_show_and_keep_their_place() -> None:
    assert visible("a\x00b\r\n\u202ec\ud800\td") == "a\ufffdb \n\ufffdc\ufffd\td"


def test_empty_text_has_no_pieces() -> None:
    assert pieces("", []) == ()
