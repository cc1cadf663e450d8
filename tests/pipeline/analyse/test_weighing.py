from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.analyse import weighing
from pipeline.analyse.cues import Cue
from pipeline.model import Ranked, Reason
from pipeline.text.normal import squeeze
from tests.live import do_without

OFFSETS = squeeze("路,灯。" * 50)[1]


def compiled() -> Any:
    try:
        from pipeline.analyse import _weighing
    except ImportError:
        do_without("a C compiler when yuqing was installed")
    return _weighing


def a_cue(start: Any, end: Any, weight: Any = 1.0, word: str = "灯") -> Cue:
    return Cue(word, "topics.city", weight, start, end)


def test_the_heaviest_topic_comes_first_of_equals_the_one_named_first() -> None:
    topics = {"water": [a_cue(5, 6, 3.0)], "city": [a_cue(2, 3, 3.0)], "noise": [a_cue(0, 1), a_cue(1, 2)]}

    assert weighing.ranked(topics, {}, 2.0, 1.0, 2) == (Ranked("city", 0.3333), Ranked("water", 0.3333))


def test_what_is_part_of_a_harm_weighs_more() -> None:
    topics = {"city": [a_cue(0, 1)], "gas": [a_cue(4, 5)]}
    harm = {"H3": [a_cue(3, 6)]}

    assert weighing.ranked(topics, harm, 2.0, 1.0, 1) == (Ranked("gas", 0.6),)


def test_every_label_has_a_reason_before_one_has_a_second() -> None:
    labels: Any = ([a_cue(0, 1), a_cue(1, 2)], [], [a_cue(0, 1)], [a_cue(2, 3, 0.5, "路")])

    assert weighing.reasons(labels, OFFSETS, 3) == (
        Reason("灯", 1.0, 0, 1),
        Reason("路", 0.5, 3, 4),
        Reason("灯", 1.0, 2, 3),
    )


cues = st.builds(
    lambda start, length, halves, word: a_cue(start, start + length, halves / 2, word),
    st.integers(0, 90), st.integers(1, 9), st.integers(1, 6), st.sampled_from("灯路水"),
)  # fmt: skip
some = st.lists(cues, min_size=1, max_size=6)


@given(
    st.dictionaries(st.text(max_size=2), some, max_size=9), st.dictionaries(st.text(max_size=2), some, max_size=4),
    st.sampled_from([0.0, 2.0]), st.integers(0, 4),
)  # fmt: skip
@example({str(n): [a_cue(n % 7, n % 7 + 1)] for n in range(200)}, {"H3": [a_cue(1, 3)] * 300}, 2.0, 300)
@example({"a": [a_cue(0, 1)], "b": [a_cue(1, 2)] * 158}, {}, 2.0, 2)  # 1/160 lies between two shares
def test_c_and_python_weigh_the_same(topics: Any, harm: Any, part: float, most: int) -> None:
    assert compiled().ranked(topics, harm, part, 1.0, most) == weighing.ranked(topics, harm, part, 1.0, most)


@given(st.lists(st.lists(cues, max_size=6), max_size=6).map(tuple), st.integers(0, 9))
@example(([a_cue(n, n + 1) for n in range(90)],), 80)
@example(tuple([a_cue(n, n + 1)] for n in range(90)), 8)
def test_c_and_python_tell_the_same_reasons(labels: Any, most: int) -> None:
    assert compiled().reasons(labels, OFFSETS, most) == weighing.reasons(labels, OFFSETS, most)


def test_of_other_topics_count_the_heavy_words_near_the_beginning_unless_they_say_who() -> None:
    far, light, who, one = a_cue(9, 10, 3.0), a_cue(0, 1, 2.5), a_cue(0, 1, 3.0, "水"), a_cue(8, 9, 3.0)
    topics = {"city": [one], "water": [far, light, who, one]}

    assert weighing.of_others(topics, frozenset({"city"}), 3.0, 9, frozenset({"水"})) == [one]


@given(
    st.dictionaries(st.sampled_from("abcdefg"), st.lists(cues, max_size=6), max_size=7),
    st.frozensets(st.sampled_from("abc")), st.sampled_from([0.5, 2.0]), st.integers(0, 90), st.frozensets(st.sampled_from("灯路")),
)  # fmt: skip
def test_c_and_python_tell_the_same_of_other_topics(
    topics: Any, ours: frozenset[str], least: float, until: int, but: frozenset[str]
) -> None:
    assert compiled().of_others(topics, ours, least, until, but) == weighing.of_others(topics, ours, least, until, but)


NO: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    "wrong",
    [
        ([], NO, 1.0, 9, NO), ({1: []}, NO, 1.0, 9, NO), ({"a": ()}, NO, 1.0, 9, NO), ({"a": [1]}, NO, 1.0, 9, NO),
        ({"a": []}, set(), 1.0, 9, NO), ({"a": []}, NO, "1", 9, NO), ({"a": []}, NO, 1.0, 9, ["x"]),
        ({"a": [a_cue(0, 1, 1)]}, NO, 1.0, 9, NO), ({"a": [a_cue("0", 1)]}, NO, 1.0, 9, NO), ({}, NO),
    ],
)  # fmt: skip
def test_what_is_no_other_topic_is_refused_by_c(wrong: Any) -> None:
    with pytest.raises(TypeError):
        compiled().of_others(*wrong)


ROWS: list[weighing.Row] = [
    ("H0", 1.0, 0.5, 1.0, 0.0, 0.0),
    ("H1", 0.5, 0.0, 0.0, 1.0, 0.0),
    ("H2", 0.0, 0.0, 0.0, 0.0, 2.0),
]


def test_the_likeliest_row_weighs_most_with_what_is_heard_of_equals_it_is_the_first() -> None:
    assert weighing.likeliest(ROWS, (0.0, 0.0, 0.0, 9.0)) == "H0"
    assert weighing.likeliest(ROWS, (0.0, 2.0, 1.0, 0.0)) == "H1"
    assert weighing.likeliest(ROWS, (0.0, 0.0, 0.75, 0.0)) == "H0"
    assert weighing.likeliest([], (0.0, 0.0, 0.0)) == ""


numbers = st.floats(-9, 9) | st.sampled_from([0.1, 0.2, 0.3, 0.5])


@given(
    st.lists(st.tuples(st.sampled_from(["H0", "H1", "H2"]), *[numbers] * 5), max_size=4),
    st.lists(numbers, min_size=3, max_size=4),
)
def test_c_and_python_find_the_same_likeliest(rows: Any, sounds: Any) -> None:
    assert (
        compiled().likeliest(rows, sounds)
        == compiled().likeliest(rows, tuple(sounds))
        == weighing.likeliest(rows, sounds)
    )


@pytest.mark.parametrize(
    "wrong",
    [
        (ROWS,), (ROWS, (0.0, 0.0)), (ROWS, None), (ROWS, (0.0, 0.0, 1)), (tuple(ROWS), (0.0, 0.0, 0.0)), (None, (0.0, 0.0, 0.0)),
        ([ROWS[0][:5]], (0.0, 0.0, 0.0)), ([list(ROWS[0])], (0.0, 0.0, 0.0)), ([("H0", 1.0, 0.5, 1.0, 0.0, 0)], (0.0, 0.0, 0.0)),
    ],
)  # fmt: skip
def test_what_is_no_row_and_no_sound_is_refused_by_c(wrong: Any) -> None:
    with pytest.raises(TypeError):
        compiled().likeliest(*wrong)


def test_what_stands_in_one_clause_stands_together() -> None:
    (first, second, third) = (a_cue(0, 1), a_cue(1, 2), a_cue(3, 4))  # 路,灯。路,灯

    assert weighing.together([first, second], [third], 9, "路,灯。路,灯。", OFFSETS, "。") == []
    assert weighing.together([first, third], [second], 9, "路,灯。路,灯。", OFFSETS, "。") == [first]
    assert weighing.together([first, third], [second], 1, "路,灯。路,灯。", OFFSETS, "。") == []


@given(
    st.lists(cues, max_size=6), st.lists(cues, max_size=6), st.integers(-1, 99), st.sampled_from(["", "。", ",", ",。"])
)  # fmt: skip
@example([a_cue(n, n + 1) for n in range(90)], [a_cue(n, n + 2) for n in range(0, 90, 5)], 80, "。")
def test_c_and_python_find_the_same_together(some: Any, others: Any, until: int, ends: str) -> None:
    text = "路,灯。" * 50

    assert compiled().together(some, others, until, text, OFFSETS, ends) == weighing.together(
        some, others, until, text, OFFSETS, ends
    )


@pytest.mark.parametrize(
    "wrong",
    [
        ((), [], 9, "", OFFSETS, ""), ([1], [], 9, "", OFFSETS, ""), ([], ["x"], 9, "", OFFSETS, ""),
        ([], [], 9, b"", OFFSETS, ""), ([], [], 9, "", [1], ""), ([], [], 9, "", OFFSETS, None),
        ([a_cue(0, 9_999)], [], 9, "", OFFSETS, ""), ([], [a_cue(-1, 2)], 9, "", OFFSETS, ""), ([],),
        ([], [], "9", "", OFFSETS, ""), ([], [], 1 << 70, "", OFFSETS, ""), ([], [a_cue("0", 1)], 9, "", OFFSETS, ""),
    ],
)  # fmt: skip
def test_what_stands_nowhere_is_refused_by_c(wrong: Any) -> None:
    with pytest.raises((TypeError, ValueError, IndexError, OverflowError)):
        compiled().together(*wrong)
    assert compiled().together([a_cue(0, 9)], [a_cue(5, 6)], 9, "", OFFSETS, "。") == [a_cue(0, 9)]


@pytest.mark.parametrize(
    "wrong",
    [
        (None, {}, 2.0, 1.0, 2), ({}, [], 2.0, 1.0, 2), ({"a": []}, {}, 2.0, 1.0, 2), ({1: [a_cue(0, 1)]}, {}, 2.0, 1.0, 2),
        ({"a": (a_cue(0, 1),)}, {}, 2.0, 1.0, 2), ({"a": [Reason("x")]}, {}, 2.0, 1.0, 2), ({}, {"a": ["x"]}, 2.0, 1.0, 2),
        ({"a": [a_cue(0, 1, 1)]}, {}, 2.0, 1.0, 2), ({"a": [a_cue("0", 1)]}, {}, 2.0, 1.0, 2),
        ({}, {"a": [a_cue(0, 1 << 70)]}, 2.0, 1.0, 2), ({"a": [a_cue(0, 1)]}, {}, "2", 1.0, 2),
        ({"a": [a_cue(0, 1)]}, {}, 0.0, -1.0, 2), ({},), ({}, {}, 2.0, 1.0, "2"),
    ],
)  # fmt: skip
def test_what_is_no_topic_is_refused_by_c(wrong: Any) -> None:
    with pytest.raises((TypeError, OverflowError)):
        compiled().ranked(*wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        ([], OFFSETS, 8), ((None,), OFFSETS, 8), (([1],), OFFSETS, 8), (([a_cue(0, 1)],), [0, 1], 8),
        (([a_cue(0, 1)],), b"0123", 8), (([a_cue(-1, 1)],), OFFSETS, 8), (([a_cue(4, 4)],), OFFSETS, 8),
        (([a_cue(0, 9_999)],), OFFSETS, 8), (([a_cue(None, 1)],), OFFSETS, 8), (([],), OFFSETS), (([],), OFFSETS, "8"),
        ([[]], OFFSETS, 8),
    ],
)  # fmt: skip
def test_what_is_no_reason_is_refused_by_c(wrong: Any) -> None:
    with pytest.raises((TypeError, ValueError, IndexError)):
        compiled().reasons(*wrong)
