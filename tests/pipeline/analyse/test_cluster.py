from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from itertools import permutations
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analyse.cluster import Clusters
from pipeline.analyse.keyform import forms
from pipeline.model import AnalysedPost, ClusterFinding, Thread
from pipeline.text.normal import normal
from tests.build import an_analysed, minute

LIFT = "望月湾7号楼的电梯停了两天，物业只贴了张通知，九十岁的老人下不了楼，轮椅也出不去。"
NOISE = "工地半夜还在打桩，窗户都在抖，孩子第二天要考试，打了热线也没有回音，请城管来管一管。"
SHORTER = "菜场门口的积水没人清，摊主只好垫砖头走"


def a_doc(name: str, text: str, street: str | None = None, **more: Any) -> AnalysedPost:
    return an_analysed(name, text, street=street, **more)


def clusters_of(texts: Sequence[str], batch: int = 100) -> list[ClusterFinding]:
    clusters = Clusters()
    docs = [a_doc(f"p{n}", text) for n, text in enumerate(texts)]
    return [found for start in range(0, len(docs), batch) for found in clusters.assign(docs[start : start + batch])]


def together(*texts: str) -> bool:
    return len({found.id for found in clusters_of(texts)}) == 1


@pytest.mark.parametrize(
    "copy",
    [
        LIFT.replace("，", " ").replace("。", "！！😡"),
        "望月灣7號樓的電梯停了兩天,物業只貼了張通知,九十歲的老人下不了樓,輪椅也出不去",
        "【转】" + LIFT + " 大家帮转",
        "//@邻居:" + LIFT,
        LIFT + " https://example.org/a?b=1 @青湖发布 [怒]",
        LIFT + " 顶",
        LIFT.replace("只贴了张通知", "就贴了张纸"),
        LIFT[:30],
        LIFT[20:],
        "轮椅也出不去，九十岁的老人下不了楼，望月湾7号楼的电梯停了两天，物业只贴了张通知。",
    ],
)
def test_a_copy_is_of_one_cluster_with_its_original(copy: str) -> None:
    assert together(LIFT, copy)
    assert together(copy, LIFT)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (LIFT, LIFT.replace("7号楼", "17号楼")),
        (LIFT, LIFT.replace("停了两天", "停了五天")),
        ("明晚通知：3月5日20时起望江社区停气检修，请关好阀门", "明晚通知：3月6日20时起望江社区停气检修，请关好阀门"),
        ("明晚通知：3月5日20时起望江社区停气检修，请关好阀门", "明晚通知：3月5日20时起临江社区停气检修，请关好阀门"),
        ("区图书馆简报第8期：周末讲座照常举行，欢迎大家到场", "区图书馆简报第9期：周末讲座照常举行，欢迎大家到场"),
        ("停车费从每小时4.5元涨了，小区业主都不同意", "停车费从每小时45元涨了，小区业主都不同意"),
        ("班车改到6:30发车了，司机师傅辛苦，大家相互转告一下", "班车改到6:50发车了，司机师傅辛苦，大家相互转告一下"),
        ("没气", "没水"),
        (LIFT, NOISE),
    ],
)
def test_another_number_date_or_place_is_another_matter(one: str, other: str) -> None:
    assert not together(one, other)


def test_a_place_known_only_to_the_gazetteer_keeps_apart() -> None:
    one, other = Clusters().assign([a_doc("a", NOISE, street="湖东街道"), a_doc("b", NOISE[3:], street="文桥街道")])

    assert one.id != other.id


def test_a_three_in_letters_is_a_three_in_digits() -> None:
    assert together(LIFT.replace("7号楼", "三号楼") + "真急人", LIFT.replace("7号楼", "3号楼"))


def test_kinds_say_how_a_post_joined() -> None:
    near = LIFT.replace("只贴了张通知", "就贴了张纸")

    found = clusters_of([LIFT, LIFT + "！", near, "【转】" + near])

    assert [one.kind for one in found] == ["first", "exact", "near", "repost"]
    assert found[2].similarity < 1.0


def test_a_repost_without_words_of_its_own_follows_its_original() -> None:
    original = a_doc("a", LIFT)
    repost = a_doc("b", "转发微博", thread=Thread(repost_of=original.post.id))
    orphan = a_doc("c", "转发微博", thread=Thread(repost_of="u5:elsewhere"))

    first, second, third = Clusters().assign([original, repost, orphan])

    assert (second.id, second.kind) == (first.id, "repost")
    assert third.id == orphan.post.id


def test_likeness_does_not_drift_from_member_to_member() -> None:
    words = "河边步道护栏松动灯也不亮晚上散步很怕摔跤希望尽快派人修一修顺便把垃圾桶补上谢谢".strip()
    steps = [words, "灯柱漆皮掉落" + words[6:], "灯柱漆皮掉落草地枯黄满是烟头" + words[14:]]
    steps.append("灯柱漆皮掉落草地枯黄满是烟头长椅断了一条腿没有人来看过" + words[27:])

    found = clusters_of(steps)

    assert found[1].id == found[0].id
    assert found[3].id != found[0].id


@pytest.mark.parametrize("order", list(permutations([LIFT, LIFT[:24], LIFT[20:]])))
def test_an_original_brings_its_pieces_together_also_when_it_comes_after_one(order: tuple[str, ...]) -> None:
    found = clusters_of(order)

    assert len({one.id for one in found}) == (2 if order[2] == LIFT else 1)  # what was given out is not taken back
    assert found[-1].kind == "near"


def test_of_two_that_fit_a_post_joins_the_earlier_in_event_time_whichever_came_first() -> None:
    early, late = a_doc("a", LIFT[:24], at=minute(0)), a_doc("b", LIFT[20:], at=minute(5))

    for order in ([early, late], [late, early]):
        *_, last = Clusters().assign([*order, a_doc("c", LIFT, at=minute(9))])
        assert last.id == early.post.id


def test_pictures_without_words_are_not_copies_of_each_other() -> None:
    assert not together("", " ")


def test_the_same_emoji_is_the_same_and_another_is_not() -> None:
    assert together("😡😡", "😡😡")
    assert not together("😡😡", "👍👍")


def test_what_was_said_days_ago_is_said_anew() -> None:
    clusters = Clusters(window=timedelta(hours=72))
    day = 24 * 60

    first, second, third = clusters.assign(
        [a_doc("a", LIFT), a_doc("b", LIFT, at=minute(3 * day)), a_doc("c", LIFT, at=minute(3 * day + 1))]
    )

    assert second.id == first.id
    assert third.kind == "first"


def test_a_post_seen_before_keeps_its_cluster_even_when_edited() -> None:
    clusters = Clusters()
    first, copy = clusters.assign([a_doc("a", LIFT), a_doc("b", LIFT[:-4])])

    assert clusters.assign([a_doc("b", LIFT[:-4]), a_doc("b", NOISE), a_doc("a", LIFT)]) == [copy, copy, first]


def test_a_mere_quotation_does_not_join_the_long_text_it_quotes() -> None:
    long = LIFT + NOISE + "，".join(f"附件{n}材料共{n}页已经上传" for n in "甲乙丙丁戊己庚辛壬癸")

    assert not together(long, LIFT)


def test_memory_holds_the_newest_only() -> None:
    clusters = Clusters(most=2)
    texts = [LIFT, NOISE, SHORTER]

    clusters.assign([a_doc(f"p{n}", text) for n, text in enumerate(texts)])
    again = clusters.assign([a_doc(f"q{n}", text) for n, text in enumerate(reversed(texts))])

    assert [found.kind for found in again] == ["exact", "near", "first"]  # an early copy is known by its words alone


@given(st.data())
def test_clusters_do_not_depend_on_batches_or_on_a_restart(data: st.DataObject) -> None:
    texts = data.draw(st.lists(st.sampled_from(_variants()), max_size=40))
    docs = [a_doc(f"p{n}", text, at=minute(n * 7)) for n, text in enumerate(texts)]
    expected = Clusters().assign(docs)
    cut = data.draw(st.integers(0, len(docs)))

    before = Clusters()
    halves = before.assign(docs[:cut]) + before.assign(docs[cut:])
    after = Clusters()
    after.recall(
        msgspec.structs.replace(doc, cluster=found) for doc, found in zip(docs[:cut], expected[:cut], strict=True)
    )

    assert halves == expected
    assert after.assign(docs[cut:]) == expected[cut:]
    assert after.assign(docs) == expected


def members(docs: Sequence[AnalysedPost]) -> set[frozenset[str]]:
    clusters: defaultdict[str, set[str]] = defaultdict(set)
    for doc, found in zip(docs, Clusters().assign(docs), strict=True):
        clusters[found.id].add(doc.post.id)
    return {frozenset(names) for names in clusters.values()}


PASSED_ON = ("{}", "【转】{}", "//@邻居:{}", "{} https://example.org/a?b=1", "{} 顶", "{}😡")


@given(st.data())
def test_reposts_are_together_in_whatever_order_three_workers_hand_them_on(data: st.DataObject) -> None:
    texts, forms_ = st.sampled_from((LIFT, NOISE, SHORTER)), st.sampled_from(PASSED_ON)
    said = data.draw(st.lists(st.tuples(texts, forms_, st.integers(0, 2)), max_size=40))
    docs = [a_doc(f"p{n}", form.format(text), at=minute(n)) for n, (text, form, _) in enumerate(said)]
    lines = [[doc for doc, (*_, worker) in zip(docs, said, strict=True) if worker == one] for one in range(3)]

    handed_on = [lines[worker].pop(0) for worker in data.draw(st.permutations([worker for *_, worker in said]))]

    assert members(handed_on) == members(docs)


def test_a_cluster_whose_first_post_is_forgotten_is_recalled_by_a_member() -> None:
    first, member = Clusters().assign([a_doc("a", LIFT), a_doc("b", LIFT[:-5])])
    clusters = Clusters()

    clusters.recall([msgspec.structs.replace(a_doc("b", LIFT[:-5]), cluster=member)])

    assert clusters.assign([a_doc("c", LIFT + "!")])[0].id == first.id


@given(st.lists(st.text(max_size=30), min_size=1, max_size=8))
def test_a_key_form_depends_on_its_own_text_only(texts: list[str]) -> None:
    normals = [normal(text) for text in texts]
    all_at_once = forms(normals)

    for place, text in enumerate(normals):
        alone = forms([text])
        assert alone.keys[0] == all_at_once.keys[place]
        assert alone.words[0] == all_at_once.words[place]
        assert [each[0].tolist() for each in alone.traces] == [each[place].tolist() for each in all_at_once.traces]


def test_edits_of_invented_complaints_are_found_and_others_are_not() -> None:
    rng = random.Random(5)
    originals = [_complaint(rng) for _ in range(300)]
    clusters = Clusters()
    firsts = clusters.assign([a_doc(f"o{n}", text) for n, text in enumerate(originals)])

    copies = clusters.assign([a_doc(f"c{n}", _edited(rng, text)) for n, text in enumerate(originals)])

    found = sum(copy.id == first.id for copy, first in zip(copies, firsts, strict=True))
    wrong = sum(copy.kind != "first" and copy.id != first.id for copy, first in zip(copies, firsts, strict=True))
    assert found >= 0.97 * len(originals)
    assert wrong <= 0.01 * len(originals)


def _variants() -> list[str]:
    kept = [LIFT, NOISE, SHORTER, "停水", "停水了", "", "😡"]
    return [*kept, *(text.replace("7号", "9号")[: len(text) - cut] + "转发" for text in kept for cut in (0, 3, 9))]


_SYLLABLES = (
    "山水云木石田竹松梅兰桂柳泉溪河海江湖雨雪霜风星月日光明清新安平和乐康宁福顺兴旺丰盛高远长春夏秋冬晨晚晴暖凉香"
)


def _complaint(rng: random.Random) -> str:
    """Return some hundred characters without numbers or names of places, alike in nothing."""
    return "，".join("".join(rng.choices(_SYLLABLES, k=rng.randint(5, 14))) for _ in range(8))


def _edited(rng: random.Random, text: str) -> str:
    letters = [rng.choice(_SYLLABLES) if rng.random() < 0.05 else letter for letter in text]
    cut = "".join(letters)[: round(len(text) * rng.choice((0.7, 1.0)))]
    return rng.choice(("【转】", "//@某人:", "")) + cut + rng.choice((" 求扩散", "😡", " http://example.org/x"))
