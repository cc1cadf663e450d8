"""One contract for the memory of posts, in Python and in C."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analyse import remembered
from pipeline.analyse.remembered import Remembered, hashed
from pipeline.analyse.shelves import Hashes
from tests.live import do_without


def in_c() -> Any:
    try:
        from pipeline.analyse import _remembered
    except ImportError:
        do_without("a C compiler when yuqing was installed")
    return _remembered


@pytest.fixture(params=["python", "c"])
def module(request: pytest.FixtureRequest) -> Any:
    return remembered if request.param == "python" else in_c()


Post = tuple[int, int, float, int, int, float, bool]
"""Hashes of id and words, time, cluster, kind, likeness, and whether it is foremost."""


def a_post(name: str, words: int, *, foremost: bool = True) -> Post:
    return hashed(name), words, 1.5, 7, 2, 0.5, foremost


def keep(memory: Remembered, *posts: Post) -> None:
    columns: Any = ([post[at] for post in posts] for at in range(7))
    ids, keys, *fields = columns
    memory.keep(hashes(ids), hashes(keys), *fields)


def hashes(each: Sequence[int]) -> Hashes:
    return np.array(each, np.uint64)


def look_up(posts: Remembered, names: str, keys: Sequence[int]) -> tuple[list[int], list[int], list[int]]:
    return posts.look_up(hashes([hashed(name) for name in names]), hashes(keys))


def test_a_post_is_found_by_its_id_and_the_foremost_by_its_words(module: Any) -> None:
    posts = module.Remembered(10)
    keep(posts, a_post("a", 1), a_post("b", 1, foremost=False))

    assert look_up(posts, "bc", [1, 2]) == ([1, -1], [0, -1], [0])
    assert posts.by_id(hashed("b")) == 1
    assert posts.by_id(hashed("c")) == -1
    assert posts.row(1) == (1.5, 7, 2, 0.5)


def test_posts_of_one_batch_with_the_same_id_or_words_are_doubtful(module: Any) -> None:
    posts = module.Remembered(10)

    assert look_up(posts, "abcbd", [1, 2, 3, 4, 3]) == ([-1] * 5, [-1] * 5, [1, 2, 3, 4])
    assert look_up(posts, "", []) == ([], [], [])


def test_the_oldest_go_when_there_are_too_many(module: Any) -> None:
    posts = module.Remembered(2)
    keep(posts, a_post("a", 1), a_post("b", 2))

    assert [posts.replaced(posts.by_id(hashed(name)), 1) for name in "ab"] == [True, False]
    keep(posts, a_post("c", 3))
    assert look_up(posts, "abc", [1, 2, 3]) == ([-1, 1, 0], [-1, 1, 0], [1, 2])


@given(st.lists(st.integers(0, 99), unique=True, max_size=50), st.integers(1, 20))
def test_all_that_were_kept_lately_are_found(names: list[int], batch: int) -> None:
    posts = Remembered(200)
    for start in range(0, len(names), batch):
        keep(posts, *[a_post(str(name), name) for name in names[start : start + batch]])

    ids = hashes([hashed(str(name)) for name in names])
    assert posts.look_up(ids, hashes(names))[:2] == (list(range(len(names))),) * 2


HASHES = st.sampled_from([0, 1, 2, 3, 1 << 63, (1 << 64) - 1]) | st.integers(0, (1 << 64) - 1)
ROWS = st.tuples(
    HASHES, HASHES, st.floats(allow_nan=False), st.integers(-1, 2**63 - 1), st.integers(0, 3),
    st.floats(0, 1), st.booleans(),
)  # fmt: skip


@given(st.lists(st.lists(ROWS, max_size=9), max_size=9), st.integers(9, 30), st.lists(HASHES, max_size=9))
def test_c_and_python_remember_the_same(batches: list[list[Post]], most: int, others: list[int]) -> None:
    python, c = Remembered(most), in_c().Remembered(most)
    for rows in batches:
        keep(python, *rows)
        keep(c, *rows)
        ids = hashes([*(row[0] for row in rows), *others])
        keys = hashes([*(row[1] for row in rows), *others])
        assert python.look_up(ids, keys) == c.look_up(ids, keys)
        for place in range(most):
            assert python.row(place) == c.row(place)
            assert python.replaced(place, len(rows)) is c.replaced(place, len(rows))
        for one in ids.tolist():
            assert python.by_id(one) == c.by_id(one)


@given(st.lists(st.text(st.characters() | st.sampled_from("停水a\ud800\0"), max_size=300)))
def test_c_and_python_hash_the_same(texts: list[str]) -> None:
    ours, theirs = hashes([0] * len(texts)), hashes([0] * len(texts))

    remembered.hash_all(texts, ours)
    in_c().hash_all(texts, theirs)

    assert ours.tolist() == theirs.tolist() == [hashed(text) for text in texts]


def test_a_post_that_keeps_its_cluster_is_left_out(module: Any) -> None:
    posts = module.Remembered(10)
    known = (*a_post("a", 1)[:3], -1, *a_post("a", 1)[4:])

    keep(posts, known, a_post("b", 2))

    assert look_up(posts, "ab", [1, 2]) == ([-1, 0], [-1, 0], [1])


def test_what_is_no_post_no_place_and_no_hash_is_refused_by_c() -> None:
    posts, sound = in_c().Remembered(10), [hashes([1]), hashes([2]), [1.5], [7], [2], [0.5], [True]]
    bad: Any = ([b"", None], [hashes([])], ["x"], ["x", 1.5, 1 << 64], ["x", -1, 256, 0.5], [None], [1, None])
    for place, values in enumerate(bad):
        lists: list[Any] = [*([value] for value in values), [], None, (1,), [1, 1]]
        for value in (*values, None) if place < 2 else lists:
            with pytest.raises((TypeError, ValueError, OverflowError)):
                posts.keep(*sound[:place], value, *sound[place + 1 :])
    wrong: Any
    for wrong in (-1, 10, sys.maxsize):
        with pytest.raises(IndexError):
            posts.row(wrong)
        with pytest.raises(IndexError):
            posts.replaced(wrong, 1)
    for wrong in ((hashes([1]), hashes([])), (np.zeros(1, np.uint32), hashes([1])), (hashes([1]), None), (b"", b"")):
        with pytest.raises((TypeError, ValueError)):
            posts.look_up(*wrong)
    with pytest.raises((TypeError, OverflowError)):
        posts.by_id(-1)
    assert posts.look_up(hashes([1]), hashes([2])) == ([-1], [-1], [])


def test_what_is_no_text_and_no_size_is_refused_by_c() -> None:
    wrong: Any
    for wrong in (([1], hashes([0])), (["a"], hashes([])), (("a",), hashes([0])), (["a"], b"12345678"), (["a"], None)):
        with pytest.raises((TypeError, ValueError, BufferError)):
            in_c().hash_all(*wrong)
    for most in (0, -1, 1 << 40, "x"):
        with pytest.raises((TypeError, ValueError)):
            in_c().Remembered(most)


def test_nothing_is_held_longer_than_its_batch() -> None:
    given: list[Any] = [hashes([1]), hashes([2]), [1.5], [1 << 40], [2], [0.5], [True]]
    before = [sys.getrefcount(one) for one in (*given, *(one[0] for one in given[2:]))]
    posts = in_c().Remembered(10)
    for _ in range(50):
        posts.keep(*given)
        posts.look_up(*given[:2])
        in_c().hash_all(["a"], given[0])
        posts.row(0)
    assert [sys.getrefcount(one) for one in (*given, *(one[0] for one in given[2:]))] == before
