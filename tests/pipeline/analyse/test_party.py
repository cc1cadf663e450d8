from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analyse.cues import Lexicon, Reading
from pipeline.analyse.party import Parties
from pipeline.directory import Directory
from pipeline.model import PartyFinding
from pipeline.text.normal import folded, normal, squeeze

PARTIES = Parties(Directory.read())
HERE = Path(__file__).with_name("districts")


def read(text: str) -> Reading:
    folded_text = normal(text)
    return Lexicon({}).read_text(folded_text, *squeeze(folded_text))


def find(text: str) -> PartyFinding:
    return PARTIES.find(read(text))


@pytest.mark.parametrize(
    ("text", "id_"),
    [
        ("区水务局电话打不通", "water"),
        ("青湖区水务局电话打不通", "water"),
        ("青湖水务局电话打不通", "water"),
        ("水务局电话打不通", "water"),
        ("停水第三天，感谢供水公司让我们免费体验", "waterco"),
        ("自来水公司也不通知", "waterco"),
        ("天然氣公司電話打不通", "gasco"),
        ("青湖燃气公司不接电话", "gasco"),
        ("区住房和城乡建设局不管", "housing"),
        ("湖东街道办事处不接电话", "st_hd"),
        ("文桥街办不接电话", "st_wq"),
        ("柳园镇人民政府不管", "tn_ly"),
    ],
)
def test_a_unit_of_the_directory_is_known_by_all_its_names(text: str, id_: str) -> None:
    assert find(text).id == id_


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("投诉宏远物业乱收费", "宏远物业"),
        ("我要投诉宏远建筑工程有限公司拖欠工资", "宏远建筑工程有限公司"),
        ("东湖花园的阳光物业不作为", "阳光物业"),
        ("在金鼎食品有限公司打工，三个月没发工资", "金鼎食品有限公司"),
        ("梅溪中心幼儿园乱收费", "梅溪中心幼儿园"),
        ("梅溪派出所态度好", "梅溪派出所"),
        ("教育局不管", "区教育局"),
        ("林业局不管", "林业局"),
        ("青湖三小中午不让出校门", "青湖三小"),
        ("青湖商场大火", "青湖商场"),
        ("希望区住建局管一管宏远物业乱收费", "宏远物业"),
    ],
)
def test_an_organisation_is_told_by_its_longest_name(text: str, name: str) -> None:
    assert find(text).name == name


@pytest.mark.parametrize(
    "text",
    [
        "停水了",
        "物业不管",
        "公司欠薪三个月",
        "这家公司欠薪",
        "三家公司都欠薪",
        "学校不让进",
        "我们小区物业不管",
        "食品公司都这样",
        "老板王某某欠薪不还",
        "王姐超市短斤少两",
        "结局不好，格局太小",
        "装修公司乱收费",
        "我们老师打人",
    ],
)
def test_no_person_and_no_mere_kind_of_organisation_is_a_party(text: str) -> None:
    assert find(text) == PartyFinding()


def test_another_district_has_its_own_units() -> None:
    dongling = Parties(Directory.read(HERE / "dongling.yaml"))

    assert dongling.find(read("燃气有限公司不接电话")).id == "gas"
    assert dongling.find(read("东岭区教育局回复了")).id == "edu"


@given(
    st.lists(
        st.sampled_from(
            ["区水务局", "宏远", "物业", "公司", "投诉", "，", "学校", "的", "不管", "三家", " ", "abc", "王", "局"]
        ),
        max_size=10,
    ).map("".join)
)
def test_a_reason_stands_where_it_says(text: str) -> None:
    for reason in find(text).why:
        assert folded(text[reason.start : reason.end]) == reason.cue
