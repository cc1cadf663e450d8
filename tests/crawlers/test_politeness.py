from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from crawlers.politeness import PATIENCE_S, PublicResolver, Turns, _PublicOnly
from tests.crawlers.site import NOON, Clock


def test_requests_to_one_host_begin_a_gap_apart_and_other_hosts_do_not_wait() -> None:
    clock, began = Clock(NOON), list[tuple[str, datetime]]()

    async def sleep(seconds: float) -> None:
        clock.wait(seconds=seconds)

    async def story() -> None:
        turns = Turns(sleep)
        for host in ("a", "b", "a", "a"):
            async with turns.take(host, 10.0, clock) as wait_s:
                assert wait_s == 0.0
                began.append((host, clock.now))

    asyncio.run(story())
    assert [(host, (at - NOON).total_seconds()) for host, at in began] == [("a", 0), ("b", 0), ("a", 10), ("a", 20)]


def test_nobody_waits_an_hour_in_line() -> None:
    async def story() -> float:
        turns = Turns()
        async with turns.take("a", 3600.0, lambda: NOON):
            pass
        async with turns.take("a", 3600.0, lambda: NOON + timedelta(minutes=10)) as wait_s:
            return wait_s

    assert asyncio.run(story()) == 3000.0 > PATIENCE_S


@given(st.floats(0, 5000), st.floats(-1e9, 1e9))
def test_a_clock_that_is_set_makes_no_wait_longer_than_the_gap(gap_s: float, moved_s: float) -> None:
    turns = Turns()
    turns._last["a"] = NOON
    wait_s = turns.wait_s("a", gap_s, NOON + timedelta(seconds=moved_s))
    assert 0.0 <= wait_s <= gap_s


def test_a_name_that_leads_into_our_network_leads_nowhere() -> None:
    """The address that is judged is the one that is connected to, so a name cannot change its mind in between."""
    passed: list[str] = []
    receiver = SimpleNamespace(
        addressResolved=lambda address: passed.append(address.host),
        resolutionBegan=None,
        resolutionComplete=lambda: None,
    )
    refused: set[str] = set()
    ours = _PublicOnly(receiver, "rebind.example", refused)
    for host in ("10.0.0.5", "1.1.1.1", "::1"):
        ours.addressResolved(SimpleNamespace(host=host))
    assert passed == ["1.1.1.1"] and refused == {"rebind.example"}
    assert "rebind.example" not in PublicResolver.private
