"""The files that the guides show are run here, the way a reader would run them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from crawlers import Outcome
from crawlers.push import push_sources
from crawlers.sources import open_sources
from docs.examples.counter import Counter
from pipeline import settings
from pipeline.app.replay import replay
from pipeline.notify import open_receivers
from pipeline.rulebook import Rulebook, run_examples
from tests.build import NOON

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
LAMPS = EXAMPLES / "street-lamps.yaml"


def test_the_rule_that_the_guide_shows_is_sound_and_its_examples_hold() -> None:
    book = Rulebook.read([LAMPS])

    assert book.faults == ()
    assert len(book.rules) == 1
    assert all(result.passed for result in run_examples(book.rules))


def test_the_recording_raises_one_alert_when_the_third_person_speaks() -> None:
    said = list(replay([EXAMPLES / "street-lamps.jsonl"], settings.Settings(rules=[LAMPS])))

    assert [(line.reason, line.level, line.group, line.count) for line in said] == [("first", "blue", ("湖东街道",), 3)]
    assert said[0].active_at.startswith("2026-03-09T21:02")
    assert said[0].at.startswith("2026-03-09T21:07")
    assert "city" in said[0].units


def test_the_settings_that_the_guide_shows_open(tmp_path: Path) -> None:
    shown = settings.read(EXAMPLES / "yuqing.toml", environ={})
    sources = open_sources(shown.sources, zone=shown.timezone, home=tmp_path)
    receivers = open_receivers(shown.receivers, tmp_path)

    assert [source.card.connector for source in sources] == ["feed", "push"]
    assert sources[0].card.every == timedelta(minutes=10)
    assert list(push_sources(sources, {"QH_APP_SECRET": "a secret of this test"})) == ["qh-app"]
    assert receivers["城管群"].routes == ("城管",)
    assert shown.rules == [LAMPS]


@pytest.fixture
def counter(tmp_path: Path) -> Counter:
    return Counter(file=tmp_path / "counter.txt")


def test_the_connector_that_the_guide_shows_brings_each_message_once(counter: Counter) -> None:
    counter.file.write_text("1\t2026-03-10T11:00:00+08:00\t锦湖里停水\n", encoding="utf-8")
    first = counter.fetch("", NOON)
    with counter.file.open("a", encoding="utf-8") as file:
        file.write("2\t2026-03-10T11:30:00+08:00\t文桥路灯不亮\t谢谢\n")
    second = counter.fetch(first.cursor, NOON)

    assert [post.native_id for post in first.posts] == ["1"]
    assert [(post.native_id, post.text) for post in second.posts] == [("2", "文桥路灯不亮\t谢谢")]
    assert second.posts[0].published.at == NOON - timedelta(minutes=30)
    assert counter.fetch(second.cursor, NOON).outcome is Outcome.QUIET


def test_a_counter_that_is_not_there_is_told_and_keeps_its_place(counter: Counter) -> None:
    visit = counter.fetch("7", NOON)

    assert visit.outcome is Outcome.FAILED
    assert visit.cursor == "7"
    assert "counter.txt" in visit.problem


def test_a_line_that_is_still_being_written_waits_and_a_wrong_one_is_told(counter: Counter) -> None:
    counter.file.write_text("1\t2026-03-10T11:00:00+08:00\t锦湖里停水\n2\t2026-03-", encoding="utf-8")
    first = counter.fetch("", NOON)
    counter.file.write_text("1\t2026-03-10T11:00:00+08:00\t锦湖里停水\n没有编号\n", encoding="utf-8")
    second = counter.fetch(first.cursor, NOON)

    assert ([post.native_id for post in first.posts], first.cursor) == (["1"], "1")
    assert (second.outcome, second.cursor) == (Outcome.FAILED, "1")
    assert "counter.txt" in second.problem
