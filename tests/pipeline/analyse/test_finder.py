"""One contract for the finder of heads, in Python and in C."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analyse.finder import BEST, Finder, possible
from pipeline.analyse.heads import Said
from pipeline.analyse.keyform import Traces, forms
from tests.live import do_without

LIFT = "锦湖里七号楼的电梯坏了一个星期,老人下不了楼,物业说在等配件"
BUS = "公交车站牌倒了好几天,等车的人都站在路中间,天黑了很危险的"


def in_c() -> type[Finder]:
    try:
        from pipeline.analyse import _finder
    except ImportError:
        do_without("a C compiler when yuqing was installed")
    return _finder.Finder


@pytest.fixture(params=["python", "c"])
def make(request: pytest.FixtureRequest) -> type[Finder]:
    return Finder if request.param == "python" else in_c()


def traces(*texts: str) -> Traces:
    return forms(texts).traces


def test_a_head_is_found_at_its_place_in_the_batch_in_the_block_and_on_the_shelves(make: type[Finder]) -> None:
    finder = make(50, 4)

    assert finder.meet(*traces(LIFT, BUS, LIFT[2:])) == [2]
    assert finder.add_all(0, 2) == 0
    assert [place for _, place in finder.heads(2)] == [0]
    finder.settle()
    assert finder.room == 1
    assert finder.meet(*traces(BUS[2:])) == [0]  # of the same block
    assert [place for _, place in finder.heads(0)] == [1]
    finder.settle()
    assert finder.room == 4
    assert finder.meet(*traces("停暖三天了,屋里只有十二度,孩子都感冒了怎么办", LIFT[:-3])) == [1]
    ((both, place),) = finder.heads(1)
    assert place == 0
    assert both > 20


def test_a_post_that_joined_is_no_head(make: type[Finder]) -> None:
    finder = make(50, 4)

    finder.meet(*traces(LIFT, LIFT[1:], LIFT[2:]))
    finder.add(0)

    assert [place for _, place in finder.heads(2)] == [0]
    assert finder.add(2) == 1
    finder.settle()
    finder.meet(*traces(LIFT))
    assert 1 in [place for _, place in finder.heads(0)]


def test_a_head_whose_place_is_taken_is_met_no_more(make: type[Finder]) -> None:
    finder = make(2, 2)
    finder.meet(*traces(LIFT, BUS))
    finder.add_all(0, 2)
    finder.settle()

    assert finder.meet(*traces("停暖三天了,屋里只有十二度,孩子都感冒了怎么办", LIFT)) == [1]
    assert [place for _, place in finder.heads(1)] == [0]
    assert finder.add(0) == 0
    assert finder.heads(1) == []


def test_of_many_the_best_are_told_and_of_equals_the_newest(make: type[Finder]) -> None:
    finder = make(500, 1)
    for cut in range(40):
        finder.meet(*traces((LIFT + BUS)[cut // 3 : 50 - 2 * (cut % 5)]))
        finder.add(0)
        finder.settle()
    finder.meet(*traces(LIFT + BUS))

    found = finder.heads(0)

    assert len(found) == BEST
    assert found == sorted(found, reverse=True)


def test_a_batch_that_was_never_settled_leaves_nothing(make: type[Finder]) -> None:
    finder = make(2, 2)
    finder.meet(*traces(LIFT, BUS))
    finder.add_all(0, 2)
    finder.settle()
    finder.meet(*traces(LIFT, LIFT))
    finder.add_all(0, 2)

    assert finder.meet(*traces(BUS, LIFT)) == [0, 1]
    assert [finder.heads(row) for row in range(2)] == [[(25, 1)], [(26, 0)]]


WORDS = st.lists(
    st.sampled_from("锦湖里七号楼的电梯坏了 老人下不了楼 物业说 在等配件 公交车站牌 倒了好几天 停水".split())
)
TEXTS = st.lists(st.one_of(WORDS.map("".join), st.just(LIFT), st.text("停水电气", max_size=60)), max_size=30)


@given(TEXTS, st.integers(1, 12), st.integers(0, 12), st.randoms(use_true_random=False))
def test_c_and_python_find_the_same(texts: list[str], block: int, more: int, dice: Any) -> None:
    python, c = Finder(block + more, block), in_c()(block + more, block)
    while texts:
        posts = dice.randint(1, python.room)
        batch, texts = traces(*texts[:posts]), texts[posts:]
        size = len(batch.bits)
        assert python.meet(*batch) == c.meet(*batch)
        row = 0
        while row < size:
            for each in range(size):
                assert python.heads(each) == c.heads(each)
            stop = dice.randint(row, size)
            assert python.add_all(row, stop) == c.add_all(row, stop)
            row = stop + dice.randint(0, 1)
            if row < size and dice.random() < 0.5:
                assert python.add(row) == c.add(row)
                row += 1
        python.settle()
        c.settle()
        assert python.room == c.room


LETTERS = st.text("停水电气煤漏泄欠薪资0123", min_size=8, max_size=120)


@given(LETTERS, LETTERS, LETTERS)
def test_what_lengths_and_sketches_rule_out_shares_too_little(shared: str, before: str, after: str) -> None:
    formed = forms([shared + before, after + shared])
    one, other = (Said(words) for words in formed.words)
    _, sketches, bits, lengths = formed.traces
    both = np.bitwise_count(sketches[:1] & sketches[1:]).sum(axis=1, dtype=np.intp)

    assert possible(both, bits[:1], bits[1:], lengths[:1], lengths[1:])[0] or not one.share(other)


def a_finder() -> Finder:
    finder = in_c()(10, 4)
    finder.meet(*traces(LIFT, BUS))
    return finder


def test_what_is_no_row_and_no_batch_is_refused_by_c() -> None:
    finder = a_finder()
    wrong: Any
    for wrong in (2, -1, sys.maxsize, -sys.maxsize):
        for ask in (finder.heads, finder.add):
            with pytest.raises(IndexError):
                ask(wrong)
    for wrong in ((0, 3), (1, 0), (-1, 1), (0, sys.maxsize)):
        with pytest.raises(IndexError):
            finder.add_all(*wrong)
    for wrong in ("x", None, 1.5):
        with pytest.raises(TypeError):
            finder.heads(wrong)
    finder.add_all(0, 2)
    with pytest.raises(ValueError):
        finder.add(0)  # more heads than posts
    finder.settle()
    for end in (finder.settle, lambda: finder.heads(0), lambda: finder.add(0)):
        with pytest.raises(ValueError):
            end()


@pytest.mark.parametrize("column", range(4))
def test_columns_that_do_not_fit_are_refused_by_c(column: int) -> None:
    sound = list(traces(LIFT, BUS))
    wrong: list[Any] = [sound[column][:1], sound[column].astype(np.uint16), b"", None]
    if column > 1:
        wrong += [np.full(2, -1), np.full(2, 1 << 40)]
    for one in wrong:
        given: Any = (*sound[:column], one, *sound[column + 1 :])
        with pytest.raises((TypeError, ValueError)):
            in_c()(10, 4).meet(*given)
    with pytest.raises(ValueError):
        in_c()(10, 4).meet(*traces(*[LIFT] * 5))


def test_sizes_that_make_no_sense_are_refused_by_c() -> None:
    wrong: Any
    for wrong in ((0, 0), (4, 5), (1, 0), (-1, -1), (1 << 40, 256), (1 << 20, 1 << 20), ("x", 1), (None, None)):
        with pytest.raises((TypeError, ValueError)):
            in_c()(*wrong)


def test_nothing_is_held_longer_than_its_batch() -> None:
    batch = traces(LIFT, BUS)
    before = [sys.getrefcount(column) for column in batch]
    finder = in_c()(1_000, 64)
    for _ in range(30):
        finder.meet(*batch)
        finder.add_all(0, 2)
        finder.heads(1)
        finder.settle()
    finder.meet(*batch)
    del finder
    assert [sys.getrefcount(column) for column in batch] == before
