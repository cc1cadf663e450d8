from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.normal import SENTENCE_ENDS, folded, normal, normal_batch, squeeze, squeeze_batch

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()))  # lone surrogates too


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("ＷＩＦＩ６", "wifi6"),
        ("停氣兩天了", "停气两天了"),
        ("長江大橋", "长江大桥"),
        ("後來電梯壞了", "后来电梯坏了"),
        ("停㊌", "停水"),
        ("気", "气"),  # a variant from Japan, not in simplified use
        ("著名的瞭望台", "著名的瞭望台"),  # in simplified use as they are
        ("等…等㎡", "等…等㎡"),  # would be several characters
        ("Ｋ１２６＋３００，！？；", "k126+300,!?;"),
    ],
)
def test_ways_of_writing_are_read_as_one(written: str, read: str) -> None:
    assert normal(written) == read


@given(ANY_TEXT)
def test_offsets_hold_in_the_normal_form(text: str) -> None:
    assert len(normal(text)) == len(text)


@given(ANY_TEXT)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert normal(normal(text)) == normal(text)


@given(ANY_TEXT)
def test_a_normal_text_can_always_be_stored(text: str) -> None:
    normal(text).encode("utf-8")


@given(st.lists(ANY_TEXT))
def test_a_batch_says_what_its_texts_say_alone(texts: list[str]) -> None:
    assert normal_batch(texts) == [normal(text) for text in texts]
    together = squeeze_batch(normal_batch(texts))
    assert [(text, list(offsets)) for text, offsets in together] == [
        (text, list(offsets)) for text, offsets in (squeeze(normal(text)) for text in texts)
    ]


@given(ANY_TEXT)
def test_every_squeezed_character_stands_where_its_offset_says(text: str) -> None:
    squeezed, offsets = squeeze(normal(text))
    assert [normal(text)[offset] for offset in offsets] == list(squeezed)
    assert list(offsets) == sorted(set(offsets))


@given(ANY_TEXT)
def test_squeezing_keeps_only_letters_digits_and_sentence_ends(text: str) -> None:
    assert all(one.isalnum() or one in SENTENCE_ENDS + "々" or one >= "\U00020000" for one in folded(text))


@pytest.mark.parametrize(
    "written",
    [
        "又 停*水 了",
        "又停\u200b水\ufe0f了",
        "又停·水·了",
        "又停💧水了",
        "又停ー水了",
        "又停\u3164水了",
        "又【停】【水】了",
    ],
)
def test_what_is_put_between_letters_does_not_hide_a_word(written: str) -> None:
    squeezed, offsets = squeeze(normal(written))
    assert squeezed == "又停水了"
    assert written[offsets[1]] == "停" and written[offsets[2]] == "水"


def test_a_sentence_end_keeps_two_words_apart() -> None:
    assert folded("又停。水管坏了！？；\n嗯，好") == "又停。水管坏了!?;\n嗯好"


def test_a_uyghur_text_keeps_its_letters() -> None:
    assert folded("سۇ توختاپ قالدى") == "سۇتوختاپقالدى"


def test_offsets_are_plain_numbers_that_a_message_can_carry() -> None:
    _, offsets = squeeze(normal("停 水"))
    assert [type(offset) for offset in offsets] == [int, int]
    batch = squeeze_batch(["停 水", "电"])
    assert list(batch[1][1]) == [0] and type(batch[1][1][0]) is int
