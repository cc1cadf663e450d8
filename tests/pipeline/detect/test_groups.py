"""Which groups of a rule are counted: at most so many, also after a crash and in another process."""

from __future__ import annotations

import pytest

from pipeline.detect import groups as module
from pipeline.detect.groups import Groups
from pipeline.detect.memory import Memory
from tests.build import a_match, minute


def test_only_so_many_groups_of_each_rule_are_counted(memory: Memory) -> None:
    groups = Groups(memory, 2)
    hit = a_match("p1", at=minute(5))

    assert [groups.admit("r", group, hit) for group in ("a", "b", "c", "a")] == [True, True, False, True]
    assert groups.admit("another", "c", hit)


def test_what_is_known_of_groups_is_on_the_ledger(memory: Memory) -> None:
    Groups(memory, 2).admit("r", "a", a_match("p1", at=minute(5)))
    Groups(memory, 2).admit("r", "b", a_match("p2", at=minute(3)))
    groups = Groups(memory, 2)

    assert [groups.group_first("r", group) for group in ("a", "b", "c")] == [minute(5), minute(3), None]
    assert groups.first("r") == minute(3)
    assert not groups.admit("r", "c", a_match("p3"))


def test_an_earlier_hit_moves_the_beginning_of_its_group_and_a_later_one_does_not(memory: Memory) -> None:
    groups = Groups(memory, 2)
    for at in (5, 2, 9):
        groups.admit("r", "a", a_match(f"p{at}", at=minute(at)))

    assert groups.group_first("r", "a") == groups.first("r") == minute(2)


def test_groups_that_were_not_asked_about_for_long_are_read_again(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_KNOWN", 1)
    groups = Groups(memory, 9)
    for name in "abc":
        groups.admit("r", name, a_match(name, at=minute(ord(name))))

    assert [groups.group_first("r", name) for name in "abc"] == [minute(ord(name)) for name in "abc"]
