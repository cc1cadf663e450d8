from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analyse.events import BLOCK, Events
from pipeline.model import (
    AnalysedPost,
    ClusterFinding,
    EventFinding,
    GateFinding,
    GateStatus,
    Kind,
    PlaceFinding,
    PlaceStatus,
)
from tests.build import an_analysed, minute

MIXER = (
    ("投诉翠柏澜庭旁边建搅拌站", "翠柏澜庭三期隔壁来了一座搅拌站，水泥车从早开到晚，窗台上全是灰。"),
    ("搅拌站离翠柏澜庭太近了", "我家住翠柏澜庭，夜里机器轰隆隆响，老人孩子都睡不成觉，请环保来测一测。"),
    ("翠柏澜庭业主请求搬走搅拌站", "粉尘和噪声已经影响到翠柏澜庭一千多户人家，盼望给个说法。"),
)
FEES = (
    ("枫溪里幼儿园乱收费", "枫溪里幼儿园这学期多收了两千块兴趣班的钱，不交就不让孩子进教室。"),
    ("枫溪里幼儿园强制报兴趣班", "请教育局查查枫溪里幼儿园，家长不报班就被老师点名。"),
)
OTHER = (("公交什么时候加班次", "早高峰等车要四十分钟，站台上挤满了上班的人，能不能多派几辆。"),)


def a_doc(name: str, said: tuple[str, str], **more: Any) -> AnalysedPost:
    title, text = said
    return an_analysed(name, text, title=title, street=None, kind=Kind.MESSAGE, **more)


def found(events: Events, docs: Sequence[AnalysedPost]) -> list[str | None]:
    return [one.id if one else None for one in events.analyse(docs)]


def test_one_matter_in_other_words_is_one_event_and_another_is_not() -> None:
    docs = [a_doc(f"p{n}", said) for n, said in enumerate([*MIXER, *FEES, *OTHER])]

    first, second, third, fee, more, bus = found(Events(), docs)

    assert first == second == third == docs[0].post.id
    assert fee == more == docs[3].post.id
    assert bus == docs[5].post.id


def test_where_the_gazetteer_finds_another_estate_it_is_another_event() -> None:
    def at(name: str, community: str) -> AnalysedPost:
        place = PlaceFinding(status=PlaceStatus.KNOWN, community=community)
        return msgspec.structs.replace(a_doc(name, ("请取缔麻将馆", f"{community}有一家麻将馆")), place=place)

    first, same, other = found(Events(), [at("a", "甲小区"), at("b", "甲小区"), at("c", "乙小区")])

    assert first == same != other


def test_a_post_without_a_title_joins_too() -> None:
    events = Events()
    first, *_ = found(events, [a_doc("a", MIXER[0])])

    assert found(events, [a_doc("b", ("", "翠柏澜庭的搅拌站又开工了，" + MIXER[1][1]))]) == [first]


def test_a_finding_says_how_a_post_came_in() -> None:
    first, second = Events().analyse([a_doc("a", MIXER[0]), a_doc("b", MIXER[1])])

    assert first and second
    assert (first.kind, second.kind) == ("first", "joined")
    assert 0 < second.similarity <= 1


def test_a_copy_joins_the_event_of_its_cluster_whatever_it_says() -> None:
    events = Events()
    first, *_ = found(events, [a_doc("a", MIXER[0])])
    copy = msgspec.structs.replace(a_doc("b", ("", "转发")), cluster=ClusterFinding(a_doc("a", MIXER[0]).post.id))

    assert found(events, [copy]) == [first]


def test_spam_and_chat_have_no_event_and_a_citizens_message_always_has() -> None:
    def gated(kind: Kind, status: GateStatus) -> AnalysedPost:
        doc = an_analysed(f"{kind}{status}", MIXER[0][1], kind=kind)
        return msgspec.structs.replace(doc, gate=GateFinding(status))

    docs = [
        gated(Kind.POST, GateStatus.SPAM),
        gated(Kind.POST, GateStatus.IRRELEVANT),
        gated(Kind.MESSAGE, GateStatus.SPAM),
        gated(Kind.MESSAGE, GateStatus.IRRELEVANT),
    ]

    assert [bool(one) for one in found(Events(), docs)] == [False, False, False, True]


def test_what_was_told_long_ago_is_told_anew() -> None:
    events = Events(span=timedelta(days=30))
    day = 24 * 60

    first, second, third = found(
        events,
        [
            a_doc("a", MIXER[0]),
            a_doc("b", MIXER[1], at=minute(29 * day)),
            a_doc("c", MIXER[2], at=minute(90 * day)),
        ],
    )

    assert first == second != third


def test_memory_holds_the_newest_only() -> None:
    events = Events(most=2)
    found(events, [a_doc("a", MIXER[0]), a_doc("b", FEES[0]), a_doc("c", OTHER[0])])

    assert found(events, [a_doc("d", MIXER[1])]) == [a_doc("d", MIXER[1]).post.id]


LETTERS = "翠柏澜庭枫溪里幼儿园搅拌站麻将馆烟囱"
SAID = st.tuples(st.text(LETTERS, max_size=12), st.text(LETTERS, max_size=30))


@given(st.lists(SAID, max_size=30), st.data())
def test_events_do_not_depend_on_batches_or_on_a_restart(said: list[tuple[str, str]], data: st.DataObject) -> None:
    docs = [a_doc(f"p{n}", one, at=minute(n)) for n, one in enumerate(said)]
    expected = Events().analyse(docs)
    cut = data.draw(st.integers(0, len(docs)))

    events, restarted = Events(), Events()
    halves = events.analyse(docs[:cut]) + events.analyse(docs[cut:])
    restarted.recall(
        msgspec.structs.replace(doc, event=one) for doc, one in zip(docs[:cut], expected[:cut], strict=True)
    )

    assert halves == expected
    assert restarted.analyse(docs[cut:]) == expected[cut:]


def test_a_long_stream_is_cut_anyhow_too() -> None:
    said = [(f"{a}{b}{c}小区", f"{a}{b}{c}停水{b}{a}{c}") for a in LETTERS for b in LETTERS[:6] for c in LETTERS[6:13]]
    docs = [a_doc(f"p{n}", one, at=minute(n)) for n, one in enumerate(said)]
    assert len(docs) > 2 * BLOCK
    sizes = (1, 7, 500)

    def cut(size: int) -> list[EventFinding | None]:
        events = Events()
        return [one for start in range(0, len(docs), size) for one in events.analyse(docs[start : start + size])]

    assert cut(sizes[0]) == cut(sizes[1]) == cut(sizes[2])
