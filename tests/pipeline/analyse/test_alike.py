from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analyse.alike import _COUNTS, _HARMS, _NUMBERS, _SIGNS, alike, told, told_within
from pipeline.analyse.cues import Cue, Lexicon, Reading
from pipeline.text.normal import normal, squeeze

LEXICON = Lexicon.read()


def reading(text: str) -> Reading:
    return LEXICON.read_text(normal(text), *squeeze(normal(text)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("爷爷掉进河里", "外婆掉进池塘里"),
        ("大巴撞了2个人", "面包车撞了十几个人"),
        ("学校门口", "医院门口"),
    ],
)
def test_people_vehicles_waters_places_and_numbers_are_alike(one: str, other: str) -> None:
    assert alike(one) == alike(other)


def test_what_happens_is_not_alike() -> None:
    assert alike("爷爷掉进河里") != alike("爷爷站在河边")


@pytest.mark.parametrize(
    "around",
    ["尊敬的领导您好，{}", "{}，明天去市里上访", "{}。书记真是好官", "我是回族，{}，谢谢", "{}，领导都是干什么吃的"],
)
def test_courtesy_petitions_belief_and_what_is_thought_of_offices_are_left_out(around: str) -> None:
    plain = "孩子掉进井里了"
    assert told(reading(around.format(plain))).letters.strip("。") == plain


def test_a_clause_that_tells_the_matter_stays_whatever_else_is_in_it() -> None:
    assert told(reading("政府大楼着火了")).letters == "政府大楼着火了"
    assert told(reading("谢谢消防员，孩子没事了")).letters == "谢谢消防员孩子没事了"


def test_a_word_in_disguise_is_told_as_it_is_meant() -> None:
    assert told(reading("4号楼煤气xie漏")).letters == "4号楼煤气泄漏"


def test_cues_in_an_aside_can_be_told_from_the_others() -> None:
    text = reading("煤气泄漏，领导天天开会")
    matter = told(text)
    assert matter.of(text.of("harm.H3")) == text.of("harm.H3") != []
    ((start, end),) = matter.asides
    assert text.squeezed[start:end] == "领导天天开会"


@given(st.lists(st.sampled_from([*_SIGNS, *"一二十百千几两0123着火了的个人有楼小车子河，。"]), max_size=14))
def test_words_are_folded_as_one_expression_would(pieces: list[str]) -> None:
    words = "|".join(sorted(_SIGNS, key=len, reverse=True))
    whole = re.compile(f"[0-9]+|[一二三四五六七八九十两几百千]+|{words}")
    letters = "".join(pieces)

    assert alike(letters) == whole.sub(lambda word: _SIGNS.get(word.group(), "N"), letters)


def test_a_part_is_told_like_the_whole_without_what_is_said_aside_there() -> None:
    text = reading("停车费又涨了。这届班子真不行，4号楼煤气xie漏，快来人")
    part = told_within(text, text.squeezed.index("这届"), len(text.squeezed))
    assert part.letters == "4号楼煤气泄漏快来人"
    assert part.of([Cue("停", "harm.H3", 1.0, 0, 1)]) == []


def test_every_harm_of_the_lists_names_a_matter_but_a_group() -> None:
    kinds = {kind for kinds in LEXICON.kinds().values() for kind in kinds}

    assert {kind.removeprefix("harm.") for kind in kinds if kind.startswith("harm.")} == {*_HARMS, "group"}


@given(st.text(st.sampled_from("0九十12几百千半个号水。")))
def test_no_quick_look_passes_over_a_number(letters: str) -> None:
    assert not _NUMBERS.search(letters) or _COUNTS.found(letters)
