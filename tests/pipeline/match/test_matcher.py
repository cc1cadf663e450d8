from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.match import Matcher
from pipeline.match.budget import Budget
from pipeline.model import (
    MISSING,
    AnalysedPost,
    GateStatus,
    Kind,
    Match,
    MatterFinding,
    Op,
    Part,
    PlaceFinding,
    PlaceStatus,
    Source,
    SourceClass,
    excerpted,
)
from pipeline.rulebook import Condition, Near, Rule, Rulebook, TextCondition
from tests.pipeline.match.naive import Naive
from tests.pipeline.match.posts import NOON, a_doc
from tests.pipeline.rulebook.rules import a_rule, read

SHIPPED = Matcher(
    [rule for rule in Rulebook.read().rules if rule.condition.text is not None]
)  # the rest reads findings


def matched(doc: AnalysedPost, matcher: Matcher = SHIPPED) -> list[str]:
    return [match.rule for match in matcher.match([doc])]


@pytest.fixture
def one(tmp_path: Path) -> Matcher:
    return Matcher(read(tmp_path, a_rule(group_by=["place.street"], count_by="author.key")).rules)


# ── the scenarios of DOMAIN §6 through the shipped rules ──


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("锦湖里又停水了,一点通知都没有", ["water.outage"]),
        ("湖东停水!有没有人管!", ["water.outage"]),
        ("停水第三天,感谢供水公司让我们免费体验沙漠生活,五星好评👍👍,建议评先进", ["water.outage"]),
        ("No water in Jinhuli since 7pm, anyone know when it will be back?", ["water.outage"]),
        ("جىنخۇلىدا كەچ سائەت يەتتىدىن بېرى سۇ يوق", ["water.outage"]),
        ("色俩目,锦湖里晚上七点起没水,多斯提们有消息吗", ["water.outage"]),
        ("柳园新村7号楼楼道煤气味特别大,头晕,打燃气电话占线,有人管吗", ["gas.danger"]),
        ("4号楼煤气xie漏味道很大,快来人", ["gas.danger"]),
        ("4号楼煤气泄漏味道很大,快来人", ["gas.danger"]),
        ("東湖花園三期停氣兩天了,天然氣公司電話打不通,家裡有老人小孩怎麼煮飯?", ["gas.outage"]),
        ("听说青湖水厂被投毒,医院都住满了,赶紧囤水别喝自来水!转给家人", ["rumor.poison"]),
        ("欠新三个月了,老板装4,劳动监cha到底管不管", ["labor.wages"]),
        ("文桥路工地半夜两点还在打桩,灰大得开不了窗,渣土车把路压出大坑", ["noise.construction"]),
        ("真的撑不下去了,今晚就从楼上跳下去,谁也别找我", ["safety.selfharm"]),
        ("文桥路三年修了四遍,领导是按天算工资的吧?纳税人的钱真好花", []),
        ("文桥街道办事大厅的小姑娘太耐心了,帮我妈跑前跑后,点赞!", []),
        ("实名举报:青湖区湖东街道办主任收装修公司回扣,还把低保名额给亲戚", []),
        ("😡😡😡🚱🚱", []),
    ],
)
def test_a_scenario_meets_the_rule_for_its_matter_and_no_other(text: str, rules: list[str]) -> None:
    assert matched(a_doc(text)) == rules


@pytest.mark.parametrize("tail", ["", ",明天上午一起去市里讨说法"])
def test_a_group_owed_wages_is_seen_with_or_without_petition_wording(tail: str) -> None:
    text = f"我们38个工友在锦湖里二期干了五个月,工资一分没给,总包说没钱{tail},求帮帮我们"

    match = SHIPPED.match([a_doc(text, site="锦湖里二期工地")])[0]

    assert (match.rule, match.group, match.signals) == ("labor.wages", ("锦湖里二期工地",), ("群体",))


@pytest.mark.parametrize(
    "other",
    [
        a_doc("停水公告", source_class=SourceClass.OFFICIAL),
        a_doc("#停水# 急用钱", gate=GateStatus.SPAM),
        a_doc("海榆市停水了", place=PlaceStatus.OUT_OF_TERRITORY),
        a_doc("停水了", op=Op.DELETE),
        a_doc("停水了", op=Op.OBSERVE),
    ],
)
def test_what_is_no_voice_of_our_residents_never_matches(other: AnalysedPost) -> None:
    assert matched(other) == []


def test_a_post_without_any_finding_still_matches() -> None:
    bare = AnalysedPost(post=a_doc("家裡停水了").post)

    assert matched(bare) == ["water.outage"]


# ── what a match says ──


def test_a_match_carries_event_time_group_member_and_words(one: Matcher) -> None:
    doc = a_doc("又 停*水 了", street="湖东街道")
    doc = msgspec.structs.replace(doc, post=msgspec.structs.replace(doc.post, fetched_at=NOON + timedelta(hours=3)))

    (match,) = one.match([doc])

    assert (match.at, match.known_at) == (NOON, NOON + timedelta(hours=3))
    assert (match.group, match.member, match.hits) == (("湖东街道",), "hm:u1", ("停水",))
    assert match.analysed is doc


@pytest.mark.parametrize("street", [None, "", "  "])
def test_a_missing_or_empty_group_value_is_a_group_of_its_own(one: Matcher, street: str | None) -> None:
    assert one.match([a_doc(street=street)])[0].group == (MISSING,)


def test_a_post_without_an_author_counts_as_one_voice_of_its_own(one: Matcher) -> None:
    doc = a_doc(author=None)

    assert one.match([doc])[0].member == doc.post.id


def test_the_same_post_gives_the_same_id_and_an_edited_one_another(one: Matcher) -> None:
    first, again, edited = one.match([a_doc("停水"), a_doc("停水"), a_doc("停水，还没来")])

    assert first == again
    assert first.id != edited.id


def test_one_post_may_match_several_rules_in_their_order(tmp_path: Path) -> None:
    rules = read(tmp_path, a_rule(id="test.second"), a_rule(id="test.first")).rules

    assert matched(a_doc("停水了"), Matcher(rules)) == ["test.second", "test.first"]


# ── words ──


@pytest.mark.parametrize(
    ("text", "title", "hit"),
    [
        ("门口暂停水果促销", "", False),
        ("门口暂停水果促销，整条街停水", "", True),
        ("停 水", "", True),
        ("停。水", "", False),
        ("水了", "停", False),  # the end of the title and the start of the text are not one word
        ("别的", "停水", True),
    ],
)
def test_a_hit_inside_an_except_phrase_is_void_and_no_other(tmp_path: Path, text: str, title: str, hit: bool) -> None:
    rule = a_rule(match={"text": {"any": ["停水"], "except": ["暂停水果"]}})

    assert bool(matched(a_doc(text, title=title), Matcher(read(tmp_path, rule).rules))) is hit


def test_except_also_voids_a_word_to_exclude(tmp_path: Path) -> None:
    text = {"any": ["抢购"], "none": ["辟谣"], "except": ["还没辟谣"]}
    rule = a_rule(match={"text": text}, examples={"match": ["抢购，还没辟谣"], "no_match": ["抢购的事已辟谣"]})

    assert read(tmp_path, rule).faults == ()


@pytest.mark.parametrize(
    ("text", "hit"),
    [("讨xin", True), ("tao xin 三天", True), ("去xinjiang", False), ("maxin", False), ("讨 XIN!", True)],
)
def test_latin_letters_must_stand_alone(tmp_path: Path, text: str, hit: bool) -> None:
    rule = a_rule(match={"text": {"any": ["xin", "taoxin"]}}, examples={"match": ["xin"], "no_match": ["无"]})

    assert bool(matched(a_doc(text), Matcher(read(tmp_path, rule).rules))) is hit


@pytest.mark.parametrize(
    ("near", "text", "hit"),
    [
        ({"within": 3}, "孩子在学校被打人者打人", False),
        ({"within": 4}, "孩子在学校被打人者打人", True),
        ({"within": 10}, "孩子在学校又被打人者追", True),
        ({"within": 10}, "打人的是别家孩子", True),
        ({"within": 10, "ordered": True}, "打人的是别家孩子", False),
        ({"within": 10}, "孩子很好。有人打人", False),
        ({"within": 10, "same": "field"}, "孩子很好。有人打人", True),
    ],
)
def test_near_counts_characters_within_a_sentence(
    tmp_path: Path, near: dict[str, object], text: str, hit: bool
) -> None:
    condition = {"text": {"near": [{"a": ["孩子"], "b": ["打人"], **near}]}}
    rule = a_rule(match=condition, examples={"match": ["孩子打人"], "no_match": ["无"]})

    assert bool(matched(a_doc(text), Matcher(read(tmp_path, rule).rules))) is hit


def test_a_rule_for_titles_does_not_see_the_text(tmp_path: Path) -> None:
    rule = a_rule(
        match={"text": {"any": ["停水"], "fields": ["title"]}},
        examples={"match": [{"title": "停水"}], "no_match": ["停水"]},
    )
    matcher = Matcher(read(tmp_path, rule).rules)

    assert matched(a_doc("别的", title="停水了"), matcher) == ["test.rule"]
    assert matched(a_doc("停水了", title="别的"), matcher) == []


def test_an_entry_and_its_variants_count_once_for_min(tmp_path: Path) -> None:
    rule = a_rule(
        match={"text": {"any": ["欠薪", "停工"], "min": 2}},
        examples={"match": ["欠新又停工"], "no_match": ["欠薪，拖欠工资"]},
    )

    assert read(tmp_path, rule, variants={"欠薪": ["欠新", "拖欠工资"]}).faults == ()


def test_a_hostile_text_of_the_same_words_is_decided_at_once(tmp_path: Path) -> None:
    condition = {"text": {"near": [{"a": ["孩子"], "b": ["打人"], "within": 1}], "except": ["停打人"]}}
    rule = a_rule(match=condition, examples={"match": ["孩子打人"], "no_match": ["无"]})
    matcher = Matcher(read(tmp_path, rule).rules)

    def cpu_s(times: int) -> float:
        doc, began = a_doc("孩子啊啊停打人啊啊" * times), time.process_time()
        assert matched(doc, matcher) == []
        return time.process_time() - began

    short, long = (min(cpu_s(times) for _ in range(3)) for times in (4_000, 32_000))
    assert long < 24 * short, "eight times the text takes eight times as long, and not sixty-four"


# ── fields ──


@pytest.mark.parametrize(
    ("where", "hit"),
    [
        ({"engagement.share|gte": 800}, True),
        ({"engagement.share|gt": 800}, False),
        ({"engagement.like|gte": 1}, False),
        ({"engagement.like|gte|or_missing": 1}, True),
        ({"engagement.like|exists": False}, True),
        ({"source.class": "forum"}, True),
        ({"source.class": ["app", "forum"]}, True),
        ({"source.class|not_in": ["forum"]}, False),
        ({"watch|contains": "地铁"}, True),
        ({"watch|in": ["别的", "地铁"]}, True),
        ({"watch|not_in": ["地铁"]}, False),
        ({"text|startswith": "又"}, True),
        ({"text|endswith": ["了", "吗"]}, True),
        ({"text|re": "停.{0,2}水"}, True),
        ({"source.id|re": "^b+s$"}, True),
        ({"source.id|re": "^b$"}, False),
        ({"matter.harm|gte": "H2"}, True),
        ({"matter.needs_human": False}, True),
        ({"at|gte": "2026-03-10T12:00:00+08:00"}, True),
        ({"at|lt": "2026-03-10T12:00:00+08:00"}, False),
        ([{"kind": "article"}, {"source.class": "forum"}], True),
        ([{"kind": "article"}, {"source.class": "app"}], False),
    ],
)
@pytest.mark.parametrize("text", [None, {"any": ["停水"]}])
def test_a_comparison_decides_with_words_and_alone(tmp_path: Path, where: object, hit: bool, text: object) -> None:
    condition = {"where": where} | ({"text": text} if text else {})
    rule = a_rule(match=condition, examples={"match": ["又停水了"], "no_match": ["来水"]} if text else None)
    (sound,) = read(tmp_path, rule).rules

    assert bool(matched(a_doc("又停水了", share=800, watch=("地铁",), harm="H2"), Matcher([sound]))) is hit


# ── one bad value, many rules ──


def test_a_rule_that_fails_on_one_post_stops_no_other(tmp_path: Path) -> None:
    since = {"fetched_at|gte": "2026-01-01T00:00:00+08:00"}
    timed = a_rule(id="test.timed", match={"where": since}, examples=None)
    matcher = Matcher(read(tmp_path, timed, a_rule()).rules)
    naive = msgspec.structs.replace(a_doc().post, fetched_at=datetime(2026, 3, 10))  # noqa: DTZ001 # the trap

    assert matched(AnalysedPost(post=naive), matcher) == []
    assert [problem.rule for problem in matcher.problems] == ["test.timed", "test.rule"]
    assert matched(a_doc(), matcher) == ["test.timed", "test.rule"]
    assert matcher.problems == []


def test_a_rule_that_takes_too_long_is_set_aside_and_its_owner_named(tmp_path: Path) -> None:
    slow = a_rule(id="test.slow", match={"where": {"text|re": "停.*水"}}, examples=None, owner="水务")
    matcher = Matcher(read(tmp_path, slow, a_rule()).rules, budget=Budget(limit_s=-1.0, strikes=2))

    found = [matched(a_doc(), matcher) for _ in range(3)]

    assert found == [["test.slow", "test.rule"], ["test.slow", "test.rule"], ["test.rule"]]
    assert matcher.budget.aside == {"test.slow"}


@pytest.mark.parametrize("others", [1, 40])  # a layer more, or all built anew
def test_a_rule_that_was_set_aside_stays_so_until_it_is_changed_itself(tmp_path: Path, others: int) -> None:
    slow = a_rule(id="test.slow", match={"where": {"text|re": "停.*水"}}, examples=None)
    rules = [a_rule(id=f"test.rule{n}") for n in range(20)]
    more = [a_rule(id=f"test.more{n}") for n in range(others)]
    matcher = Matcher(read(tmp_path, slow, *rules).rules, budget=Budget(limit_s=-1.0, strikes=1))
    matched(a_doc(), matcher)

    around = matcher.changed(read(tmp_path, slow, *rules, *more).rules)
    itself = matcher.changed(read(tmp_path, {**slow, "name": "改过", "level": "red"}, *rules).rules)

    assert around.budget.aside == {"test.slow"}
    assert itself.budget.aside == set()
    assert "test.slow" in matched(a_doc(), itself)


# ── what a type asks for by itself ──

SIGNALS = {"诉": {"text": {"any": ["补偿"]}}, "冲": {"text": {"any": ["堵路"]}}, "险": {"text": {"any": ["受伤"]}}}
STEPS = {"match": None, "type": "sequence", "timeframe": "72h", "steps": ["诉", "冲"], "signals": SIGNALS,
         "level_if": [{"when": "signal['险']", "level": "red"}],
         "examples": {"match": ["堵路"], "no_match": ["受伤"]}}  # fmt: skip


PROOF = {"match": ["讨薪，CBD"], "no_match": ["无事"]}


def matches(doc: AnalysedPost, folder: Path, **changes: object) -> list[Match]:
    return Matcher(read(folder, a_rule(**changes)).rules).match([doc])


def test_a_step_makes_a_match_of_a_sequence_and_another_signal_does_not(tmp_path: Path) -> None:
    (step,) = matches(a_doc("堵路，有人受伤"), tmp_path, **STEPS)

    assert (step.signals, step.parts, step.hits) == (("冲", "险"), (), ("堵路",))
    assert matches(a_doc("有人受伤"), tmp_path, **STEPS) == []
    assert matches(a_doc("堵路"), tmp_path, **{**STEPS, "match": {"where": {"kind": "reply"}}}) == []


def test_a_deadline_is_told_which_of_its_parts_hold_and_a_post_without_its_key_is_none(tmp_path: Path) -> None:
    own = {"match": None, "type": "deadline", "key": "place.street", "within": "48h",
           "examples": {"match": ["已修复"], "no_match": [{"text": "停水", "kind": "reply"}]},
           "start": {"where": {"kind": "post"}}, "until": {"text": {"any": ["已修复"]}}}  # fmt: skip

    (start,) = matches(a_doc("停水", street="湖东街道"), tmp_path, **own)
    (both,) = matches(a_doc("已修复", street="湖东街道"), tmp_path, **own)

    assert (start.parts, start.group) == (("start",), ("湖东街道",))
    assert both.parts == ("start", "until")
    assert matches(a_doc("停水"), tmp_path, **own) == []


def test_a_percentage_hears_of_every_post_it_is_a_share_of(tmp_path: Path) -> None:
    own = {"match": {"text": {"any": ["停水"]}}, "type": "percentage", "timeframe": "1h", "gte": 30,
           "of": {"text": {"any": ["水", "电"]}}}  # fmt: skip

    assert [match.parts for match in matches(a_doc("停水"), tmp_path, **own)] == [("of", "match")]
    assert [match.parts for match in matches(a_doc("停电"), tmp_path, **own)] == [("of",)]
    assert matches(a_doc("停气"), tmp_path, **own) == []


def test_counts_that_moved_are_samples_for_growth_and_nothing_to_other_rules(tmp_path: Path) -> None:
    growth = a_rule(id="test.growth", type="growth", metric="engagement.share", delta=500, timeframe="30m")
    matcher = Matcher(read(tmp_path, growth, a_rule()).rules)
    first = a_doc(op=Op.OBSERVE)
    seen = msgspec.structs.replace(first.post, fetched_at=NOON + timedelta(minutes=5))
    later = AnalysedPost(post=seen)

    found = matcher.match([first, later, later])

    assert [match.rule for match in found] == ["test.growth"] * 3
    assert len({match.id for match in found}) == 2
    assert matched(a_doc(op=Op.DELETE), matcher) == []


def test_pinyin_that_is_part_of_a_longer_word_is_no_hit(tmp_path: Path) -> None:
    text = {"text": {"any": ["讨薪"], "pinyin": ["讨薪"]}}

    assert [bool(matches(a_doc(post), tmp_path, match=text, examples=PROOF)) for post in (
        "我们来讨xin", "taoxin三天了", "tao xin 三天了", "讨xinjiang的干果", "讨一个说法"
    )] == [True, True, True, False, False]  # fmt: skip


def test_an_exact_word_is_found_only_as_it_is_written(tmp_path: Path) -> None:
    text = {"text": {"any": ["CBD", "C++"], "exact": ["CBD", "C++"]}}

    assert [bool(matches(a_doc(post), tmp_path, match=text, examples=PROOF)) for post in (
        "新城CBD停电", "新城cbd停电", "新城C-B-D停电", "会写C++吗", "会写C吗"
    )] == [True, False, False, True, False]  # fmt: skip


# ── a book that changes ──


def test_a_changed_book_is_matched_as_if_it_had_been_built_anew(tmp_path: Path) -> None:
    words = "停水 断水 停电 断电 停气 漏水 漏气 噪音 积水 塌陷".split()
    rules = [
        a_rule(id=f"r.{n}", match={"text": {"any": [w]}}, examples={"match": [w], "no_match": ["无事"]})
        for n, w in enumerate(words)
    ]
    old = read(tmp_path, *rules)
    new = [*old.rules[1:4], replace(old.rules[4], condition=Condition(TextCondition(any=(("暖气",),)))), *old.rules[5:],
           replace(old.rules[0], id="r.new", condition=Condition(TextCondition(any=(("渣土",),))))]  # fmt: skip
    docs = [a_doc(word) for word in (*words, "暖气", "渣土", "无事")]
    before = Matcher(old.rules)

    after = before.changed(new)

    assert {(m.rule, m.id) for m in after.match(docs)} == {(m.rule, m.id) for m in Matcher(new).match(docs)}
    assert [m.rule for m in before.match(docs)] == [f"r.{n}" for n in range(10)]
    assert len(after.rules) == 10


# ── explanation ──


def test_an_explanation_says_what_hit_and_what_was_missing(tmp_path: Path) -> None:
    rule = a_rule(match={"text": {"any": ["停水"]}, "where": {"source.class|not_in": ["official"]}})
    matcher = Matcher(read(tmp_path, rule).rules)

    assert matcher.explain(a_doc("停水了"), "test.rule") == "匹配“测试”。命中：停水"
    assert "字段不符：source.class" in matcher.explain(a_doc("停水了", source_class=SourceClass.OFFICIAL), "test.rule")


# ── equal to the obvious way ──

_WORD = st.text(alphabet="停水断电a", min_size=1, max_size=3)
_WORDS = st.lists(_WORD, min_size=1, max_size=3, unique=True).map(tuple)
_GROUPS = st.lists(_WORDS, max_size=2).map(tuple)
_NEAR = st.builds(
    Near,
    a=_WORDS,
    b=_WORDS,
    within=st.integers(1, 5),
    ordered=st.booleans(),
    same=st.sampled_from(["sentence", "field"]),
)
_TEXT_CONDITION = st.builds(
    TextCondition,
    fields=st.sampled_from([("title", "text"), ("title",), ("text",)]),
    must=_GROUPS,
    any=_GROUPS,
    min=st.integers(1, 2),
    none=st.lists(_WORD, max_size=1).map(tuple),
    except_=st.lists(_WORD, max_size=2).map(tuple),
    near=st.lists(_NEAR, max_size=1).map(tuple),
)
_TEXT = st.text(alphabet="停水断电斷電aA。！\n *x了", max_size=30)


@given(conditions=st.lists(_TEXT_CONDITION, min_size=1, max_size=8), title=_TEXT, text=_TEXT)
@settings(max_examples=400, deadline=None)
def test_all_rules_at_once_say_the_same_as_each_rule_alone(
    conditions: list[TextCondition], title: str, text: str
) -> None:
    rules = [_rule(str(number), condition) for number, condition in enumerate(conditions)]

    expected = [rule.id for rule in rules if rule.condition.text and Naive(title, text).satisfies(rule.condition.text)]

    assert matched(a_doc(text, title=title), Matcher(rules)) == expected


def _rule(id: str, text: TextCondition) -> Rule:
    return replace(_MODEL, id=id, condition=Condition(text), signals={})


_MODEL = Rulebook.read().rules[0]


# ── a long article is asked about matter by matter ──


def an_article(*parts: tuple[str, str, str], title: str = "走笔", **more: object) -> AnalysedPost:
    """Return an article that tells of *parts*: the words of each, its topic and its street."""
    body, found = f"{title}\n", []
    for words, topic, street in parts:
        place = PlaceFinding(status=PlaceStatus.KNOWN, street=street)
        matter = MatterFinding(topic=topic, appeal_type="complaint", harm="H1")
        found.append(Part(start=len(body), end=len(body) + len(words), matter=matter, place=place))
        body += f"{words}风景很好。"
    doc = a_doc(body[len(title) + 1 :], title=title, topic=parts[0][1], harm="H1", **more)  # type: ignore[arg-type]
    return msgspec.structs.replace(doc, parts=tuple(found))


THREE = (
    ("电梯停用。", "housing", "湖东街道"),
    ("收费不公开。", "market", "文桥街道"),
    ("停水又停水。", "water", "湖东街道"),
)


def by_topic(folder: Path, **changes: object) -> Matcher:
    rule = a_rule(
        id="test.topic",
        match={"where": {"matter.harm": "H1"}},
        type="any",
        group_by=["matter.topic"],
        examples=None,
        **changes,
    )
    return Matcher(read(folder, rule).rules)


def test_each_matter_of_an_article_is_a_hit_of_its_own_that_shows_its_passage(tmp_path: Path) -> None:
    hits = by_topic(tmp_path).match([an_article(*THREE)])

    assert [(hit.group, hit.part) for hit in hits] == [
        (("housing",), "housing@湖东街道"), (("market",), "market@文桥街道"), (("water",), "water@湖东街道"),
    ]  # fmt: skip
    assert [hit.analysed.post.text for hit in hits] == ["电梯停用。", "收费不公开。", "停水又停水。"]
    assert len({hit.id for hit in hits}) == len({hit.counts_as for hit in hits}) == 3
    assert {hit.member for hit in hits} == {hits[0].analysed.post.id}


def test_in_one_group_an_article_counts_once(tmp_path: Path) -> None:
    twice = (*THREE, ("又收费不公开。", "market", "柳园镇"))
    assert [hit.group for hit in by_topic(tmp_path).match([an_article(*twice)])] == [
        ("housing",),
        ("market",),
        ("water",),
    ]


def both(folder: Path) -> Matcher:
    words = {"must": ["停水", "电梯"]}
    examples = {"match": ["停水，电梯也停"], "no_match": ["来水了"]}
    return Matcher(read(folder, a_rule(group_by=["place.street"], match={"text": words}, examples=examples)).rules)


def test_words_must_stand_in_one_passage_or_in_the_whole(tmp_path: Path) -> None:
    (hit,) = both(tmp_path).match([an_article(*THREE, street="柳园镇")])
    assert (hit.part, hit.group) == ("", ("柳园镇",)), "no passage has both, the whole has"
    (hit,) = both(tmp_path).match([an_article(("停水电梯停用。", "water", "湖东街道"), street="柳园镇")])
    assert hit.group == ("湖东街道",), "a passage that has them knows the place"


def test_a_rule_that_follows_a_post_is_asked_about_the_whole(tmp_path: Path) -> None:
    growth = a_rule(
        type="growth", metric="engagement.share", delta=500, timeframe="30m", group_by=["matter.topic"],
        match={"where": {"matter.harm": "H1"}}, examples=None,
    )  # fmt: skip
    (hit,) = Matcher(read(tmp_path, growth).rules).match([an_article(*THREE, share=3)])
    assert (hit.part, hit.group) == ("", ("housing",))


def test_the_title_belongs_to_no_passage(tmp_path: Path) -> None:
    title = read(tmp_path, a_rule(group_by=["place.street"])).rules
    hits = Matcher(title).match([an_article(*THREE[:2], title="停水了", street="柳园镇")])
    assert [(hit.part, hit.group) for hit in hits] == [("", ("柳园镇",))]


def test_of_a_press_article_no_more_than_an_excerpt_travels_on(tmp_path: Path) -> None:
    source = Source(id="paper", class_=SourceClass.NEWS_LOCAL)
    doc = a_doc("风景很好。" * 300 + "停水了。", title="走笔")
    doc = msgspec.structs.replace(doc, post=msgspec.structs.replace(doc.post, kind=Kind.ARTICLE, source=source))
    (hit,) = Matcher(read(tmp_path, a_rule()).rules).match([doc])
    assert hit.hits == ("停水",), "all of it is asked"
    assert hit.analysed == excerpted(doc)
    assert len(hit.analysed.post.text) <= 200
