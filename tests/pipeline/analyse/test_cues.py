from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from pipeline.analyse.cues import Lexicon, Reading
from pipeline.text.normal import normal, squeeze

LEXICON = Lexicon(
    {
        "topics": {"water": {3: "停水 nowater"}, "transit": {3: "bus"}, "traffic": {3: "路~修了"}},
        "harm": {"H2": "停水 中毒", "H3": "食物中毒"},
        "void": "停水果",
    }
)


def read(text: str) -> Reading:
    folded = normal(text)
    return LEXICON.read_text(folded, *squeeze(folded))


def kinds(text: str) -> set[str]:
    return {kind for kind, cues in read(text).cues.items() if cues}


def test_one_word_speaks_for_several_things() -> None:
    assert kinds("又停-水了") == {"topics.water", "harm.H2"}


def test_a_longer_cue_swallows_the_shorter_one_of_its_family() -> None:
    assert kinds("食物中毒") == {"harm.H3"}


def test_a_void_word_swallows_every_cue_inside_it() -> None:
    assert kinds("停水果摊") == set()


def test_latin_words_stand_alone() -> None:
    assert kinds("the bus is late") == {"topics.transit"}
    assert kinds("business") == set()
    assert kinds("等bus等了一小时") == {"topics.transit"}


def test_a_pair_holds_within_one_sentence_only() -> None:
    assert kinds("文桥路三年修了四遍") == {"topics.traffic"}
    assert kinds("文桥路。修了四遍") == set()


def test_a_character_written_by_sound_is_understood() -> None:
    assert kinds("ting水了") == {"topics.water", "harm.H2"}


WORDS = {"停水": ("topics.water", "harm.H2"), "中毒": ("harm.H2",), "食物中毒": ("harm.H3",), "停水果": ("void",)}


def slowly(text: str) -> set[tuple[str, int, int]]:
    """Find the plain words one by one, then compare every cue with every other."""
    everywhere = [
        (kind, found.start(1), found.end(1))
        for word, kinds in WORDS.items()
        for kind in kinds
        for found in re.finditer(f"(?=({word}))", text)
    ]
    return {
        (kind, start, end)
        for kind, start, end in everywhere
        if kind != "void"
        and not any(other == "void" and a <= start and end <= b for other, a, b in everywhere)
        and not any(
            other[:4] == kind[:4] and a <= start and end <= b and (a, b) != (start, end)
            for other, a, b in everywhere
            if not any(void == "void" and c <= a and b <= d for void, c, d in everywhere)
        )
    }


@given(st.lists(st.sampled_from("停 水 果 食 物 中 毒 停水 食物 中毒 路".split())).map("".join))
def test_one_pass_finds_what_slow_comparing_finds(text: str) -> None:
    quickly = {(cue.kind, cue.start, cue.end) for cues in read(text).cues.values() for cue in cues}
    assert quickly == slowly(text)
