from __future__ import annotations

import pytest

from pipeline.privacy.likeness import chosen, common, longer, odds, tables
from pipeline.privacy.surnames import SURNAMES


@pytest.mark.parametrize(("name", "word"), [("王建国", "王的了"), ("李娜", "李是"), ("赵秀英", "时间长")])
def test_a_name_is_likelier_than_a_word(name: str, word: str) -> None:
    assert odds(name[0], name[1:]) > 0 > odds(word[0], word[1:])


@pytest.mark.parametrize(
    ("two", "after", "both"),
    [
        ("建国", "说停", True),
        ("斌承", "诺月", False),
        ("强态", "度差", False),
        ("明一", "直不", False),
        ("若国", "", True),
    ],
)
def test_a_word_that_begins_in_a_name_ends_it(two: str, after: str, both: bool) -> None:
    assert longer(two, after) is both


def test_only_surnames_begin_a_bare_name() -> None:
    known = tables()

    assert known.family[ord("王")] > 0
    assert all(known.family[ord(one)] < -100 for one in "的水村县" if one not in SURNAMES)


def test_what_is_chosen_is_no_title_and_what_is_common_no_given_name() -> None:
    assert "建国" in chosen()
    assert not {"老师", "师傅", "先生"} & chosen().keys()
    assert all(word in common() for word in ("高兴", "师傅", "小区"))
    assert "建国伟" not in common() and "高" not in common() and common().get("建国伟", 7) == 7
