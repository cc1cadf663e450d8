from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.text.beside import Beside, beside
from tests.live import do_without


def compiled() -> Any:
    try:
        from pipeline.text._beside import Beside as Compiled
    except ImportError:
        do_without("a C compiler when yuqing was installed")
    return Compiled


def test_only_letters_between_may_part_the_first_from_the_last() -> None:
    people = Beside("0123456789", "多个", "人")

    assert people.found("死了3个人") and people.found("30多人") and people.found("3人")
    assert not people.found("3楼的人") and not people.found("人3") and not people.found("多个人")
    assert Beside("1", last="人").found("1人") and not Beside("1", last="人").found("1个人")


def test_without_a_last_letter_the_first_is_enough() -> None:
    assert Beside("]^-\\").found("a^") and not Beside("]^-\\").found("a")


some = st.text(st.sampled_from("012多个人]^-\\é"), max_size=4)


@given(some.filter(bool), some, some, st.text(st.sampled_from("012多个人]^-\\éx\x00\U00020000"), max_size=20))
@example("0", "1", "人", "0" + "1" * 90_000 + "人")
@example("0", "", "1", "é01")
def test_c_and_python_find_the_same(first: str, between: str, last: str, text: str) -> None:
    assert compiled()(first, between, last).found(text) == Beside(first, between, last).found(text)


def test_letters_that_cannot_be_looked_for_are_refused() -> None:
    wrong: Any
    for kind in (compiled(), Beside):
        for wrong in (("",), ("a", "\U00020000"), ("\U00020000",), ("a", "", "\U00020000")):
            with pytest.raises(ValueError):
                kind(*wrong)
    for wrong in ((), (b"a",), ("a", None), ("a", "", "", "")):
        with pytest.raises(TypeError):
            compiled()(*wrong)
    for wrong in (None, b"a", 1):
        with pytest.raises(TypeError):
            compiled()("a").found(wrong)


def test_the_one_in_c_is_taken_where_there_is_one() -> None:
    assert isinstance(beside("a"), compiled())
