from __future__ import annotations

from pathlib import Path

import jieba

from pipeline.privacy import make_lookalikes
from pipeline.privacy.make_lookalikes import LOOKALIKES, NOT_GIVEN, lookalikes, not_given


def test_a_lookalike_is_a_common_word_with_a_surname_at_either_end() -> None:
    lines = ["高烧 30 n", "班主任 99 n", "高某 3 n", "高明 80 nr", "停水 50 v", "高楼大厦 99 n", "高 999 a"]

    assert list(lookalikes(lines)) == ["高烧", "班主任"]


def test_a_name_that_parents_choose_is_given_although_it_is_a_verb() -> None:
    lines = ["反映 500 v", "建设 900 v", "反映出 500 v", "稀罕 20 v", "孩子 900 n"]

    assert list(not_given(lines)) == ["反映"]


def test_the_lists_beside_the_code_are_the_ones_it_writes() -> None:
    words = Path(jieba.__file__).with_name("dict.txt").read_text(encoding="utf-8").splitlines()

    assert set(lookalikes(words)) | make_lookalikes._MISTAGGED == set(LOOKALIKES.read_text(encoding="utf-8").split())
    assert set(not_given(words)) == set(NOT_GIVEN.read_text(encoding="utf-8").split())
