"""The specs of the types, as they are read from rule files."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pipeline.model import Level
from pipeline.rulebook.rule import (
    Cardinality,
    Change,
    Clock,
    Deadline,
    DueStage,
    Expect,
    Flatline,
    Growth,
    NewTerm,
    Percentage,
    Reference,
    Rule,
    Sequence,
    SilenceStage,
    Spike,
)
from tests.pipeline.rulebook.rules import a_rule, codes, read

HOUR = timedelta(hours=1)


def test_each_type_reads_its_own_keys(tmp_path: Path) -> None:
    assert _spec(tmp_path, type="cardinality", timeframe="1h", field="place.street", gte=3) == Cardinality(
        "place.street", 3
    )
    assert _spec(tmp_path, type="new_term", field="place.site", lookback="14d") == NewTerm(
        "place.site", timedelta(days=14)
    )
    assert _spec(tmp_path, type="change", field="order.status", ignore_null=False) == Change("order.status", False)
    assert _spec(tmp_path, type="growth", timeframe="30m", metric="engagement.share", delta=500) == Growth(
        "engagement.share", 500
    )


def test_a_spike_is_measured_against_the_window_before_unless_it_says_otherwise(tmp_path: Path) -> None:
    own = {"type": "spike", "timeframe": "1h", "spike_height": 3, "threshold_cur": 20}

    assert _spec(tmp_path, **own) == Spike(3, 20)
    assert _spec(tmp_path, **own, reference={"mode": "same_period", "days": 5, "agg": "max"}) == Spike(
        3, 20, reference=Reference("same_period", 5, "max")
    )


def test_a_percentage_knows_what_it_is_a_share_of(tmp_path: Path) -> None:
    whole = {"match": {"where": {"kind": "post"}}}

    spec = _spec(tmp_path, type="percentage", timeframe="1h", of=whole, gte=30)

    assert isinstance(spec, Percentage)
    assert (spec.of.where[0][0].value, spec.gte, spec.min_denominator) == ("post", 30, 20)


def test_our_own_accounts_are_told_apart_by_who_writes_and_nobody_else_is(tmp_path: Path) -> None:
    own = {"type": "flatline", "timeframe": "14d", "group_by": ["author.key"], "level": "blue",
           "stages": [{"after": "5wd", "level": "blue"}, {"after": "14d", "level": "yellow"}]}  # fmt: skip

    rule = _rule(tmp_path, **own, expect={"from": "directory.accounts", "key": "id", "exempt": ["closed"]})

    assert rule.group_by == ("account.id",)
    assert rule.spec == Flatline(
        Clock(timedelta(days=14)),
        Expect("directory.accounts", "id", ("closed",)),
        stages=(SilenceStage(Clock(workdays=5), Level.L4), SilenceStage(Clock(timedelta(days=14)), Level.L3)),
    )
    assert "E39" in codes(read(tmp_path, a_rule(**own, expect={"from": "sources"})))
    assert "P-01" in codes(read(tmp_path, a_rule(group_by=["author.key"])))


def test_a_sequence_and_a_deadline_need_no_match(tmp_path: Path) -> None:
    signals = {"诉": {"text": {"any": ["补偿"]}}, "冲": {"text": {"any": ["堵路"]}}}
    whole = {"where": {"kind": "workorder"}}, {"where": {"kind": "answer"}}

    sequence = _rule(tmp_path, match=None, type="sequence", timeframe="72h", signals=signals, steps=["诉", "冲"],
                     examples={"match": ["没有补偿", "堵路"], "no_match": ["停水了"]})  # fmt: skip
    deadline = _rule(tmp_path, match=None, type="deadline", key="order.id", start=whole[0], until=whole[1],
                     within="5wd", stages=[{"at": "50%", "level": "blue"}, {"at": "100%", "level": "orange"}],
                     group_by="place.street", examples=None)  # fmt: skip

    assert sequence.spec == Sequence(("诉", "冲"))
    assert isinstance(deadline.spec, Deadline)
    assert (deadline.spec.within, deadline.group_by) == (Clock(workdays=5), ("order.id", "place.street"))
    assert deadline.spec.stages == (DueStage(0.5, Level.L4), DueStage(1.0, Level.L2))


def _spec(folder: Path, **changes: object) -> object:
    return _rule(folder, **changes).spec


def _rule(folder: Path, **changes: object) -> Rule:
    book = read(folder, a_rule(**changes))
    assert book.errors == ()
    return book.rules[0]
