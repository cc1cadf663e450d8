from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from dashboards.console.cases import Act
from dashboards.console.questions import (
    GROUPS,
    LARGEST_BODY,
    LONGEST_QUERY,
    PAGE_MOST,
    body,
    group,
    moment,
    most,
    query,
    span,
)
from pipeline.errors import Misconfigured
from pipeline.index import STEPS

Ask = Callable[[Request], object]


def asking(*pieces: bytes, **params: str) -> Request:
    async def receive() -> dict[str, object]:
        piece, *rest = waiting or [b""]
        waiting[:] = rest
        return {"type": "http.request", "body": piece, "more_body": bool(rest)}

    waiting = list(pieces)
    scope = {"type": "http", "method": "POST", "headers": [], "query_string": urlencode(params).encode()}
    return Request(scope, receive)


def ten(request: Request) -> int:
    return most(request, 10)


def test_who_asks_nothing_gets_the_usual() -> None:
    assert (query(asking()), ten(asking()), span(asking()), group(""), moment("", "since")) == ("", 10, "24h", "", None)


@pytest.mark.parametrize(
    ("ask", "params"),
    [
        (query, {"q": "停" * (LONGEST_QUERY + 1)}),
        (ten, {"most": "0"}),
        (ten, {"most": str(PAGE_MOST + 1)}),
        (ten, {"most": "-1"}),
        (ten, {"most": "1.5"}),
        (ten, {"most": "9" * 5000}),  # more digits than a number may be read from
        (ten, {"most": ""}),
        (span, {"range": "24H"}),
    ],
)
def test_a_senseless_question_names_its_parameter(ask: Ask, params: dict[str, str]) -> None:
    with pytest.raises(Misconfigured) as caught:
        ask(asking(**params))

    assert caught.value.faults[0].place == next(iter(params))


@given(st.text(max_size=12))
def test_any_text_is_a_number_in_bounds_or_wrong(text: str) -> None:
    try:
        assert 1 <= ten(asking(most=text)) <= PAGE_MOST
    except Misconfigured:
        assert not (text.isascii() and text.isdecimal() and len(text) <= 2 and int(text))


def test_posts_are_counted_by_matters_and_places_and_never_by_people() -> None:
    assert {"matter.topic", "place.street", "source.class", *STEPS} <= GROUPS
    assert not [name for name in GROUPS if name.startswith(("author", "account", "thread", "engagement"))]
    with pytest.raises(Misconfigured):
        group("author.key")


def test_a_time_without_a_zone_is_utc_and_one_with_keeps_its_moment() -> None:
    noon = datetime(2026, 3, 10, 4, tzinfo=UTC)

    assert moment("2026-03-10T04:00:00", "since") == moment("2026-03-10T12:00:00+08:00", "since") == noon


@pytest.mark.parametrize("text", ["noon", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_time_that_is_none_or_beyond_all_calendars_is_refused(text: str) -> None:
    with pytest.raises(Misconfigured, match="since"):
        moment(text, "since")


def test_a_body_is_read_piece_by_piece_and_no_further_than_it_may_be() -> None:
    act = asyncio.run(body(asking(b'{"by": "', "王".encode()[:1], "王".encode()[1:], b'"}'), Act))
    assert act.by == "王"

    endless = asking(b"x" * LARGEST_BODY, b"x", b"never read")
    with pytest.raises(Misconfigured, match="太长"):
        asyncio.run(body(endless, Act))


@pytest.mark.parametrize("raw", [b"", b"[]", b'{"by": "\xff"}', b'{"by": 1}'])
def test_a_body_that_is_no_act_is_explained(raw: bytes) -> None:
    with pytest.raises(Misconfigured, match="读不懂"):
        asyncio.run(body(asking(raw), Act))
