"""The matters of long articles: each is found where it is told, none twice, and the rest of the text tells nothing."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.analyse.analyst import Analyst
from pipeline.analyse.parts import LONG, MOST, gravest, several
from pipeline.directory import Directory
from pipeline.model import AnalysedPost, Kind, MatterFinding, Part, PlaceStatus
from pipeline.settings import Analyse
from tests.articles import LENGTH, an_article
from tests.build import a_post

ANALYST = Analyst.open(Analyse(), Directory.read())
TOLD = {
    "电梯停用两个月没人修。": "property", "改造收费不公开。": "market", "道路开挖不围挡。": "traffic", "路灯不亮没人管。": "city", "工地噪音大，吵得没法睡。": "noise",
    "锦湖里停水三天没人管。": "water", "老板拖欠工资。": "labor", "点赞师傅！": "", "公交站牌换了新的。": "", "文桥路又堵死了。": "traffic", "\n": "",
}  # fmt: skip


def read(text: str, title: str = "走笔", kind: Kind = Kind.ARTICLE) -> AnalysedPost:
    return ANALYST.analyse([a_post(text=text, title=title, kind=kind)])[0]


def said(doc: AnalysedPost, part: Part) -> str:
    return doc.body()[part.start : part.end]


def topics(doc: AnalysedPost) -> list[str]:
    return [part.matter.topic for part in doc.parts]


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.integers(0, 3000), st.sampled_from(list(TOLD)), max_size=12), st.sampled_from(["", "走笔"]))
def test_parts_lie_in_the_text_in_its_order_and_no_two_overlap(told: dict[int, str], title: str) -> None:
    told = {60 * (at // 60): words for at, words in told.items()}
    doc = read(an_article(told, 3500), title)

    ends = [0]
    for part in doc.parts:
        assert ends[-1] <= part.start < part.end <= len(doc.body())
        ends.append(part.end)
        for reason in part.matter.why:
            assert part.start <= reason.start < reason.end <= part.end
        assert part.matter.appeal_type in ("complaint", "help", "report")
    assert {topic for words in told.values() if (topic := TOLD[words])} == set(topics(doc))


@pytest.mark.parametrize("at", [0, 1, 999, 13_000, 27_900])
def test_a_trouble_is_found_wherever_it_stands(at: int) -> None:
    doc = read(an_article({at: "道路开挖不围挡，没人管。"}))
    (part,) = doc.parts
    assert said(doc, part) == "道路开挖不围挡，没人管。"
    assert (part.start, part.matter.harm) == (at + len("走笔\n"), "H1")


def test_a_letter_of_a_resident_and_a_short_article_are_one_matter() -> None:
    text = an_article({100: "改造收费不公开。", 700: "道路开挖不围挡。"}, 2 * LONG)
    assert topics(read(text)) == ["market", "traffic"]
    assert read(text, kind=Kind.POST).parts == read(text[: LONG - 10]).parts == ()
    assert "long" in read(text).flags
    assert "long" not in read(text, kind=Kind.POST).flags + read(text[: LONG - 10]).flags


def test_sentences_that_go_on_about_a_matter_belong_to_it() -> None:
    doc = read(an_article({1200: "路灯不亮。问了几次，没人理。", 1500: "新装的路灯很漂亮。没人管，停用了。"}))
    assert [said(doc, part) for part in doc.parts] == ["路灯不亮。问了几次，没人理。"]
    led = read(an_article({1500: "新装的路灯很漂亮。停用两周，没人管。"}))
    assert [said(led, part) for part in led.parts] == ["新装的路灯很漂亮。停用两周，没人管。"]


def test_a_matter_told_twice_is_one_and_another_place_is_another() -> None:
    doc = read(
        an_article(
            {1200: "文桥路路灯不亮没人管。", 1500: "文桥路路灯还是不亮。", 1800: "湖东街道路灯不亮，投诉没人理。"}
        )
    )
    assert [(part.place and (part.place.road or part.place.street)) for part in doc.parts] == ["文桥路", "湖东街道"]


def test_what_names_no_place_is_where_the_article_begins() -> None:
    troubles = {1200: "路灯不亮没人管。", 1500: "文桥路道路开挖不围挡。"}
    lamp, road = read("湖东街道的老楼换了新颜。" + an_article(troubles)).parts
    assert lamp.place and road.place
    assert (lamp.place.street, lamp.place.road) == ("湖东街道", None)
    assert road.place.road == "文桥路"
    (lamp, _) = read(an_article(troubles), title="青湖区走笔").parts
    assert lamp.place and (lamp.place.status, lamp.place.road) == (PlaceStatus.KNOWN, None)


@pytest.mark.parametrize(
    "text",
    [
        "改造前电梯经常停用，没人修。", "路灯不亮的问题反映后，维修师傅已经修好，恢复照明。", "点赞施工队，电梯很快。", "改造收费标准请问哪里查？", "记者没人接待。",
    ],
)  # fmt: skip
def test_what_is_past_mended_praised_asked_or_about_nothing_is_no_trouble(text: str) -> None:
    assert read(an_article({1500: text})).parts == ()
    assert topics(read(an_article({1500: text, 2500: "道路开挖不围挡。"}))) == ["traffic"]


def test_of_an_accusation_and_of_a_notice_nothing_is_taken_apart() -> None:
    accused = {1200: "实名举报街道办主任收回扣。", 1500: "路灯不亮没人管。"}
    doc = read(an_article(accused))
    assert doc.matter and doc.matter.accusation
    assert doc.parts == ()
    assert read("停水通知：" + an_article({1200: "明日九时起湖东街道停水。"})).parts == ()


def test_an_article_is_as_bad_as_its_worst_part() -> None:
    mild = read(an_article({1200: "改造收费不公开。", 1500: "道路开挖不围挡。"}))
    grave = read(an_article({1200: "改造收费不公开。", 1500: "锦湖里停水三天没人管。"}))
    assert mild.matter and grave.matter
    assert (mild.matter.harm, grave.matter.harm) == ("H1", "H2"), "a crowd in passing harms nobody"
    assert gravest(MatterFinding(harm="H3"), mild.parts).harm == "H3"


def test_danger_is_believed_where_the_whole_tells_of_it() -> None:
    old = read(an_article({1200: "那年厂房着火，浓烟滚滚，没人救。", 2000: "路灯不亮没人管。"}))
    now = read("刚刚锦湖里着火了，有人被困，快来人！" + an_article({2000: "路灯不亮没人管。"}))
    assert "H3" not in [part.matter.harm for part in old.parts]
    assert [part.matter.harm for part in now.parts] == ["H3", "H1"]


def test_a_lift_in_an_article_about_rebuilding_is_the_builders() -> None:
    trouble = {1200: "3号楼电梯停用两个月没人修。"}
    assert topics(read(an_article(trouble))) == ["property"]
    assert topics(read("老旧小区改造进入尾声，危房改造同步完成。" + an_article(trouble))) == ["housing"]


def test_no_article_has_more_parts_than_can_be_told_and_the_gravest_are_kept() -> None:
    streets = [f"{number}号线路" for number in range(60)]
    doc = read("".join(f"{street}旁道路开挖不围挡。" for street in streets) + an_article({1200: "锦湖里停水三天。"}))
    assert len(doc.parts) <= MOST
    assert "water" in topics(doc)


def test_a_flood_of_complaints_is_read_so_far_and_no_farther() -> None:
    lamp = "路灯不亮没人管。"
    assert topics(read("道路开挖不围挡。" * 399 + lamp)) == ["traffic", "city"]
    assert topics(read("道路开挖不围挡。" * 400 + lamp)) == ["traffic"]


def test_reading_an_article_costs_less_than_reading_its_letters_as_posts() -> None:
    article = [
        a_post(
            text=an_article({3100: "电梯停用没人修。", 15_200: "收费不公开。", 27_400: "道路开挖不围挡。"}),
            kind=Kind.ARTICLE,
        )
    ]
    letters = article[0].text
    posts = [a_post(f"p{at}", letters[at : at + 40]) for at in range(0, LENGTH, 40)]
    assert fastest(lambda: ANALYST.analyse(article)) < fastest(lambda: ANALYST.analyse(posts))


def fastest(work: Callable[[], object]) -> float:
    """Return the least processor time of five tries."""
    tries = []
    for _ in range(5):
        began = time.process_time()
        work()
        tries.append(time.process_time() - began)
    return min(tries)


def test_only_long_articles_are_read_matter_by_matter() -> None:
    assert several(a_post(kind=Kind.ARTICLE), "字" * LONG)
    assert not several(a_post(kind=Kind.ARTICLE), "字" * (LONG - 1))
    assert not several(a_post(), "字" * LONG)
