from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.analyse.remembered import Remembered, Row, hashed


def a_row(name: str, words: int, *, foremost: bool = True) -> Row:
    return Row(hashed(name), words, 1.5, 7, 2, 0.5, foremost)


def test_a_post_is_found_by_its_id_and_the_foremost_by_its_words() -> None:
    posts = Remembered(10)
    posts.keep([a_row("a", 1), a_row("b", 1, foremost=False)])

    (place,) = posts.by_ids([hashed("b")])

    assert posts[place] == a_row("b", 1)
    assert posts.by_keys([1, 2]) == [0, -1]
    assert posts.by_ids([hashed("c")]) == [-1]


def test_the_oldest_go_when_there_are_too_many() -> None:
    posts = Remembered(2)
    posts.keep([a_row("a", 1), a_row("b", 2)])

    assert [posts.replaced(place, 1) for place in posts.by_ids([hashed("a"), hashed("b")])] == [True, False]
    posts.keep([a_row("c", 3)])
    assert posts.by_ids([hashed("a"), hashed("b"), hashed("c")]) == [-1, 1, 0]


@given(st.lists(st.integers(0, 99), unique=True, max_size=50), st.integers(1, 20))
def test_all_that_were_kept_lately_are_found(names: list[int], batch: int) -> None:
    posts = Remembered(200)
    for start in range(0, len(names), batch):
        posts.keep([a_row(str(name), name) for name in names[start : start + batch]])

    assert posts.by_ids([hashed(str(name)) for name in names]) == list(range(len(names)))
