"""What is news: a post that came, a post that changed, a case that moved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from dashboards.console import posts
from dashboards.console.cases import CaseBoard
from dashboards.console.feed import News
from dashboards.console.watch import Watch
from pipeline.errors import Unavailable
from pipeline.model import Verb
from tests.build import NOON, minute
from tests.dashboards.console.district import District, a_doc, an_alert


def a_watch(district: District) -> Watch:
    return Watch(
        lambda since, most: posts.search(district.index, "*", since=since, most=most)[1],
        CaseBoard(district.desk).rows,
        lambda now: {"now": now},
    )


def names(news: Sequence[News]) -> list[str]:
    return [one.name for one in news]


def texts(news: Sequence[News]) -> list[str]:
    return [row.text for one in news if one.name == "posts" for row in one.body["rows"]]  # type: ignore[index] # ours


def test_the_first_look_tells_only_the_figures(district: District) -> None:
    district.say(a_doc("p1"))
    district.warn(an_alert())

    assert names(a_watch(district).look(NOON)) == ["overview"]


def test_a_new_post_is_told_once(district: District) -> None:
    watch = a_watch(district)
    watch.look(NOON)

    district.say(a_doc("p1", "停水了", at=minute(1)))

    assert texts(watch.look(minute(1))) == ["停水了"]
    assert texts(watch.look(minute(2))) == []


def test_an_edited_post_is_told_again(district: District) -> None:
    watch = a_watch(district)
    district.say(a_doc("p1", "停水了"))
    watch.look(NOON)

    district.say(a_doc("p1", "停水了，已经来水", fetched_at=minute(5)))

    assert texts(watch.look(minute(5))) == ["停水了，已经来水"]


def test_a_post_a_little_late_is_still_told(district: District) -> None:
    watch = a_watch(district)
    district.say(a_doc("p1", at=NOON))
    watch.look(NOON)

    district.say(a_doc("p2", "晚到的停水", at=NOON - timedelta(minutes=40), fetched_at=minute(1)))

    assert texts(watch.look(minute(1))) == ["晚到的停水"]


def test_a_case_is_told_when_it_opens_grows_and_is_acknowledged(district: District) -> None:
    watch = a_watch(district)
    watch.look(NOON)

    district.warn(an_alert())
    assert "cases" in names(watch.look(minute(1)))
    assert "cases" not in names(watch.look(minute(2)))

    (row,) = CaseBoard(district.desk).rows()
    district.desk.act(Verb.ACK, row.name, by="王敏", at=minute(3))
    district.settle()
    assert "cases" in names(watch.look(minute(3)))


@pytest.mark.parametrize("away", ["cases", "figures"])
def test_what_was_new_while_something_was_away_is_told_afterwards(district: District, away: str) -> None:
    parts: dict[str, Callable[..., Any]] = {
        "newest": lambda since, most: posts.search(district.index, "*", since=since, most=most)[1],
        "cases": CaseBoard(district.desk).rows,
        "figures": lambda now: {"now": now},
    }
    there = set(parts)

    def asked(name: str) -> Callable[..., Any]:
        def answer(*more: Any) -> Any:
            if name not in there:
                raise Unavailable(f"{name} is away")
            return parts[name](*more)

        return answer

    watch = Watch(asked("newest"), asked("cases"), asked("figures"))
    watch.look(NOON)
    district.say(a_doc("p1", "停水了", at=minute(1)))
    district.warn(an_alert())

    there.remove(away)
    with pytest.raises(Unavailable):
        watch.look(minute(1))
    there.add(away)

    assert names(watch.look(minute(2))) == ["posts", "cases", "overview"]


def test_figures_come_with_every_case_and_otherwise_every_two_seconds(district: District) -> None:
    watch = a_watch(district)
    watch.look(NOON)

    assert names(watch.look(NOON + timedelta(seconds=1))) == []
    assert names(watch.look(NOON + timedelta(seconds=2))) == ["overview"]
    district.warn(an_alert())
    assert names(watch.look(NOON + timedelta(seconds=2.1))) == ["cases", "overview"]
