"""What detect remembers: each post once per rule, windows without their ends, and the shelf in order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from pipeline.detect.episode import Episode
from pipeline.detect.found import evidence_of
from pipeline.detect.memory import WHOLE, Closing, Memory, Record, Ringing
from pipeline.model import Alert, Level, Match, Turn
from tests.build import NOON, a_match, minute

TEN = timedelta(minutes=10)


def keep(memory: Memory, *matches: Match) -> list[bool]:
    return [memory.keep_hit(match, evidence_of(match)) for match in matches]


def a_spell(id_: str, last: float, firing: bool = True) -> Episode:
    told = Alert(
        id=id_, turn_id=id_, turn=Turn.OPENED, rule="r", rule_rev="1", rule_name="r", level=Level.L3,
        active_at=NOON, last_at=minute(last), at=minute(last),
    )  # fmt: skip
    return Episode(
        id=id_, firing=firing, level=Level.L3, active_at=NOON, last_at=minute(last), heard_at=minute(last), count=3,
        turns=1, told=told, resolve_after_s=600,
    )  # fmt: skip


def test_the_shelf_gives_what_is_due_once_and_in_the_order_it_became_known(memory: Memory) -> None:
    late, early, later = (a_match(name, known_at=minute(m)) for name, m in (("a", 5), ("b", 1), ("c", 9)))
    memory.shelve([late, early, later])
    memory.shelve([late])

    assert memory.take_due(minute(5)) == [early, late]
    assert memory.take_due(minute(5)) == []
    assert memory.take_due(minute(60)) == [later]


def test_a_post_counts_once_under_each_rule(memory: Memory) -> None:
    edited = a_match("p1", text="锦湖里还是没水", at=minute(2))

    assert keep(memory, a_match("p1"), edited, a_match("p1", rule="water.quality"), a_match("p2")) == [
        True, False, True, True,
    ]  # fmt: skip


def test_an_edited_post_is_judged_again_and_the_same_delivery_is_not(memory: Memory) -> None:
    first, edited = a_match("p1"), a_match("p1", text="锦湖里还是没水")
    keep(memory, first)

    assert memory.judged_before(first)
    assert not memory.judged_before(edited)
    assert memory.judged_before(edited)


def test_a_window_reaches_to_both_sides_and_has_neither_end(memory: Memory) -> None:
    minutes = {"before": -10, "in": -9.99, "now": 0, "after": 9.99, "beyond": 10}
    keep(memory, *(a_match(name, at=minute(m), author=name) for name, m in minutes.items()))
    keep(memory, a_match("elsewhere", group=("文桥街道",)), a_match("other", rule="water.quality"))

    assert [hit.member for hit in memory.hits("water.outage", a_match("now").key, NOON - TEN, NOON + TEN)] == [
        "hm:in",
        "hm:now",
        "hm:after",
    ]


def test_evidence_is_of_the_spell_alone_and_its_earliest_few(memory: Memory) -> None:
    matches = [a_match(f"p{m}", at=minute(m), text=f"停水{m}") for m in range(-1, 9)]
    keep(memory, *reversed(matches))

    shown = memory.evidence(matches[0].rule, matches[0].key, minute(0), minute(7))

    assert [each.excerpt for each in shown] == [f"停水{m}" for m in range(5)]


def test_the_latest_spell_comes_first_and_a_spell_kept_again_is_replaced(memory: Memory) -> None:
    for spell in (a_spell("one", 5), a_spell("two", 30), a_spell("one", 7)):
        memory.keep_episode("r", "g", spell, 0)
    memory.keep_episode("r", "another", a_spell("three", 60), 0)

    assert memory.episodes("r", "g") == [a_spell("two", 30), a_spell("one", 7)]


def happens(memory: Memory, by: float) -> list[str]:
    """Let all happen that is due, and say what it was."""
    said = []
    while (event := memory.next_event(minute(by))) is not None:
        said.append(event.group)
        if isinstance(event, Closing):
            memory.keep_episode(event.rule, event.group, replace(event.spell, firing=False), event.partition)
        else:
            memory.drop_timer(event.rule, event.group, event.kind)
    return said


def test_spells_close_and_timers_ring_in_one_order_the_first_to_come_first(memory: Memory) -> None:
    for spell in (a_spell("b", 5), a_spell("a", 0), a_spell("over", 1, firing=False), a_spell("open", 6)):
        memory.keep_episode("r", spell.id, spell, 0)
    memory.set_timer("r", "between", "for", minute(12), b"body", 0)
    memory.set_timer("r", "never", "for", None, b"", 0)

    assert happens(memory, 15) == ["a", "between", "b"]
    memory.set_timer("r", "sooner", "for", minute(10), b"", 0)
    assert happens(memory, 15) == ["sooner"]
    assert happens(memory, 16) == ["open"]


def test_a_timer_remembers_what_it_is_for_and_is_one_for_each_kind(memory: Memory) -> None:
    memory.set_timer("r", "g", "for", minute(1), b"one", 0)
    memory.set_timer("r", "g", "leave", minute(2), b"two", 0)
    memory.set_timer("r", "g", "for", minute(3), b"three", 0)

    assert memory.next_event(minute(2)) == Ringing("r", "g", "leave", minute(2), 0, b"two")
    assert memory.ringing("r", "g", "for") == (minute(3), 0, b"three")
    assert memory.timers("for", "r") == [Ringing("r", "g", "for", minute(3), 0, b"three")]


def test_the_hit_before_and_the_hit_after_are_found_by_time_and_then_by_id(memory: Memory) -> None:
    match = a_match("p")
    for id_, at, mark in (("a", 0, "x"), ("b", 0, ""), ("c", 0, "y"), ("d", 5, "")):
        memory.keep_hit(match, evidence_of(match), Record(id_, "g", minute(at), mark))

    def marks(id_: str, *, marked: bool) -> list[str | None]:
        pair = memory.neighbours("water.outage", "g", id_, minute(0), marked=marked)
        return [hit.mark if hit else None for hit in pair]

    assert marks("b", marked=True) == ["x", "y"]
    assert marks("c", marked=False) == ["", ""]
    assert marks("c", marked=True) == ["x", None]


def test_groups_are_counted_and_the_whole_rule_is_none_of_them(memory: Memory) -> None:
    memory.keep_watched("r", "g", minute(1), minute(1))
    memory.keep_watched("r", "h", minute(1), minute(1))
    memory.keep_watched("r", WHOLE, minute(1), minute(1))

    assert memory.groups() == {"r": 2}
    assert memory.watched("r", WHOLE) == minute(1)
    assert memory.watched("s", WHOLE) is None


def test_old_hits_and_closed_spells_are_forgotten_and_a_firing_one_never(memory: Memory) -> None:
    known = a_match("new").known_at
    keep(memory, a_match("old", at=minute(-11), known_at=known - TEN - TEN), a_match("new"))
    keep(memory, a_match("told late", at=minute(-60), known_at=known))
    keep(memory, a_match("from a wrong clock", at=minute(500), known_at=minute(500)))
    for spell in (a_spell("closed", -61, firing=False), a_spell("firing", -61), a_spell("recent", 0, firing=False)):
        memory.keep_episode("r", "g", spell, 0)

    assert memory.drop_older({}, TEN, now=minute(5)) == 1
    assert {spell.id for spell in memory.episodes("r", "g")} == {"firing", "recent"}
    assert keep(memory, a_match("new"), a_match("old", at=minute(-11))) == [False, True]


def test_with_nothing_remembered_nothing_is_forgotten(memory: Memory) -> None:
    assert memory.drop_older({}, TEN, now=NOON) == 0


@pytest.mark.parametrize(
    ("title", "text", "shown"),
    [
        ("求助", "锦湖里\n又停水", "求助 锦湖里 又停水"),
        ("", "水" * 60, "水" * 60),
        ("", "水" * 61, "水" * 59 + "…"),
        ("", " \n ", ""),
    ],
)
def test_an_excerpt_is_one_short_line(title: str, text: str, shown: str) -> None:
    match = a_match(title=title, text=text, url="https://example.com/1")

    assert evidence_of(match).excerpt == shown
    assert (evidence_of(match).url, evidence_of(match).source) == ("https://example.com/1", "qh-bbs")
