from __future__ import annotations

import pytest

from pipeline.privacy.looks import CHILD, FINDING, LOOKS, MASKED, TELLING, UNSEEN, awake, nothing
from pipeline.privacy.names import names
from pipeline.privacy.numbers import numbers
from pipeline.privacy.patterns import addresses, doors

UNPROVEN = sum(1 << at for at, look in enumerate(LOOKS) if not look.plain)


def test_a_text_wakes_only_those_whose_trigger_it_holds() -> None:
    assert [look.find for look in awake("12345,a@b.cn", UNPROVEN)] == [numbers, addresses]
    assert awake("停水了", UNPROVEN) == []


def test_nobody_else_is_asked_than_those_who_may_be_awake() -> None:
    assert awake("12345,a@b.cn", UNPROVEN & ~1) == awake("a@b.cn", UNPROVEN)
    assert awake("打13800138000", 0) == []


def test_a_glance_that_proves_a_plain_trigger_is_believed() -> None:
    (told,) = awake("停水了", 1 << next(at for at, look in enumerate(LOOKS) if look.find is names))

    assert told.find is names


@pytest.mark.parametrize(("look", "text"), [(CHILD, "8岁"), (MASKED, "[姓名]"), (UNSEEN, "\u200b")])
def test_some_tell_of_the_text_and_find_nothing(look: int, text: str) -> None:
    (told,) = awake(text, look)

    assert told.find is nothing
    assert not look & FINDING
    assert bool(look & TELLING) == (look != UNSEEN)
    assert doors not in {one.find for one in awake(text, UNPROVEN)}
