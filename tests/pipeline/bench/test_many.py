from __future__ import annotations

import pytest

from pipeline.bench.contest import measure
from pipeline.bench.many import ManyRules

pytestmark = [pytest.mark.no_cover, pytest.mark.alone]


@pytest.mark.slow
def test_a_hundred_times_as_many_rules_cost_at_most_twice_as_much() -> None:
    assert measure(ManyRules(), 5).ratio < 2.0
