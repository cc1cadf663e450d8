from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.normal import SENTENCE_ENDS, folded, normal, normal_batch, squeeze, squeeze_batch, traditional

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


PAIRS = """
衣服乾了又濕|衣服干了又湿
看著孩子長大，他很著急|看着孩子长大，他很着急
請儘快瞭解情況|请尽快了解情况
徵收房屋沒有徵求意見|征收房屋没有征求意见
找藉口推託|找借口推托
妳們物業不管嗎|你们物业不管吗
祇是說說而已|只是说说而已
甚麼時候來電|什么时候来电
環境不乾淨，衛生極差|环境不干净，卫生极差
牠咬了我家孩子|它咬了我家孩子
裡面漏電，牆壁潮溼|里面漏电，墙壁潮湿
週末施工擾民|周末施工扰民
樓上彷彿在拆牆|楼上仿佛在拆墙
電線桿倒了，綫路裸露|电线杆倒了，线路裸露
業主揹著行李爬樓梯|业主背着行李爬楼梯
狼藉一片，家屬得到慰藉|狼藉一片，家属得到慰藉
著名作家的著作|著名作家的著作
效果顯著，登上瞭望台看乾隆碑|效果显著，登上瞭望台看乾隆碑
ＷＩＦＩ訊號差，①號樓停氣|wifi讯号差，1号楼停气
""".strip().splitlines()


@pytest.mark.parametrize("pair", PAIRS)
def test_both_scripts_are_read_as_one(pair: str) -> None:
    traditional, simplified = pair.split("|")

    assert normal(traditional) == normal(simplified)
    assert normal(simplified) == simplified.replace("，", ",")
    assert normal_batch([simplified, "", traditional]) == [normal(simplified), "", normal(simplified)]


@given(st.lists(st.sampled_from("著乾瞭徵藉祇甚彷名看显了么佛作望狼神，a\u200b")).map("".join))
def test_a_character_for_two_is_read_once_and_for_all(text: str) -> None:
    assert normal(normal(text)) == normal(text)
    assert len(normal(text)) == len(text)


@given(st.text(st.sampled_from("停水电梯坏了Ａ1，。"), min_size=1), st.randoms(use_true_random=False))
def test_what_is_unseen_between_letters_moves_no_letter_and_hides_none(text: str, chance: Random) -> None:
    unseen = "\u200b\u200d\u2060\ufeff\u202a\u202e\u2066\u2069\u00ad"
    strewn = "".join(one + "".join(chance.choices(unseen, k=chance.randint(0, 2))) for one in text)

    assert len(normal(strewn)) == len(strewn)
    assert folded(strewn) == folded(text)


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


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("錦湖里停氣兩天了", True),
        ("锦湖里停气两天了，請問谁管", True),
        ("锦湖里停气两天了", False),
        ("后面的路，於先生和后来的人", False),
        ("乾隆年间的著名牌楼", False),
        ("No gas", False),
        ("", False),
        ("停" * 1000 + "氣", False),  # whoever writes in a script begins in it
    ],
)
def test_a_script_is_told_by_characters_that_only_it_has(text: str, told: bool) -> None:
    assert traditional(text) is told
