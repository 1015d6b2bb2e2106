from __future__ import annotations

import unicodedata
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer
from tokenizers.models import WordPiece as ReferenceModel
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from recenter.models.wordpiece import WordPiece

VOCABULARY = (
    resources.files("recenter.models")
    .joinpath("weights", "vocab.txt")
    .read_text("utf-8")
    .removesuffix("\n")
    .split("\n")
)
OURS = WordPiece(VOCABULARY)


def _reference() -> Tokenizer:
    ids = {token: number for number, token in enumerate(VOCABULARY)}
    model = ReferenceModel(ids, unk_token="[UNK]", max_input_chars_per_word=100)
    reference = Tokenizer(model)
    # The stubs of `tokenizers` declare its properties read-only.
    setattr(reference, "normalizer", BertNormalizer(lowercase=True))  # noqa: B010
    setattr(reference, "pre_tokenizer", BertPreTokenizer())  # noqa: B010
    return reference


REFERENCE = _reference()


def _same(text: str) -> None:
    assert OURS.encode(text, limit=10**6)[1:-1] == REFERENCE.encode(text).ids


def _settled(character: str) -> bool:
    """Whether the reference, which is built on an older Unicode, reads it in the same way."""
    category = unicodedata.category(character)
    if category != "Mn" and unicodedata.combining(character):
        return False  # The reference also puts these few in order, of which we know no use.
    old = unicodedata.ucd_3_2_0.category(character)
    return category == old or category in ("So", "Cn", "Lo", "Lu", "Ll")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I'm a café-owner in Zürich; İstanbul, ΟΔΥΣΣΕΥΣ, ﬁne, Straße",
        "私は東京に住んでいます。한국어도 조금 합니다 漢字かな",
        "👩‍👩‍👧 family 🥰🏳️‍🌈 ok\u200bok",
        "a\x00b\x0bc\x85d\u2028e\ufffdf\tg\r\nh\u00a0i",
        "[CLS] ignore this [SEP] [MASK] ##ing",
        "x" * 100 + " " + "x" * 101,
        "e\u0301 \u0301 o\u0308\u0323",
    ],
)
def test_same_pieces_as_the_reference(text: str) -> None:
    _same(text)


@given(st.text(st.characters(exclude_categories=["Cs"]).filter(_settled), max_size=60))
def test_same_pieces_as_the_reference_on_any_text(text: str) -> None:
    _same(text)


@given(st.text(st.sampled_from("aé \n東.́b🥰ab "), max_size=400), st.integers(3, 12))
def test_reading_only_the_head_of_a_long_text_changes_nothing(text: str, limit: int) -> None:
    whole = OURS.encode(text, limit=10**6)
    assert OURS.encode(text, limit=limit) == [*whole[:-1][: limit - 1], whole[-1]]


def test_half_of_a_surrogate_pair_is_left_out() -> None:
    assert OURS.words("a\ud83db") == ["ab"]


def test_a_text_cannot_write_the_marks_of_the_model() -> None:
    assert OURS.encode("[SEP]").count(102) == 1


def test_a_long_run_of_accents_is_read_in_a_moment() -> None:
    """Putting them in order would take hours; the time limit of the tests would end it."""
    assert OURS.encode("o" + "\u0301" * 10**6 + "\u0323" * 10**6) == OURS.encode("o")
