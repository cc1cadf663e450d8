from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Level
from pipeline.rulebook.report import Report
from pipeline.rulebook.source import Node
from pipeline.rulebook.values import flag, items, known_keys, level, moment, number, span, text, texts, whole
from tests.pipeline.rulebook.nodes import a_node, codes

Read = Callable[[Node, Report], object]


@pytest.mark.parametrize(
    ("read", "yaml", "value"),
    [
        (text, "停水", "停水"),
        (text, '"08:30"', "08:30"),
        (texts, "[停水, 停电]", ("停水", "停电")),
        (texts, "停水", ("停水",)),  # one is a list of one
        (whole, "-3", -3),
        (number, "0.5", 0.5),
        (flag, "yes", True),
        (flag, "off", False),
        (span, "1h30m", timedelta(minutes=90)),
        (span, "{hours: 1, minutes: 30}", timedelta(minutes=90)),
        (level, "红", Level.L1),
        (moment, '"2026-03-10T08:00:00+08:00"', datetime.fromisoformat("2026-03-10T00:00:00+00:00")),
    ],
)
def test_a_value_is_what_was_written(read: Read, yaml: str, value: object) -> None:
    report = Report()

    assert (read(a_node(yaml), report), report.faults) == (value, [])


@pytest.mark.parametrize(
    ("read", "yaml", "code"),
    [
        (text, "no", "E09"),  # YAML reads it as false
        (text, "{停水: 1}", "E03"),
        (texts, "{停水: 1}", "E03"),
        (whole, '"3"', "E23"),
        (whole, "3.0", "E03"),
        (whole, "0x10", "E03"),
        (number, '"0.5"', "E23"),
        (number, ".nan", "E03"),
        (number, "三", "E03"),
        (flag, '"true"', "E03"),
        (span, "10", "E31"),
        (span, "0s", "E31"),
        (span, "{fortnights: 1}", "E02"),
        (span, "{minutes: -5}", "E31"),
        (span, "[10m]", "E03"),
        (span, f"{'9' * 20}w", "E31"),  # longer than the world
        (level, "purple", "E06"),
        (moment, '"2026-03-10T08:00:00"', "E03"),  # eight o'clock where?
        (moment, "昨天", "E03"),
    ],
)
def test_what_does_not_fit_is_told_once_and_gives_nothing(read: Read, yaml: str, code: str) -> None:
    report = Report()

    assert not read(a_node(yaml), report)
    assert codes(report) == [code]


def test_what_is_left_out_is_no_fault() -> None:
    report = Report()

    assert [read(None, report) for read in (text, whole, flag, span, level)] == [None] * 5
    assert items(None, report) == ()
    assert report.faults == []


def test_nought_is_a_duration_where_waiting_is_optional() -> None:
    assert span(a_node("0s"), Report(), zero=True) == timedelta(0)


def test_a_full_width_colon_is_pointed_out_where_a_mapping_was_meant() -> None:
    report = Report()

    assert not known_keys(a_node("any：停水"), ("any",), report)
    assert "全角冒号" in report.faults[0].zh


def test_a_working_day_is_no_measure_here() -> None:
    report = Report()
    span(a_node("5wd"), report)

    assert "wd" in report.faults[0].zh


@given(st.integers(-(10**15) + 1, 10**15 - 1))
def test_whole_numbers_are_read_exactly(value: int) -> None:
    assert whole(Node("rules.yaml:1:1", "int", str(value)), Report()) == value
