from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.privacy import patterns
from pipeline.privacy.patterns import addresses, devices, documents, doors, handles, plates, school_classes
from pipeline.privacy.span import Span
from tests.pipeline.privacy.expressions import assert_the_same

Find = Callable[[str], Iterator[Span]]


def found(find: Find, text: str) -> list[str]:
    return [text[start:end] for start, end, _ in find(text)]


@pytest.mark.parametrize(
    ("find", "text", "value"),
    [
        (plates, "车牌鲁a·12345违停", "鲁a·12345"),
        (plates, "京ad12345", "京ad12345"),  # electric: one more
        (plates, "粤b1234警", "粤b1234警"),
        (addresses, "写信到 someone at example.com", "someone at example.com"),
        (addresses, "a.b@mail.example.com.cn", "a.b@mail.example.com.cn"),
        (handles, "微信同号:abc_123456", "abc_123456"),
        (handles, "qq群 1 2 3 4 5 6", "1 2 3 4 5 6"),
        (documents, "护照号码:e12345678", "e12345678"),
        (devices, "ip是 192.168.10.254", "192.168.10.254"),
        (devices, "aa:bb:cc:dd:ee:ff", "aa:bb:cc:dd:ee:ff"),
        (devices, "定位36.12345,120.54321", "36.12345,120.54321"),
        (devices, "imei:123456789012345", "123456789012345"),
        (doors, "锦湖里3号楼2单元501室", "2单元501室"),
        (doors, "锦湖里3-2-501", "-2-501"),
        (school_classes, "一小三年级(2)班", "三年级(2)班"),
    ],
)
def test_only_the_personal_part_is_the_span(find: Find, text: str, value: str) -> None:
    assert value in found(find, text)


@pytest.mark.parametrize(
    ("find", "text"),
    [
        (plates, "京津冀协同12345"),
        (addresses, "下午 3 点@"),
        (handles, "微信群里都在说"),
        (documents, "护照12345"),
        (devices, "见1.2.3.4条"),  # a list of things
        (devices, "版本v10.20.30.40"),
        (devices, "比分12:30:45"),
        (devices, "涨了36.12345"),  # one number is no place
        (doors, "第一单元的课文"),
        (doors, "3号楼住着300户"),
        (doors, "500室内面积"),
        (doors, "3-10-2026"),  # a date
        (school_classes, "二班车"),
        (school_classes, "上班"),
    ],
)
def test_what_only_looks_alike_is_none(find: Find, text: str) -> None:
    assert found(find, text) == []


AT = r"(?: ?@ ?| ?[(\[【]at[)\]】] ?)"
DOT = r"(?:\.| ?[(\[]dot[)\]] ?| dot )"
N = "0-9一二三四五六七八九十"
# As one would write them: each looks back, or takes one of two ways, before it reads a letter, which costs at every letter.
PLAIN = {
    "_EMAIL": (
        rf"[a-z0-9._%+\-]+{AT}[a-z0-9\-]+(?:{DOT}[a-z0-9\-]+)+"
        rf"|[a-z0-9._%+\-]+(?: at | ?# ?)(?:[a-z0-9\-]+{DOT})+(?:com|cn|net|org)(?![a-z0-9])",
        ["a", ".", "_", "@", " @ ", "(at)", " at ", "#", "com", ".cn", " dot ", "(dot)", "京", "-", " "],
    ),
    "_MENTION": (r"(?<![a-z0-9])@([\w\-]{2,20})", ["@", "a", "9", "京", "_", "-", " ", "\n"]),
    "_FLAT": (
        rf"(?:[楼栋幢]|[{N}a-z]座|[0-9]#(?:楼)?)([ \-]?(?:\d{{1,2}}-)?(?:\d{{3,4}}(?:室|房|号房|{patterns._NOT_A_ROOM})"
        rf"|{patterns._HAN_ROOM}(?:室|号房|房)?))",
        ["楼", "栋", "座", "#", "1", "a", "3", "三", "502", "三零二", "-", " ", "室", "号房", "户", "家店", "京", "\n"],
    ),
    "_ROOM": (
        r"(\d(?<![0-9]\d)\d{2,3} ?(?:室|号房)(?!内|外|间|温)|(?<![零〇一二三四五六七八九])[一二三四五六七八九]"
        r"[零〇一二三四五六七八九]{2}室(?!内|外)|(?<=\d门)\d{3,4}(?:室|号)?(?!\d))",
        ["1", "٣", "02", "三", "零二", "室", "号房", "内", "温", "门", "号", " ", "京", "\n"],
    ),
    "_UNIT": (
        rf"(?<![第{N}a-z])(?:[a-d甲乙丙丁]|[{N}]{{1,3}}) ?单元[ \-]{{0,2}}{patterns._WITHIN}",
        ["a", "e", "甲", "1", "十", " ", "单元", "501", "第", "\n", "室", "京"],
    ),
}


@pytest.mark.parametrize("name", PLAIN)
@settings(deadline=None)
@given(data=st.data())
def test_an_expression_that_begins_with_one_class_of_letters_finds_the_same(name: str, data: st.DataObject) -> None:
    assert_the_same(getattr(patterns, name), *PLAIN[name], data)
