from __future__ import annotations

import pytest

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
