"""Every panel asks the live servers and gets an answer; what a panel asks is what the spec says."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from dashboards.boards import ask
from dashboards.boards.documents import VIEWS
from dashboards.boards.spec import Board, Panel, shipped
from pipeline.index.elastic.gateway import Gateway
from tests.dashboards.boards.conftest import PREFIX
from tests.dashboards.boards.district import BEGINS, ENDS

SINCE, UNTIL = BEGINS - timedelta(days=4), ENDS + timedelta(hours=1)
PANELS = [(board, panel) for board in shipped().boards for panel in board.panels if panel.kind != "words"]


def answered(gateway: Gateway, panel: Panel, since: datetime = SINCE) -> dict[str, object]:
    body = ask.body(panel, since, UNTIL, "Asia/Shanghai")
    return gateway.search(VIEWS[panel.view].pattern(PREFIX), body)


@pytest.mark.parametrize(("board", "panel"), PANELS, ids=[f"{board.key}.{panel.id}" for board, panel in PANELS])
def test_every_panel_finds_something_in_a_district_that_lived(filled: Gateway, board: Board, panel: Panel) -> None:
    answer = answered(filled, panel)

    found = ask.hits(answer) if panel.kind == "list" else ask.rows(panel, answer)
    assert found, "no buckets"
    if panel.kind not in ("list", "metric"):
        assert any(number is not None for row in ask.rows(panel, answer) for number in row.numbers)


def a_panel(key: str, id_: str) -> Panel:
    return next(panel for panel in shipped().board(key).panels if panel.id == id_)


def test_a_metric_is_one_number_and_a_table_has_a_key_for_each_split(filled: Gateway) -> None:
    posts, hot = a_panel("overview-staff", "posts"), a_panel("overview-staff", "hot")

    ((number,),) = (row.numbers for row in ask.rows(posts, answered(filled, posts)))
    rows = ask.rows(hot, answered(filled, hot))

    assert number is not None and number > 500
    assert {(len(row.keys), len(row.numbers)) for row in rows} == {(2, 3)}
    assert rows[0].numbers[0] == max(row.numbers[0] or 0 for row in rows)


def test_sealed_texts_are_in_no_list(filled: Gateway) -> None:
    newest = a_panel("overview-staff", "newest")

    found = ask.hits(answered(filled, newest))

    assert 0 < len(found) <= 50
    assert not any(post.get("privacy.sealed") or post.get("privacy.minor") for post in found)


def test_a_short_span_is_drawn_by_the_hour() -> None:
    volume = a_panel("overview-staff", "volume")
    steps = [
        ask.body(volume, ENDS - span, ENDS, "Asia/Shanghai")["aggs"]["s1"]["date_histogram"]["calendar_interval"]
        for span in (timedelta(days=1), timedelta(days=7))
    ]

    assert steps == ["1h", "1d"]


def test_an_empty_percentile_is_no_number() -> None:
    took = a_panel("cases-staff", "took")
    answer = {"hits": {"total": {"value": 0}}, "aggregations": {"m0": {"values": {"50.0": None}}}}

    assert ask.rows(took, answer)[0].numbers == (None,)
