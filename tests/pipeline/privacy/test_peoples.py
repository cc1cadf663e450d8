from __future__ import annotations

import pytest

from pipeline.privacy import Masker
from pipeline.privacy.peoples import other_names


def found(text: str) -> list[str]:
    return [text[start:end] for start, end, _ in other_names(text)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("欧阳建华昨天来过", "欧阳建华"),
        ("阿依古丽·买买提反映停水", "阿依古丽·买买提"),
        ("扎西顿珠的摊位被收了", "扎西顿珠"),
        ("斯琴高娃家没水", "斯琴高娃"),
        ("昨天老王去社区问了", "老王"),
        ("小李说没人管", "小李"),
        ("my name is john smith, no water", "john smith"),
        ("外教mary被欠薪", "mary"),
    ],
)
def test_names_of_other_shapes_are_found(text: str, name: str) -> None:
    assert found(text)[0] == name


@pytest.mark.parametrize(
    "text",
    [
        "小区门口,老师,小吃街,老杨树,小王庄修路,老顾客",
        "司马台长城,东方红广场,上官渡村",
        "扎西德勒,万科·金域,中建·青湖",
        "the system is down",
    ],
)
def test_what_only_looks_like_them_stays(text: str) -> None:
    assert found(text) == []


def test_a_latin_name_behind_a_word_for_oneself_is_masked() -> None:
    assert Masker().mask("", "我叫Tom Chen，是留学生").text == "我叫[姓名]，是留学生"
