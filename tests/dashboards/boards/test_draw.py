from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest

from dashboards.boards.ask import Row
from dashboards.boards.draw import drawn, listed, number
from dashboards.boards.spec import Panel
from tests.dashboards.boards.district import ZONE

DAY = "2026-03-10T00:00:00.000+08:00"
HOUR = "2026-03-10T13:00:00.000+08:00"


def a_panel(kind: str, *splits: dict[str, Any], **more: Any) -> Panel:
    return Panel.model_validate(
        {"id": "panel", "kind": kind, "title": ["图", "Chart"], "view": "posts", "split": list(splits),
         "grid": [0, 0, 24, 10]} | more
    )  # fmt: skip


def shown(panel: Panel, *rows: Row) -> str:
    picture = drawn(panel, rows, 600, 220, ZONE)
    ElementTree.fromstring(f"<div>{picture}</div>")  # it is well-formed, whatever people wrote
    return picture


TOPIC, LABEL, TIME = {"field": "matter.topic"}, {"field": "sentiment.label"}, {"time": "day"}


@pytest.mark.parametrize(
    ("kind", "splits", "keys"),
    [
        ("bar", (TIME, LABEL), [(DAY, "neg"), (DAY, "pos"), (HOUR, "neg")]),
        ("bar", (TIME,), [(DAY,), (HOUR,)]),
        ("line", (TIME, LABEL), [(DAY, "neg"), (HOUR, "neg")]),
        ("line", (TIME,), [(DAY,)]),
        ("rows", (TOPIC, LABEL), [("water", "neg"), ("water", "pos"), ("gas", "neg")]),
        ("rows", (TOPIC,), [("water",), ("gas",)]),
        ("pie", (TOPIC,), [("water",), ("gas",)]),
        ("cloud", (TOPIC,), [("water",), ("gas",)]),
        ("table", (TOPIC, LABEL), [("water", "neg"), ("gas", "pos")]),
        ("heatmap", (TIME, TOPIC), [(DAY, "water"), (HOUR, "gas")]),
    ],
)
def test_each_kind_of_panel_is_drawn_in_words_for_people(
    kind: str, splits: tuple[dict[str, Any], ...], keys: list[tuple[str, ...]]
) -> None:
    picture = shown(a_panel(kind, *splits), *(Row(key, (float(n + 3),)) for n, key in enumerate(keys)))

    if TOPIC in splits:
        assert "供水" in picture
    if TIME in splits:
        assert "03-10" in picture
    assert "water" not in picture


def test_levels_and_feelings_have_their_own_colours() -> None:
    picture = shown(a_panel("bar", TIME, LABEL), Row((DAY, "neg"), (3.0,)), Row((DAY, "pos"), (2.0,)))

    assert "#d2556b" in picture
    assert "#3b9d8b" in picture


def test_nothing_found_is_said() -> None:
    assert "没有数据" in shown(a_panel("pie", TOPIC))
    assert "没有数据" in listed(a_panel("list", columns=["text"]), [], ZONE)


def test_a_metric_shows_lengths_of_time_as_people_say_them() -> None:
    measure = [{"what": "percentile", "field": "ack.took", "at": 50, "label": ["中位数", "Median"]}]

    assert "23.4 分" in shown(a_panel("metric", view="cases", measure=measure), Row((), (1406.0,)))


@pytest.mark.parametrize(("value", "words"), [(None, "–"), (1574.0, "1,574"), (0.5931, "0.59")])
def test_numbers_are_short(value: float | None, words: str) -> None:
    assert number(value) == words


def test_seconds_find_their_unit() -> None:
    assert [number(n, seconds=True) for n in (40.0, 90.0, 7200.0, 172800.0)] == [
        "40 秒",
        "1.5 分",
        "2.0 小时",
        "2.0 天",
    ]


def test_a_sum_of_untold_numbers_is_untold_and_not_nought() -> None:
    measure = [
        {"what": "sum", "field": "n", "label": ["件", "n"]},
        {"what": "sum", "field": "withheld", "label": ["不公布", "w"]},
    ]
    panel = a_panel("metric", view="board", measure=measure)

    assert "—" in shown(panel, Row((), (0.0, 2.0)))
    assert "—" not in shown(panel, Row((), (0.0, 0.0)))


def test_a_list_shows_words_links_and_times_and_runs_nothing() -> None:
    panel = a_panel("list", view="cases", columns=["name", "level", "title", "open", "places", "ack.took", "outcome"])
    case = {"@timestamp": "2026-03-10T04:00:00Z", "name": "C-3F7KQ", "level": "L2", "title": "<script>", "open": True,
            "places": ["湖东街道", "锦湖里"], "ack": {"took": 90.0}}  # fmt: skip

    table = listed(panel, [case], ZONE)

    for words in (
        "03-10 12:00",
        '<span class="link">C-3F7KQ',
        "L2 橙",
        "&lt;script&gt;",
        "是",
        "湖东街道、锦湖里",
        "1.5 分",
        "–",
    ):
        assert words in table


def test_what_people_wrote_is_text() -> None:
    assert "<b>" not in shown(a_panel("cloud", {"field": "place.community"}), Row(("<b>&",), (1.0,)))
