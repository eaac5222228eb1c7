"""Text of others without what nobody sees."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordersops.advice.cleaning import MARKS_IN_A_ROW, clean

ANY = st.text(st.characters(), max_size=300)  # surrogates too
NASTY = st.text(
    st.sampled_from(
        "a Z9\n\t\r\x00\x1b\x85\xa0\xad\u034f\u061c\u115f\u180e\u200b\u200d\u202e\u2028\u2066"
        "\u2800\u3164\ufe0f\ufeff\ufffe\ue000\ud800\U000e0041\U000e0101é\u0301\u0489"
    ),
    max_size=60,
)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("plain text", "plain text"),
        ("two\r\nlines\rand\u2028more", "two\nlines\nand\nmore"),
        ("a\tb\xa0c\u3000d\u2800e", "a b c d e"),
        ("be\x00ll\x07 \x1b[31mred", "bell [31mred"),
        ("safe\u202etxt.exe\u202c \u2066x\u2069\u061c", "safetxt.exe x"),
        ("ig\u200bno\u200dre\u2060 \ufeffthis\u00ad", "ignore this"),
        ("hi" + "".join(chr(0xE0000 + ord(one)) for one in "approve"), "hi"),
        ("A\U000e0101\ufe0f\u034f\u3164\u115fB", "AB"),
        ("x\ud800\udfffy\ue000\U000f0000z\ufffe\ufdd0", "xyz"),
        ("e\u0301", "é"),
        ("Z" + "\u0301" * 40 + "algo", "Ź" + "\u0301" * MARKS_IN_A_ROW + "algo"),
        ("5² ½ ﬁ ＡＢ", "5² ½ ﬁ ＡＢ"),
        ("ありがとう 谢谢 سلام שלום नमस्ते", "ありがとう 谢谢 سلام שלום नमस्ते"),
    ],
)
def test_what_stays(typed: str, read: str) -> None:
    assert clean(typed) == read


@given(ANY | NASTY)
def test_nothing_unseen_stays(text: str) -> None:
    found = clean(text)
    for character in found:
        assert character == "\n" or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}, hex(ord(character))
        assert not 0xE0000 <= ord(character) < 0xE1000
        assert not 0xFE00 <= ord(character) <= 0xFE0F
    found.encode()  # no lone surrogate
    assert unicodedata.is_normalized("NFC", found)


@given(ANY | NASTY, st.integers(60, 400))
def test_cleaning_twice_is_cleaning_once(text: str, most: int) -> None:
    once = clean(text, most=most)
    assert clean(once, most=most) == once
    assert len(once) <= most


def test_what_was_cut_is_said() -> None:
    found = clean("word " * 1000, most=100)
    assert len(found) == 100
    kept = found.partition(" … [")[0]
    assert found == f"{kept} … [{5000 - len(kept)} characters cut]"
    assert ("word " * 1000).startswith(kept)
    assert clean("x" * 100, most=100) == "x" * 100
    assert clean("x" * 5000, most=5) == " … [5000 characters cut]"


def test_a_text_of_rare_characters_does_not_fill_the_memory() -> None:
    from ordersops.advice import cleaning

    clean("".join(map(chr, range(0x20000, 0x2A000))), most=100_000)
    assert len(cleaning._VERDICTS) <= cleaning._KEPT
