"""A lasting spell ends when it is said to, or a while after, and one that was never told ends in silence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from pipeline.detect.found import Found
from pipeline.detect.measure import Reach, Reading
from pipeline.detect.memory import Closing, Memory
from pipeline.detect.spells import Spells
from pipeline.ledger import Ledger
from pipeline.metrics import Metrics
from pipeline.rulebook.rule import Rule
from tests.build import NOON, a_match, minute
from tests.pipeline.detect.test_stage import a_rule


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'l.db'}")
    session = ledger.session("detect", "matches")
    yield Memory(session)
    session.forget()
    ledger.close()


def opened(memory: Memory, rule: Rule) -> tuple[Spells, Closing]:
    spells = Spells({rule.id: rule}, memory, timedelta(minutes=10), Metrics(CollectorRegistry()))
    spells.open(Found(rule, "g", ("A",), NOON, NOON, 0, Reach(NOON, Reading(1, 1)), a_match()), lasting=True)
    spell = spells.current(rule.id, "g")
    assert spell is not None
    return spells, Closing(rule.id, "g", 0, spell)


def test_a_lasting_spell_does_not_close_by_itself_and_ends_at_a_word(memory: Memory) -> None:
    spells, kept = opened(memory, a_rule())

    assert memory.next_event(minute(10_000)) is None
    assert [alert.turn.value for alert in spells.end(a_rule(), kept, minute(5))] == ["quiet"]
    assert spells.current("water.outage", "g") is None


def test_it_may_go_on_for_a_while_after_that(memory: Memory) -> None:
    rule = a_rule(keep_firing_for=timedelta(minutes=30))
    spells, kept = opened(memory, rule)

    assert spells.end(rule, kept, minute(5)) == []
    assert memory.next_event(minute(34)) is None
    closing = memory.next_event(minute(35))
    assert isinstance(closing, Closing)
    assert [alert.at for alert in spells.close(closing)] == [minute(35)]
