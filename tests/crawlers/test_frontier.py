from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from crawlers import Outcome
from crawlers.frontier import Coverage, Frontier
from crawlers.pace import Standing
from pipeline.errors import Unavailable

NOW = datetime(2026, 5, 12, 4, 0, 0, 123456, tzinfo=UTC)
DAY = date(2026, 5, 12)
STANDING = Standing(
    id="bbs", cursor='{"etag":"x"}', outcome=Outcome.BLOCKED, problem="被拦住", warnings=("bozo", "charset"), fails=3,
    next_due=NOW + timedelta(hours=24), interval=timedelta(minutes=7.5), visited_at=NOW, good_at=None,
    last_news_at=NOW - timedelta(days=1), fingerprint="f",
)  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "frontier.db"


@pytest.fixture
def frontier(path: Path) -> Iterator[Frontier]:
    frontier = Frontier(path)
    yield frontier
    frontier.close()


def test_where_a_source_stood_is_where_it_stands_after_a_restart(frontier: Frontier, path: Path) -> None:
    frontier.record(STANDING)
    again = Frontier(path)
    assert again.standing("bbs") == STANDING and again.standings() == [STANDING]
    again.close()


def test_a_source_nobody_visited_is_due_at_once(frontier: Frontier) -> None:
    assert frontier.standing("new") == Standing(id="new") and frontier.standing("new").due(NOW)
    assert frontier.standings() == []


def test_minutes_add_up_per_source_and_day(frontier: Frontier) -> None:
    frontier.record(STANDING, [(DAY, 10.0, 15.0), (DAY + timedelta(days=1), 5.0, 5.0)])
    frontier.record(STANDING, [(DAY, 20.0, 30.0)])
    assert frontier.coverage("bbs", DAY) == Coverage(30.0, 45.0)
    assert frontier.coverage("other", DAY) == Coverage()


def test_standing_and_minutes_are_kept_both_or_neither(frontier: Frontier, path: Path) -> None:
    frontier.record(STANDING)
    reader = Frontier(path)
    try:
        broken = [(DAY, 1.0, 1.0), (DAY, "no number", 1.0)]
        with pytest.raises(Exception, match="cannot store TEXT"):
            frontier.record(Standing(id="bbs", cursor="newer"), broken)  # type: ignore[arg-type]  # that is the point
        assert reader.standing("bbs") == STANDING and reader.coverage("bbs", DAY) == Coverage()
    finally:
        reader.close()


def test_whatever_is_asked_of_a_file_that_is_in_no_state_to_answer_is_asked_again(
    frontier: Frontier, path: Path
) -> None:
    with closing(sqlite3.connect(path)) as somebody:
        somebody.executescript("drop table source; drop table coverage;")

    asks: list[Callable[[], object]] = [
        frontier.standings,
        lambda: frontier.standing("bbs"),
        lambda: frontier.coverage("bbs", DAY),
    ]
    for ask in asks:
        with pytest.raises(Unavailable):
            ask()
