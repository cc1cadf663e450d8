from __future__ import annotations

from collections import Counter
from itertools import islice, takewhile
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.analyse import ngrams
from pipeline.analyse.ngrams import BITS, LONGEST, REACH, WIDTH, Codes, How, Table, grams, grid, slots, sums
from tests.live import do_without

TEXTS = st.text(st.sampled_from("满意不没未,。\n好吗😡\ud800"), max_size=20)


def slot(text: str, words: str) -> set[int]:
    """Return every slot of *words* where they stand first in *text*."""
    start = text.index(words)
    return {gram.slot for gram in grams(text) if (gram.start, gram.end) == (start, start + len(words))}


def slot_of(character: str, times: int) -> int:
    """Return the slot of a character that so many negations reach."""
    [found] = [gram.slot for gram in grams("不" * times + character) if (gram.start, gram.end) == (times, times + 1)]
    return found


@given(st.lists(TEXTS, min_size=1, max_size=6))
def test_the_slots_of_a_text_do_not_depend_on_its_neighbours(texts: list[str]) -> None:
    found, counts = grid(texts)
    ends = counts.cumsum()

    assert found.shape == (WIDTH, counts.sum())
    for text, end, count in zip(texts, ends, counts, strict=True):
        assert found[:, end - count : end].tolist() == grid([text]).slots.tolist()


RANDOM = np.random.default_rng(2)
SMALL = RANDOM.integers(-127, 127, (1 << BITS, 3), np.int8)
LARGE = RANDOM.integers(-10_000, 10_000, (1 << BITS, 2), np.int16)
TABLES = (Table(SMALL, How.COUNTED), Table(LARGE), Table(SMALL, How.DISTINCT), Table(LARGE, How.DISTINCT), Table(SMALL))


def one_by_one(text: str) -> list[int]:
    """Return the sums of TABLES, one slot after the other."""
    times = Counter(grid([text]).slots.ravel().tolist())
    worth = {1: 1, 2: 2, 3: 2, 4: 3, 5: 3, 6: 3, 7: 3}
    factors = {
        How.EACH: times,
        How.DISTINCT: dict.fromkeys(times, 1),
        How.COUNTED: {slot: worth.get(n, 4) for slot, n in times.items()},
    }
    return [
        sum(int(weights[slot, column]) * factor for slot, factor in factors[how].items())
        for weights, how in TABLES
        for column in range(weights.shape[1])
    ]


@given(st.lists(TEXTS | st.text(max_size=12), max_size=6))
@example(["停" * LONGEST + "不满意", "", "\x00", "".join(map(chr, range(0x4E00, 0x7000)))])
def test_sums_are_those_of_each_slot_by_itself(texts: list[str]) -> None:
    found = sums(texts, TABLES)

    assert found.sums.tolist() == [one_by_one(text) for text in texts]
    assert found.lengths.tolist() == [grid([text]).slots.size for text in texts]
    assert found.distinct.tolist() == [len(slots([text]).slots) for text in texts]


WIDTHS = st.sampled_from([1, 2, 6, 11, 16, 17])  # of tables that are added up column by column, by lanes, and by rows
SHAPES = st.lists(st.tuples(WIDTHS, st.sampled_from([np.int8, np.int16]), st.sampled_from(How)), min_size=1, max_size=3)


@given(st.lists(TEXTS | st.text(max_size=99), max_size=6), st.sampled_from([1, 3, 6, 15, 19]), SHAPES)
@example(["不满意" * 40, "满意", "没未不满意"], 1, [(2, np.int8, How.DISTINCT)])
@example(["不满意" * 40, "", "a" * 300], 19, [(2, np.int8, How.DISTINCT), (11, np.int8, How.EACH)])
def test_c_and_numpy_add_up_the_same(texts: list[str], bits: int, shapes: list[tuple[int, type, How]]) -> None:
    compiled()
    tables = [Table(np.resize(LARGE, (1 << bits, width)).astype(kind), how) for width, kind, how in shapes]
    there = sums(texts, tables, bits)
    here, sizes = np.zeros_like(there.sums), np.zeros((len(texts), 2), np.intp)
    ngrams._sums_here(texts, bits, tuple(tables), here, sizes)

    assert there.sums.tolist() == here.tolist()
    assert np.stack(there[1:], axis=1).tolist() == sizes.tolist()


def test_sums_are_exact_where_all_weights_are_the_heaviest() -> None:
    texts = ["停" * LONGEST, "".join(map(chr, range(0x4E00, 0x4E00 + LONGEST)))]

    for heaviest in (-128, 127):
        found = sums(texts, [Table(np.full((1 << BITS, 3), heaviest, np.int8))])

        assert found.sums.tolist() == [[heaviest * WIDTH * (LONGEST + 2)] * 3] * 2


def compiled() -> Any:
    try:
        from pipeline.analyse import _ngrams
    except ImportError:
        do_without("a C compiler when yuqing was installed")
    return _ngrams


def test_what_does_not_fit_together_is_refused_by_c() -> None:
    out, sizes = np.zeros((1, 2), np.int64), np.zeros((1, 2), np.int64)
    sound: list[Any] = [["停水"], BITS, ((LARGE, 0),), out, sizes]
    compiled().sums(*sound)
    wrong: list[tuple[int, Any]] = [
        (0, [b""]), (0, ("停水",)), (0, ["停水"] * 2), (1, BITS - 1), (1, 0), (1, 31), (1, 99),
        (2, ((LARGE, 3),)), (2, ((LARGE, -1),)), (2, ((LARGE.astype(np.int32), 0),)), (2, ((LARGE[:, 0].copy(), 0),)),
        (2, ((LARGE[:, ::-1], 0),)), (2, ((SMALL, 0),)), (2, (LARGE,)), (2, [(LARGE, 0)]), (2, ((LARGE, 0),) * 9),
        (3, out[:, :1].copy()), (3, b"0" * 16), (4, np.zeros(1, np.int64)), (4, None),
    ]  # fmt: skip
    for place, value in wrong:
        with pytest.raises((TypeError, ValueError, BufferError)):
            compiled().sums(*sound[:place], value, *sound[place + 1 :])


@given(TEXTS)
def test_every_gram_of_an_explanation_is_one_that_was_judged_by(text: str) -> None:
    judged = set(grid([text]).slots.ravel().tolist())

    for start, end, number in grams(text):
        assert 0 <= start < end <= len(text)
        assert number in judged
        assert number < 1 << BITS


def test_words_behind_a_negation_are_other_features_and_behind_two_again_others() -> None:
    plain, negated, twice = slot("满意", "满意"), slot("不满意", "满意"), slot("没有不满意", "满意")

    assert plain < negated  # what stands there is kept, and what is meant comes to it
    assert plain < twice
    assert negated != twice


@given(TEXTS)
def test_what_a_negation_reaches_is_found_as_one_would_by_hand(text: str) -> None:
    times = [0] * len(text)
    for place, character in enumerate(text):
        if character in "不没未无":
            clause = takewhile(
                lambda behind: text[behind] not in "，。！？；：、,.!?;:…~～ \n\r", range(place + 1, len(text))
            )
            for behind in islice(clause, REACH):
                times[behind] += 1

    singles = {gram.start: gram.slot for gram in grams(text) if gram.end == gram.start + 1}

    assert {place: singles[place] for place in singles} == {
        place: slot_of(text[place], min(times[place], 2)) for place in singles
    }


def test_a_negation_reaches_to_the_end_of_its_clause_and_not_far() -> None:
    plain = slot("满意", "满意")

    assert slot("不来,满意", "满意") == plain
    assert slot(f"不{'好' * REACH}满意", "满意") == plain
    assert slot(f"不{'好' * (REACH - 2)}满意", "满意") != plain


def test_beginning_and_end_are_features() -> None:
    assert set(grid(["好"]).slots.ravel().tolist()) > {gram.slot for gram in grams("好")}
    assert grid([""]).counts.tolist()[0] > 0  # a model divides by their number


def test_a_text_is_judged_by_its_beginning() -> None:
    long = "好" * LONGEST

    assert grid([long]).slots.tolist() == grid([f"{long}不满意"]).slots.tolist()
    assert max(gram.end for gram in grams(f"{long}不满意")) == LONGEST


@given(st.lists(TEXTS, max_size=6))
def test_distinct_slots_are_those_of_the_grid_once(texts: list[str]) -> None:
    found, counts, _ = slots(texts)

    apart = np.split(found, np.cumsum(counts)[:-1]) if texts else []

    assert [one.tolist() for one in apart] == [sorted({*grid([text]).slots.ravel().tolist()}) for text in texts]


@given(st.lists(TEXTS, max_size=6))
def test_a_bit_more_tells_apart_what_shared_a_slot_and_nothing_else(texts: list[str]) -> None:
    more = BITS + 1

    assert (grid(texts, more).slots >> 1).tolist() == grid(texts).slots.tolist()
    assert [sorted({*(alone >> 1).tolist()}) for alone in _apart(texts, more)] == [
        alone.tolist() for alone in _apart(texts, BITS)
    ]
    for text in texts:
        assert [gram.slot >> 1 for gram in grams(text, more)] == [gram.slot for gram in grams(text)]


def _apart(texts: list[str], bits: int) -> list[Codes]:
    found, counts, _ = slots(texts, bits)
    return np.split(found, np.cumsum(counts)[:-1]) if texts else []
