from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.analyse.analyst import Analyst
from pipeline.directory import Directory
from pipeline.errors import Misconfigured
from pipeline.model import AnalysedPost, ClusterFinding, Op, PlaceFinding, PlaceStatus
from pipeline.settings import Analyse
from tests.build import a_post

TEXTS = [
    "锦湖里又停水了😡",
    "我叫王测试，物业乱收费",
    "",
    "😡",
    "刚刚青湖商场大火",
    "No water since 7pm",
    "سۇ يوق",
    "停\u200b水 了",
]


def test_a_post_gets_the_same_blocks_in_any_company(analyst: Analyst) -> None:
    posts = [a_post(f"p{number}", text) for number, text in enumerate(TEXTS)]
    together = analyst.analyse(posts)
    assert [analyst.analyse([post])[0] for post in posts] == together
    shuffled = random.Random(7).sample(posts, len(posts))
    assert sorted(analyst.analyse(shuffled), key=lambda doc: doc.post.id) == sorted(
        together, key=lambda doc: doc.post.id
    )


def test_no_raw_data_survive_in_any_block(analyst: Analyst) -> None:
    doc = analyst.analyse([a_post(text="我叫王测试，手机13800138000，停水了没人管", title="打13900139000")])[0]
    assert "王测试" not in repr(doc) and "13800138000" not in repr(doc) and "13900139000" not in repr(doc)
    assert doc.privacy and set(doc.privacy.classes) == {"CN_MOBILE", "PERSON_NAME"}


def test_what_intake_masked_keeps_its_classes(analyst: Analyst) -> None:
    doc = analyst.analyse([a_post(text="我家孩子[姓名]在青湖三小[班级]被打")])[0]
    assert doc.privacy and doc.privacy.minor and doc.privacy.sealed
    assert doc.privacy.classes == ("PERSON_NAME", "SCHOOL_CLASS")


def test_offsets_of_the_normal_form_are_those_of_the_body(analyst: Analyst) -> None:
    doc = analyst.analyse([a_post(text="錦湖裡停水", title="求助")])[0]
    assert doc.text and doc.text.normal == "求助\n锦湖里停水"
    assert "锦湖里" in doc.text.line.split(" ") and doc.text.lang == "zh"


def test_a_deletion_has_no_blocks_and_keeps_its_flags(analyst: Analyst) -> None:
    gone = a_post("p1", "", op=Op.DELETE, flags=("clock_suspect",))
    doc = analyst.analyse([a_post("p0"), gone])[1]
    assert (doc.post, doc.text, doc.matter, doc.flags) == (gone, None, None, ("clock_suspect",))


def test_a_person_in_despair_is_sealed(analyst: Analyst) -> None:
    doc = analyst.analyse([a_post(text="真的撑不下去了，今晚就从楼上跳下去")])[0]
    assert doc.privacy and doc.privacy.sealed


def test_the_language_is_told_from_the_script(analyst: Analyst) -> None:
    docs = analyst.analyse([a_post(text=text) for text in ("No water", "سۇ يوق", "WiFi坏了", "😡")])
    assert [doc.text.lang for doc in docs if doc.text] == ["en", "ug", "zh", "und"]


class Elsewhere:
    """Says of every post with text that it is not ours."""

    name = "place"
    needs: tuple[str, ...] = ("text",)

    def analyse(self, batch: Sequence[AnalysedPost]) -> list[PlaceFinding | None]:
        return [PlaceFinding(PlaceStatus.OUT_OF_TERRITORY) if doc.post.text else None for doc in batch]


class Ones:
    """A memory that knows one cluster."""

    def assign(self, batch: Sequence[AnalysedPost]) -> list[ClusterFinding]:
        return [ClusterFinding("one") for _ in batch]


def test_an_added_analyser_fills_its_block_and_clusters_are_asked() -> None:
    analyst = Analyst.open(Analyse(), Directory.read(), Ones(), [Elsewhere()])
    spoken, silent = analyst.analyse([a_post("p1", "青湖区停水"), a_post("p2", "", title="青湖区")])
    assert spoken.place and spoken.place.status is PlaceStatus.OUT_OF_TERRITORY
    assert silent.place and silent.place.status is PlaceStatus.KNOWN
    assert spoken.cluster == ClusterFinding("one")


def test_an_analyser_of_an_unknown_block_is_refused() -> None:
    wrong = Elsewhere()
    wrong.needs = ("mood",)
    with pytest.raises(Misconfigured):
        Analyst.open(Analyse(), Directory.read(), analysers=[wrong])


def test_an_analyser_of_clusters_is_refused_where_nobody_knows_them() -> None:
    early = Elsewhere()
    early.needs = ("text", "cluster")
    with pytest.raises(Misconfigured, match="cluster"):
        Analyst.open(Analyse(), Directory.read(), analysers=[early])
    Analyst.open(Analyse(), Directory.read(), Ones(), [early])


@settings(max_examples=50, deadline=None)
@given(title=st.text(max_size=20), text=st.text(max_size=60))
def test_any_text_is_understood_and_every_reason_lies_inside_it(analyst: Analyst, title: str, text: str) -> None:
    doc = analyst.analyse([a_post(text=text, title=title)])[0]
    assert doc.matter and doc.place and doc.gate
    for reason in (*doc.matter.why, *doc.place.why, *doc.gate.why):
        assert 0 <= reason.start < reason.end <= len(doc.body())


@pytest.mark.parametrize(
    "text",
    [
        "我家孩子8岁，在学校门口等车，路灯坏了",
        "停水第五天，感谢水厂让我们免费体验荒岛求生，五星好评",
        "The street lamp is broken",
        "سۇ يوق",
    ],
)
def test_children_irony_and_foreign_words_are_for_people_to_judge(analyst: Analyst, text: str) -> None:
    doc = analyst.analyse([a_post(text=text)])[0]
    assert doc.matter and doc.matter.needs_human


def test_a_plain_complaint_needs_no_human(analyst: Analyst) -> None:
    doc = analyst.analyse([a_post(text="路灯坏了半个月没人修")])[0]
    assert doc.matter and not doc.matter.needs_human


def test_feelings_are_explained_only_when_asked(analyst: Analyst) -> None:
    post = a_post(text="路灯坏了半个月，气死人了", title="锦湖里")
    (asked,) = Analyst.open(Analyse(), Directory.read(), explain=True).analyse([post])
    (plain,) = analyst.analyse([post])
    assert asked.sentiment and plain.sentiment and asked.sentiment.why and not plain.sentiment.why
    assert all(asked.body()[why.start : why.end] == why.cue for why in asked.sentiment.why)
    assert (asked.sentiment.label, asked.matter, asked.place) == (plain.sentiment.label, plain.matter, plain.place)


def test_an_emotion_is_told_only_where_the_settings_ask_for_it(analyst: Analyst) -> None:
    post = a_post(text="太开心了，今天真高兴")
    (plain,) = analyst.analyse([post])
    (asked,) = Analyst.open(Analyse(emotion=True), Directory.read()).analyse([post])
    assert plain.sentiment and plain.sentiment.emotion is None
    assert asked.sentiment and asked.sentiment.emotion == "happy"
