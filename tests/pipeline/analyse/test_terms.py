from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analyse.terms import BITS, KEPT, LEAD, TABLE, Terms, cut, heaviest, terms
from tests.live import do_without

SAID = "投诉翠柏澜庭附近的搅拌站\n翠柏澜庭三期旁边建了搅拌站,每天半夜都在施工,请有关部门尽快处理,谢谢"
TITLE = SAID.index("\n")


def words_of(text: str, found: Terms, row: int = 0) -> list[str]:
    """Return the terms as they stand in *text*, the heaviest first."""
    text = text.replace(",", "")
    pieces = [text[at : at + size] for size in (2, 3) for at in range(len(text) - size + 1)]
    named = {int(code): piece for piece in pieces for code in cut([piece]).hashes.tolist()[-1:]}
    return [
        named.get(code, "?")
        for code, weight in zip(found.terms[row].tolist(), found.weights[row], strict=True)
        if weight
    ]


def test_what_sets_a_text_apart_is_its_names_and_not_what_every_letter_says() -> None:
    found = words_of(SAID, terms([SAID], [TITLE]))

    assert {"翠柏澜", "柏澜庭"} <= set(found)
    assert not {"有关", "部门", "谢谢", "处理", "有关部"} & set(found)


def test_the_title_counts_more_than_the_text() -> None:
    titled, plain = terms([SAID, SAID], [TITLE, 0]).weights

    assert titled[0] > plain[0]


def test_nothing_is_cut_across_the_end_of_a_sentence() -> None:
    assert len(cut(["停水。停电"]).hashes) == 2


def test_what_stands_far_behind_is_not_read() -> None:
    near = "说" * LEAD

    assert words_of(near, terms([near + "翠柏澜庭"], [0])) == words_of(near, terms([near], [0]))


@pytest.mark.parametrize("text", ["", "啊", "a", "。。。"])
def test_a_text_without_pieces_has_no_terms(text: str) -> None:
    assert not terms([text], [0]).weights.any()


@given(st.lists(st.text("停水电气暖锦湖里翠柏澜庭abc1。", max_size=60), min_size=1, max_size=6))
def test_the_terms_of_a_text_do_not_depend_on_its_neighbours(texts: list[str]) -> None:
    together = terms(texts, [0] * len(texts))

    for row, text in enumerate(texts):
        alone = terms([text], [0])
        assert np.array_equal(alone.terms[0], together.terms[row])
        assert np.array_equal(alone.weights[0], together.weights[row])
        assert (np.diff(alone.weights[0]) <= 0).all()
        assert len(alone.terms[0]) == KEPT


# ── in C ──


def in_c() -> ModuleType:
    try:
        from pipeline.analyse import _terms
    except ImportError:
        do_without("a C compiler when yuqing was installed")
    return _terms


def wanted(texts: int) -> list[Any]:
    """Return what ``heaviest`` takes beside so many texts."""
    return [
        np.full(texts, 5, np.intp), np.full(texts, 1.5, np.float32), np.load(TABLE),
        np.zeros((texts, KEPT), np.uint32), np.zeros((texts, KEPT), np.float32),
    ]  # fmt: skip


@given(
    st.lists(
        st.tuples(st.text("停水电气暖锦湖里翠柏澜庭abc1。!?;\n𠮷😀", max_size=80), st.integers(0, 90)), max_size=6
    ),
    st.sampled_from([1.0, 1.5, 2.0, 0.3]),
)
def test_c_and_python_say_the_same(texts: list[tuple[str, int]], boost: float) -> None:
    letters = [text for text, _ in texts]
    here, there = wanted(len(texts)), wanted(len(texts))
    for given_ in (here, there):
        given_[0][:], given_[1][:] = [head for _, head in texts], boost

    heaviest(letters, *here)
    in_c().heaviest(letters, *there)

    assert there[3].tolist() == here[3].tolist()
    assert there[4].tolist() == here[4].tolist()


def test_a_text_with_more_terms_than_are_kept_is_the_same_in_c() -> None:
    letters = ["".join(map(chr, range(0x4E00 + 700 * row, 0x4E00 + 700 * row + 300))) for row in range(3)]
    here, there = wanted(3), wanted(3)

    heaviest(letters, *here)
    in_c().heaviest(letters, *there)

    assert here[4].all(), "not every place is taken"
    assert all(np.array_equal(one, other) for one, other in zip(here, there, strict=True))


@pytest.mark.parametrize("place", range(5))
def test_arrays_of_another_kind_are_refused_in_c(place: int) -> None:
    for other in (np.zeros(3, np.uint16), np.zeros((2, 2), np.uint32), np.zeros(1 << BITS, np.uint8)[1:]):
        given_ = wanted(1)
        given_[place] = other
        with pytest.raises(ValueError, match=r"array"):
            in_c().heaviest(["停水了"], *given_)


@pytest.mark.parametrize(
    "misuse", [[], ["停水"], [("停水",), *wanted(1)], [[7], *wanted(1)], [["停水"], *map(str, range(5))]]
)
def test_what_is_no_list_of_texts_is_refused_in_c(misuse: list[Any]) -> None:
    with pytest.raises(TypeError):
        in_c().heaviest(*misuse)
