from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.app.replay import Options, _delivery_order, _earliest_to_come
from pipeline.errors import Misconfigured
from tests.build import NOON, a_post, minute
from tests.flow.telling import clock, heard, said

minutes = st.lists(st.integers(0, 5000), max_size=30)


def posts_at(times: Sequence[int]) -> list[object]:
    return [a_post(f"p{n}", fetched_at=minute(at)) for n, at in enumerate(sorted(times))]


@given(minutes, st.one_of(st.none(), st.integers(0, 99)), st.booleans())
def test_every_post_is_delivered_once_or_twice_and_never_displaced_by_more_than_a_day(
    times: list[int], shuffle: int | None, twice: bool
) -> None:
    posts = posts_at(times)
    order = _delivery_order(posts, Options(shuffle=shuffle, twice=twice))  # type: ignore[arg-type] # posts
    assert sorted(post.id for post in order) == sorted(post.id for post in posts for _ in range(1 + twice))  # type: ignore[attr-defined]
    for place, post in enumerate(order):
        assert all(post.fetched_at - later.fetched_at < timedelta(days=1) for later in order[place:])
    if shuffle is None and not twice:
        assert order == posts


@given(minutes, st.integers(0, 99))
def test_the_horizon_never_passes_what_is_still_to_come(times: list[int], seed: int) -> None:
    order = _delivery_order(posts_at(times), Options(shuffle=seed))  # type: ignore[arg-type] # posts
    horizon = _earliest_to_come(order)
    assert len(horizon) == len(order)
    assert all(at == min(post.fetched_at for post in order[place:]) for place, at in enumerate(horizon))
    assert horizon == sorted(horizon)


def test_progress_is_told_to_the_end_and_an_empty_recording_says_nothing(tmp_path: Path) -> None:
    assert heard(tmp_path, []) == []
    from pipeline.app.replay import replay
    from pipeline.settings import Settings
    from tests.flow.telling import recorded

    told: list[tuple[int, int]] = []
    file = recorded(tmp_path, [said("天气好", n, f"u{n}") for n in range(5)])
    assert list(replay([file], Settings(), Options(batch=2), lambda done, of: told.append((done, of)))) == []
    assert told == [(2, 5), (4, 5), (5, 5)]


def test_the_last_alarm_of_a_recording_is_still_said(tmp_path: Path) -> None:
    (line,) = heard(tmp_path, [said(f"湖东停水{n}", 60 * n, f"u{n}") for n in range(10)])
    assert clock(line) == "19:11:30", "half a minute after the last post, as the rule asks"


def test_rules_without_one_that_holds_are_refused(tmp_path: Path) -> None:
    (tmp_path / "none.yaml").write_text("schema: yuqing-rule/v1\nrules: []\n", encoding="utf-8")
    with pytest.raises(Misconfigured):
        heard(tmp_path, [said("停水")], rules=[tmp_path / "none.yaml"])


def test_times_are_printed_in_the_zone_of_the_desk(tmp_path: Path) -> None:
    (line,) = heard(tmp_path, [said("柳园新村7号楼楼道煤气味特别大，头晕")])
    assert line.at.endswith("+08:00")
    assert NOON.utcoffset() == timedelta(0)
