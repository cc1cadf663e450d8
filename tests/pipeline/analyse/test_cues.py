from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analyse.cues import Cue, Lexicon, Reading
from pipeline.analyse.frames import Side
from pipeline.text.automaton import automaton
from pipeline.text.normal import normal, squeeze
from tests.live import do_without

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


@given(st.text(st.sampled_from("水。!?;\n"), max_size=9), st.integers(0, 9))
def test_a_sentence_goes_from_mark_to_mark(text: str, at: int) -> None:
    found, place = Reading(text, text, range(len(text)), {}, {}), min(at, len(text))
    before, behind = re.split("[。!?;\n]", text[:place])[-1], re.split("[。!?;\n]", text[place:])[0]

    assert found.sentence(place) == (place - len(before), place + len(behind))
    assert found.begun(place) == place - len(before)


def test_a_sentence_without_an_end_is_cut_somewhere() -> None:
    assert read("水" * 2000).sentence(1000) == (700, 1300)


def test_a_character_written_by_sound_is_understood() -> None:
    assert kinds("ting水了") == {"topics.water", "harm.H2"}


@pytest.mark.parametrize(
    ("text", "otherwise"), [("又停水了", False), ("ting水了", True), ("停-水了", True), ("文桥路，修了四遍", False)]
)
def test_a_word_in_disguise_or_with_marks_between_its_letters_is_written_otherwise(text: str, otherwise: bool) -> None:
    assert read(text).otherwise is otherwise


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


SHIPPED = Lexicon.read()
PIECES = sorted(SHIPPED._labels)  # every word, and the words of pairs and frames


def the_table() -> Any:
    try:
        from pipeline.analyse._cues import Table
    except ImportError:
        do_without("a C compiler when yuqing was installed")
    return Table


def in_order(told: Any) -> tuple[list[Any], list[Any], bool]:
    by_kind, families, otherwise = told
    return list(by_kind.items()), [(family, list(names.items())) for family, names in families.items()], otherwise


@given(
    st.lists(
        st.sampled_from(PIECES) | st.sampled_from(["。", "，", " ", "了", "人", "a", "\x00", "\U00020000"]), max_size=30
    )
)
def test_c_and_python_read_the_same(pieces: list[str]) -> None:
    the_table()
    text = normal("".join(pieces))
    squeezed, offsets = squeeze(text)

    assert in_order(SHIPPED._read(text, squeezed, offsets)) == in_order(SHIPPED._read_here(text, squeezed, offsets))


@given(st.data())
def test_c_and_python_keep_the_same_company(data: st.DataObject) -> None:
    the_table()
    word = data.draw(st.sampled_from(sorted(SHIPPED._framed)))
    beside = sorted({hint for one in SHIPPED._framed[word] for _, hints in one.asks for hint in hints})
    around = st.lists(st.sampled_from(beside) | st.text("了人路", max_size=9), max_size=3).map("".join)
    squeezed, offsets = squeeze(normal(data.draw(around) + word + data.draw(around)))

    assert in_order(SHIPPED._read(squeezed, squeezed, offsets)) == in_order(
        SHIPPED._read_here(squeezed, squeezed, offsets)
    )


@pytest.mark.parametrize(
    "text", ["煤气泄漏" * 7_000, "着火了爆炸" * 5_000 + "。", "路" * 20_000 + "修了", "bus" * 9_000, ""]
)
def test_c_and_python_read_long_texts_the_same(text: str) -> None:
    the_table()
    squeezed, offsets = squeeze(normal(text))

    assert in_order(SHIPPED._read(text, squeezed, offsets)) == in_order(SHIPPED._read_here(text, squeezed, offsets))


def a_table(**changed: Any) -> Any:
    sound: dict[str, Any] = {
        "automaton": automaton(["停水", "了"]),
        "words": words(companies=((0, 3, (), lambda *_: True),)),
        "labels": ((0, 0, 1.0, "停水", True),),
        "kinds": (("topics.water", "topics", "water"),),
        "hints": ((1,),), "void": 1, "most": 10, "reach": 3, "ends": "。", "cue": Cue,
    }  # fmt: skip
    return the_table()(**(sound | changed))


def words(labels: Any = (0,), pairs: Any = ((1, 0),), companies: Any = ()) -> Any:
    return [(False, labels, pairs, companies), (False, (), (), ())]


def keeps(*_: object) -> bool:
    return True


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("automaton", None),
        ("automaton", automaton(["停水"])),
        ("words", words(labels=(1,))), ("words", words(labels=(-1,))), ("words", words(labels=[0])),
        ("words", words(pairs=((2, 0),))), ("words", words(pairs=((1, 1),))), ("words", words(pairs=((1,),))),
        ("words", words(companies=((1, 3, (), keeps),))), ("words", words(companies=((0, -1, (), keeps),))),
        ("words", words(companies=((0, 3, ((0, 1),), keeps),))), ("words", words(companies=((0, 3, ()),))),
        ("words", words(companies=((0, 3, ((0, -1),), keeps),))), ("words", words(companies=((0, 3, ((5, 0),), keeps),))),
        ("words", words(companies=((0, 3, ((-1, 0),), keeps),))), ("words", words(companies=((0, 3, (0,), keeps),))),
        ("words", words(companies=((0, 3, ((0, 0),) * 6, keeps),))), ("words", words(companies=((0, 3, [], keeps),))),
        ("words", words(companies=(1,))), ("words", words()[:1]),
        ("words", [1, 2]),
        ("labels", ((0, 1, 1.0, "停水", True),)),
        ("labels", ((99, 0, 1.0, "停水", True),)),
        ("labels", ((0, 0, 1, "停水", True),)),
        ("labels", ((0, 0, 1.0, "停水"),)),
        ("labels", (1,)),
        ("kinds", (("topics.water", "topics"),)),
        ("kinds", (("a", "", ""),) * 1_000),
        ("hints", ((2,),)),
        ("hints", ((-1,),)),
        ("hints", (1,)),
        ("ends", None),
    ],
)  # fmt: skip
def test_a_list_that_does_not_fit_together_is_refused_by_c(name: str, value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        a_table(**{name: value})


def test_what_is_no_squeezed_text_is_refused_by_c() -> None:
    text, (squeezed, offsets) = "停水了", squeeze("停水了")
    table = a_table()

    assert [cue.end for cue in table.read(text, squeezed, offsets)[0]["topics.water"]] == [3]
    for wrong in (
        (None, squeezed, offsets),
        (text, b"", offsets),
        (text, squeezed, offsets[:1]),
        (text, squeezed, [1]),
    ):
        with pytest.raises(TypeError):
            table.read(*wrong)


def test_a_company_is_asked_for_only_where_one_of_its_hints_stands_within_reach() -> None:
    asked: list[tuple[object, ...]] = []

    def asks(*where: object) -> bool:
        asked.append(where)
        return True

    table = a_table(words=words((), (), ((0, 1, ((Side.AROUND, 0),), asks),)))

    assert not table.read("停水", *squeeze("停水"))[0] and not table.read("停水吧了", *squeeze("停水吧了"))[0]
    assert not asked
    assert table.read("停水了", *squeeze("停水了"))[0] and asked == [("停水了", 0, 2)]


@pytest.mark.parametrize(
    ("side", "where"),
    [
        (Side.AROUND, ["了停水", "停水了", "了吧停水", "停水吧了"]),
        (Side.BEFORE, ["了停水", "了吧停水"]),
        (Side.AFTER, ["停水了", "停水吧了"]),
        (Side.BESIDE, ["了停水", "停水了", "了吧停水", "停水吧了"]),
        (Side.ABSENT, ["停水", "了吧吧停水", "停水吧吧了"]),
    ],
)
def test_a_company_of_plain_words_is_told_without_asking(side: Side, where: list[str]) -> None:
    table = a_table(words=words((), (), ((0, 2, ((side, 0),), None),)))
    texts = ["停水", *["了" + "吧" * n + "停水" for n in range(3)], *["停水" + "吧" * n + "了" for n in range(3)]]

    assert {text for text in texts if table.read(text, *squeeze(text))[0]} == set(where)


def test_a_word_over_another_stands_around_it_and_beside_it_nowhere() -> None:
    def kept(side: Side) -> bool:
        found = automaton(["停水", "水了"])
        return bool(
            a_table(automaton=found, words=words((), (), ((0, 2, ((side, 0),), None),))).read(
                "停水了", *squeeze("停水了")
            )[0]
        )

    assert [kept(side) for side in Side] == [True, False, False, False, False]


def test_what_goes_wrong_in_a_company_goes_wrong_in_the_reading() -> None:
    def fails(*_: object) -> bool:
        raise LookupError

    with pytest.raises(LookupError):
        a_table(words=words(companies=((0, 3, (), fails),))).read("停水了", *squeeze("停水了"))
    with pytest.raises(TypeError):
        a_table(words=words(companies=((0, 3, (), 1),))).read("停水了", *squeeze("停水了"))
