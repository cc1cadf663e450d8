from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.pipeline.rulebook.rules import a_rule, read


def test_a_rule_takes_from_its_file_what_it_does_not_say_and_adds_to_the_words_excluded(tmp_path: Path) -> None:
    defaults = {"owner": "值班台", "level": "orange", "notify": {"route": "民生", "repeat_interval": "2h"},
                "match": {"text": {"none": ["演练"], "except": ["暂停水果"]}}}  # fmt: skip
    match = {"text": {"any": ["停水"], "none": ["招聘"]}}

    rule = read(tmp_path, a_rule(level=None, match=match, notify={"route": "应急"}), defaults=defaults).rules[0]

    assert (rule.level.colour, rule.manner.route, rule.manner.repeat_interval_s) == ("orange", "应急", 7200)
    assert rule.condition.text is not None
    assert (rule.condition.text.none, rule.condition.text.except_) == (("招聘", "演练"), ("暂停水果",))


def test_a_type_is_not_given_a_window_that_it_does_not_have(tmp_path: Path) -> None:
    defaults = {"owner": "值班台", "timeframe": "1h"}
    counted = a_rule(type="frequency", num_events=2)
    changing = a_rule(id="test.change", type="change", field="order.status")

    book = read(tmp_path, counted, changing, defaults=defaults)

    assert [rule.timeframe for rule in book.rules] == [timedelta(hours=1), timedelta(0)]
