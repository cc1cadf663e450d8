from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.privacy import minors
from pipeline.privacy.minors import about_a_minor


@pytest.mark.parametrize(
    "masked",
    [
        "[班级]有人被打",
        "我家孩子在实验小学被打",
        "女孩8岁,走丢了",
        "男童十二岁",
        "孩子[姓名]失踪",
        "[姓名]同学被打",
        "邻居家的娃在幼儿园受伤",
    ],
)
def test_a_child_who_can_be_told_from_others_is_a_minor(masked: str) -> None:
    assert about_a_minor(masked)


@pytest.mark.parametrize(
    "masked",
    [
        "孩子们上学路上没有红绿灯",  # all of them
        "我家孩子们在实验小学",
        "孩子上学不方便",  # any child
        "学生18岁可以报名",
        "老人80岁,家里有孩子",
        "男子二十八岁,有孩子",
        "学校门口停水",
        "[姓名]打了我",
        "8岁的房子漏水",
    ],
)
def test_children_in_general_and_grown_ups_are_none(masked: str) -> None:
    assert not about_a_minor(masked)


PIECES = [*"我 俺 邻居 家 的 孩子 女儿 娃 学生 同学 小朋友 们 : [姓名] [班级] 岁 8 18 十 小学 高一 上".split(), " "]


@given(st.lists(st.sampled_from(PIECES), max_size=9).map("".join))
def test_it_is_told_by_class_or_of_a_child_by_name_by_age_or_as_somebodys_at_a_school(masked: str) -> None:
    named = r"(?:孩子|儿子|女儿|男孩|女孩|学生|同学|小孩|男童|女童)[: ]?\[姓名\]|\[姓名\](?:同学|小朋友)"
    own = minors._OWN_CHILD.search(masked) and minors._SCHOOL.search(masked)
    told = re.search(named, masked) or minors._AGE.search(masked) or own

    assert about_a_minor(masked) == ("[班级]" in masked or bool(told and minors._CHILD.search(masked)))
