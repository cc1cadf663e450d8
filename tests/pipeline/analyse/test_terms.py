from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analyse.terms import KEPT, LEAD, Terms, cut, terms

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
