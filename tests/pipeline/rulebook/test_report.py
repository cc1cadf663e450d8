from __future__ import annotations

from pipeline.rulebook.report import Report


def test_a_warning_leaves_a_rule_sound_and_an_error_does_not() -> None:
    report = Report()
    report.warn("r:1:1", "W01", "单字", "one character")

    assert (report.errors, [fault.warning for fault in report.faults]) == (0, [True])

    report.error("r:3:1", "E05", "编号", "id")

    assert (report.errors, len(report.faults)) == (1, 2)


def test_what_is_like_nothing_is_not_guessed() -> None:
    report = Report()
    report.unknown("r:1:1", "E21", ("字段", "field"), "天气", ["place.street"])

    assert report.faults[0].zh == "没有“天气”这个字段"
