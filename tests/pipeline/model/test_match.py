"""Hits: which are the same, and which must stay in order."""

from __future__ import annotations

from pipeline.model import MISSING, match_id
from tests.build import a_match, minute


def test_hits_of_one_rule_and_group_stay_in_order_whoever_wrote_them() -> None:
    here = a_match("p1", author="u1")
    same = a_match("p2", author="u2", at=minute(5))

    assert here.key == same.key
    assert len({here.key, a_match(rule="water.quality").key, a_match(group=("文桥街道",)).key}) == 3


def test_a_missing_group_value_is_a_group_and_none_at_all_another() -> None:
    keys = {a_match(group=group).key for group in ((), ("",), (MISSING,), (MISSING, MISSING))}

    assert len(keys) == 4


def test_another_revision_of_a_post_is_another_hit_and_the_same_again_is_not() -> None:
    first = match_id("water.outage", "u5:1", "s2:a")

    assert match_id("water.outage", "u5:1", "s2:a") == first
    assert len({first, match_id("water.outage", "u5:1", "s2:b"), match_id("water.quality", "u5:1", "s2:a")}) == 3
