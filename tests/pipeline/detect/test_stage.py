"""What detect says about hits: in any order within lateness, in any batches, over any restart."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from prometheus_client import CollectorRegistry

from pipeline.bus import Delivery
from pipeline.detect.stage import PATIENCE, DetectStage
from pipeline.errors import Unavailable
from pipeline.ledger import Ledger
from pipeline.metrics import Metrics
from pipeline.model import MISSING, Alert, Level, Manner, Match, PrivacyFinding, Reader, Turn, encode
from pipeline.rulebook.rule import Condition, LevelIf, Rule, RuleType, Status
from pipeline.rulebook.template import Template
from tests.build import NOON, a_match, minute

HOUR = timedelta(hours=1)


class AtLeast:
    """Stands for an expression ``count >= n``."""

    def __init__(self, count: int) -> None:
        self.count = count

    def value(self, names: dict[str, object]) -> bool:
        return int(str(names["count"])) >= self.count


def a_rule(**more: object) -> Rule:
    rule = Rule(
        id="water.outage", rev="1", name="停水集中反映", owner="值班台", status=Status.STABLE, level=Level.L3,
        type=RuleType.FREQUENCY, condition=Condition(), place="water.yaml:1", group_by=("place.street",),
        count_by="author.key", timeframe=HOUR, num_events=3, resolve_after=2 * HOUR, manner=Manner(),
    )  # fmt: skip
    return replace(rule, **more)  # type: ignore[arg-type] # the fields of a rule


class Desk:
    """A detect stage on a real ledger, spoken to as the engine would."""

    def __init__(self, ledger: Path | str, rule: Rule, patient: bool = False) -> None:
        """*ledger* is a URL, or a folder in which to keep one."""
        self.url = ledger if isinstance(ledger, str) else f"sqlite:///{ledger / 'ledger.db'}"
        self.rule, self.patient = rule, patient
        self.alerts: list[Alert] = []
        self.restart()

    def restart(self) -> None:
        self.stage = DetectStage({self.rule.id: self.rule}, Ledger.open(self.url), patient=self.patient)

    def hear(self, matches: Iterable[Match], *, batch: int = 500, now: datetime | None = None) -> Desk:
        waiting = list(matches)
        while waiting:
            some, waiting = waiting[:batch], waiting[batch:]
            self._take(some, now or max(m.known_at for m in some))
        return self

    def wait_until(self, now: datetime) -> Desk:
        self.alerts += read(self.stage.tick(now))
        self.stage.remember({})
        return self

    def _take(self, matches: Sequence[Match], now: datetime) -> None:
        deliveries = [Delivery("matches", 0, n, m.key, encode(m)) for n, m in enumerate(matches)]
        self.alerts += read(self.stage.process(deliveries, now))
        self.stage.remember({0: len(matches)})

    def said(self) -> list[tuple[Turn, str, Level, datetime]]:
        return [(a.turn, a.group[0], a.level, a.active_at) for a in self.alerts]


def read(messages: Iterable[object]) -> list[Alert]:
    reader = Reader(Alert)
    return [reader.read(message.value) for message in messages]  # type: ignore[attr-defined] # bus messages


def voices(*minutes: float, **more: object) -> list[Match]:
    return [a_match(f"p{n}", at=minute(m), author=f"u{n}", **more) for n, m in enumerate(minutes)]  # type: ignore[arg-type] # builder's options


def test_the_third_voice_raises_the_alert_once(ledger_url: str) -> None:
    desk = Desk(ledger_url, a_rule()).hear(voices(0, 20, 40))

    assert desk.said() == [(Turn.OPENED, "湖东街道", Level.L3, minute(40))]
    (alert,) = desk.alerts
    assert (alert.count, alert.late) == (3, False)
    assert "60 分钟内 3 人（条件为 3）" in alert.why
    assert [evidence.excerpt for evidence in alert.evidence] == ["锦湖里又停水了😡"] * 3


def test_more_of_the_same_joins_and_grows_without_a_flood(ledger_url: str) -> None:
    desk = Desk(ledger_url, a_rule()).hear(voices(*range(40)))

    assert [a.turn for a in desk.alerts].count(Turn.OPENED) == 1
    assert 2 <= [a.turn for a in desk.alerts].count(Turn.GREW) <= 15
    assert desk.alerts[-1].count >= 32


def test_a_level_rises_when_the_numbers_do(ledger_url: str) -> None:
    rule = a_rule(level_if=(LevelIf(AtLeast(5), Level.L2),))  # type: ignore[arg-type] # stands for an expression
    desk = Desk(ledger_url, rule).hear(voices(*range(6)))

    assert (Turn.RAISED, "湖东街道", Level.L2, minute(2)) in desk.said()


def test_a_late_post_completes_its_own_window_and_says_so(ledger_url: str) -> None:
    late = a_match("late", at=minute(40), known_at=minute(210), author="u9")
    desk = Desk(ledger_url, a_rule()).hear([*voices(0, 20, 60), late])

    assert desk.said() == [(Turn.OPENED, "湖东街道", Level.L3, minute(40))]
    assert desk.alerts[0].late
    assert desk.alerts[0].at == minute(210)


def test_what_is_too_old_never_enters_a_window(ledger_url: str) -> None:
    old = a_match("old", at=NOON, known_at=NOON + timedelta(days=9), author="u9")
    desk = Desk(ledger_url, a_rule(max_event_age=timedelta(days=7))).hear([*voices(0, 20), old])

    assert desk.said() == []


def test_a_recording_of_last_spring_goes_on_where_it_stopped(ledger_url: str) -> None:
    autumn = NOON + timedelta(days=200)
    desk = Desk(ledger_url, a_rule()).hear(voices(0, 20), now=autumn).wait_until(autumn)
    desk.restart()
    desk.wait_until(autumn + timedelta(hours=2)).hear([a_match("third", at=minute(40), author="u3")], now=autumn)

    assert desk.said() == [(Turn.OPENED, "湖东街道", Level.L3, minute(40))]


def sealed(match: Match) -> Match:
    """The same hit by a post that may be counted and never quoted."""
    doc = structs.replace(match.analysed, privacy=PrivacyFinding(minor=True, sealed=True))
    return structs.replace(match, analysed=doc)


QUOTING = Template.parse("{{ doc.text }}，{{ count }} 人")
SECRET = "我家八岁的孩子也没水喝"


def test_one_sealed_voice_among_many_seals_nothing_and_is_never_quoted(ledger_url: str) -> None:
    rule = a_rule(summary=QUOTING, level_if=(LevelIf(AtLeast(4), Level.L2),))  # type: ignore[arg-type] # stands for an expression
    early, last = (
        sealed(a_match(name, text=SECRET, at=minute(at), author=name)) for name, at in (("s1", 1), ("s2", 3))
    )
    raising = sealed(a_match("s3", text=SECRET, at=minute(4), author="s3"))
    desk = Desk(ledger_url, rule).hear([*voices(0), early, last, raising])

    opened, raised = desk.alerts
    assert (opened.turn, raised.turn) == (Turn.OPENED, Turn.RAISED)
    assert not (opened.sealed or opened.minor)
    assert [one.excerpt for one in opened.evidence] == ["锦湖里又停水了😡", "（内容封存）", "（内容封存）"]
    assert opened.summary == "停水集中反映 湖东街道 3 人"
    assert SECRET not in str(desk.alerts)


def test_a_sealed_post_that_is_enough_by_itself_seals_its_alert(ledger_url: str) -> None:
    rule = a_rule(type=RuleType.ANY, timeframe=timedelta(0))
    (alert,) = Desk(ledger_url, rule).hear([sealed(a_match("s", text=SECRET))]).alerts

    assert (alert.sealed, alert.minor) == (True, True)


def test_a_missing_group_is_a_group_of_its_own(ledger_url: str) -> None:
    nowhere = [a_match(f"m{n}", group=(MISSING,), author=f"m{n}", at=minute(n)) for n in range(3)]
    somewhere = voices(0, 10)

    assert Desk(ledger_url, a_rule()).hear([*nowhere, *somewhere]).said() == [
        (Turn.OPENED, MISSING, Level.L3, minute(2))
    ]


def test_a_quiet_spell_closes_and_the_next_burst_opens_another(ledger_url: str) -> None:
    desk = Desk(ledger_url, a_rule()).hear(voices(0, 1, 2)).wait_until(minute(122))
    desk.hear([a_match(f"q{n}", at=minute(300 + n), author=f"q{n}") for n in range(3)])

    assert [a.turn for a in desk.alerts] == [Turn.OPENED, Turn.QUIET, Turn.OPENED]
    assert desk.alerts[0].id == desk.alerts[1].id != desk.alerts[2].id


def test_the_same_delivery_twice_changes_nothing(ledger_url: str) -> None:
    matches = voices(0, 20, 40, 50)
    desk = Desk(ledger_url, a_rule()).hear(matches).hear(matches)

    assert [a.turn for a in desk.alerts] == [Turn.OPENED, Turn.GREW]


def test_an_edited_post_is_one_voice_still(ledger_url: str) -> None:
    edited = a_match("p1", text="锦湖里还是没水", at=minute(21), author="u1")
    desk = Desk(ledger_url, a_rule(count_by="id")).hear([*voices(0, 20), edited])

    assert desk.said() == []


def test_an_any_rule_speaks_at_the_first_post(ledger_url: str) -> None:
    rule = a_rule(type=RuleType.ANY, timeframe=timedelta(0), level=Level.L2)

    assert Desk(ledger_url, rule).hear(voices(0, 1)).said()[0] == (Turn.OPENED, "湖东街道", Level.L2, NOON)


def test_an_any_rule_with_a_timeframe_counts_the_voices_in_it(ledger_url: str) -> None:
    rule = a_rule(type=RuleType.ANY, level_if=(LevelIf(AtLeast(3), Level.L1),))  # type: ignore[arg-type] # stands for an expression
    desk = Desk(ledger_url, rule).hear([*voices(0, 1), a_match("again", at=minute(2), author="u1")])
    assert [a.level for a in desk.alerts if a.turn is Turn.RAISED] == []

    desk.hear([a_match("third", at=minute(3), author="u7")])

    assert (Turn.RAISED, "湖东街道", Level.L1, NOON) in desk.said()
    assert "60 分钟内 3 人（一条即报）" in desk.alerts[-1].why


def test_a_rule_deleted_meanwhile_still_sees_its_spell_end(tmp_path: Path) -> None:
    desk = Desk(tmp_path, a_rule()).hear(voices(0, 1, 2))
    desk.stage = DetectStage({}, Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}"))

    desk.hear(voices(3, 4)).wait_until(minute(500))

    assert [a.turn for a in desk.alerts] == [Turn.OPENED, Turn.QUIET]


def test_what_was_not_remembered_is_forgotten_with_its_position(ledger_url: str) -> None:
    desk = Desk(ledger_url, a_rule())
    deliveries = [Delivery("matches", 0, n, m.key, encode(m)) for n, m in enumerate(voices(0, 1, 2))]
    first = read(desk.stage.process(deliveries, minute(3)))
    desk.stage.forget()

    again = read(desk.stage.process(deliveries, minute(3)))

    assert [a.turn_id for a in again] == [a.turn_id for a in first]
    desk.stage.forget()
    assert desk.stage.recall() == {}


histories = st.lists(
    st.tuples(st.integers(0, 400), st.integers(0, 90), st.sampled_from("abcdef"), st.sampled_from("东西")),
    min_size=1,
    max_size=24,
)


@settings(max_examples=25)
@given(histories, st.integers(0, 2**31), st.sampled_from([1, 3, 7]))
def test_order_batches_repeats_and_restarts_change_nothing(
    tmp_path_factory: pytest.TempPathFactory,
    history: list[tuple[int, int, str, str]],
    seed: int,
    batch: int,
) -> None:
    """A patient stage gives the very same alerts, whatever the order of delivery."""
    matches = [
        a_match(f"p{n}", at=minute(at), known_at=minute(at + delay), author=who, group=(f"湖{side}街道",))
        for n, (at, delay, who, side) in enumerate(history)
    ]
    rule = a_rule(level_if=(LevelIf(AtLeast(4), Level.L2),))  # type: ignore[arg-type] # stands for an expression
    end = minute(2000)
    plain = Desk(tmp_path_factory.mktemp("plain"), rule, patient=True)
    plain.hear(matches, now=NOON).wait_until(end)

    shuffled = matches + matches[::2]
    random.Random(seed).shuffle(shuffled)
    other = Desk(tmp_path_factory.mktemp("other"), rule, patient=True)
    for start in range(0, len(shuffled), batch):
        other.hear(shuffled[start : start + batch], now=NOON)
        other.restart()
    other.wait_until(end)

    assert other.alerts == plain.alerts


@settings(max_examples=25)
@given(histories, st.sampled_from([1, 3, 7, 500]))
def test_an_impatient_stage_does_not_depend_on_batches_either(
    tmp_path_factory: pytest.TempPathFactory, history: list[tuple[int, int, str, str]], batch: int
) -> None:
    matches = sorted(
        (
            a_match(f"p{n}", at=minute(at), known_at=minute(at + delay), author=who, group=(f"湖{side}街道",))
            for n, (at, delay, who, side) in enumerate(history)
        ),
        key=lambda m: (m.known_at, m.id),
    )
    one = Desk(tmp_path_factory.mktemp("one"), a_rule()).hear(matches).wait_until(minute(2000))
    other = Desk(tmp_path_factory.mktemp("other"), a_rule())
    other.hear(matches, batch=batch).wait_until(minute(2000))

    assert other.alerts == one.alerts


@pytest.mark.parametrize(("patient", "decisions"), [(False, 1.0), (True, 0.0)])
def test_the_time_to_decide_is_measured_once_an_alert_where_posts_are_live(
    tmp_path: Path, patient: bool, decisions: float
) -> None:
    registry = CollectorRegistry()
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    rule = a_rule(type=RuleType.ANY)
    stage = DetectStage({rule.id: rule}, ledger, patient=patient, metrics=Metrics(registry))
    hits = [a_match(f"p{n}", known_at=minute(1)) for n in range(3)]
    deliveries = [Delivery("matches", 0, n, hit.key, encode(hit)) for n, hit in enumerate(hits)]
    stage.process(deliveries, minute(1.5))
    stage.tick(minute(2))
    measured = registry.get_sample_value("yuqing_decision_delay_seconds_count")
    assert (measured, registry.get_sample_value("yuqing_decision_delay_seconds_sum")) == (decisions, 30.0 * decisions)


class Book:
    """Stands for rules that change: newer ones are there after so many looks."""

    def __init__(self, looks: int, *rules: Rule) -> None:
        self.looks, self.rules = looks, {rule.id: rule for rule in rules}
        self.stage: DetectStage | None = None

    def seek(self, now: datetime) -> bool:
        self.looks -= 1
        if self.looks == 0 and self.stage is not None:
            self.stage.adopt(self.rules)
        return self.looks > 0


def of_a_new_rule(ledger: str, book: Book) -> tuple[DetectStage, list[Delivery]]:
    stage = book.stage = DetectStage({}, Ledger.open(ledger), seek=book.seek)
    hits = voices(0, 20, 40)
    return stage, [Delivery("matches", 0, n, m.key, encode(m)) for n, m in enumerate(hits)]


def test_hits_of_a_rule_that_is_newer_than_the_book_wait_for_it(ledger_url: str) -> None:
    stage, hits = of_a_new_rule(ledger_url, Book(3, a_rule()))
    for _ in range(2):
        with pytest.raises(Unavailable):
            stage.process(hits, minute(41))
        stage.forget()

    assert [alert.turn for alert in read(stage.process(hits, minute(41)))] == [Turn.OPENED]


def test_hits_of_a_rule_that_is_gone_are_dropped_at_once(ledger_url: str) -> None:
    book = Book(0, a_rule())
    stage, hits = of_a_new_rule(ledger_url, book)

    assert (stage.process(hits, minute(41)), stage.process(hits, minute(42))) == ([], [])
    assert book.looks == -1  # asked once, not for every batch


def test_nobody_waits_for_ever_for_a_newer_book(ledger_url: str) -> None:
    stage, hits = of_a_new_rule(ledger_url, Book(1000, a_rule()))
    with pytest.raises(Unavailable):
        stage.process(hits, minute(41))
    stage.forget()

    assert stage.process(hits, minute(41) + PATIENCE) == []


def test_the_owner_of_a_rule_that_could_not_be_asked_is_told_once_an_hour(ledger_url: str) -> None:
    stage = DetectStage({"water.outage": a_rule()}, Ledger.open(ledger_url))

    def failed(at: float) -> list[Alert]:
        match = structs.replace(a_match(at=minute(at), known_at=minute(at)), failed="TypeError")
        told = read(stage.process([Delivery("matches", 0, 0, match.key, encode(match))], minute(at)))
        stage.remember({})
        return told

    first, again, later = failed(1), failed(20), failed(61)

    assert [(alert.rule, alert.owner, alert.manner.open_case) for alert in first] == [
        ("operations.rule_failed", "值班台", False)
    ]
    assert again == []
    assert later[0].id != first[0].id
    stage.forget()  # what was not yet remembered is told again, under the same id
    assert failed(62)[0].id == later[0].id


def test_matters_of_one_article_count_each_in_its_group_and_once(tmp_path: Path) -> None:
    market, road = (
        structs.replace(a_match(group=(topic,)), id=f"m{topic}", part=topic) for topic in ("market", "traffic")
    )
    again = structs.replace(market, id="edited")
    desk = Desk(tmp_path, a_rule(type=RuleType.ANY, group_by=("matter.topic",), timeframe=timedelta(0)))
    desk.hear([market, road, market, again])

    assert [(alert.group, alert.count, alert.part_of) for alert in desk.alerts] == [
        (("market",), 1, market.analysed.post.id), (("traffic",), 1, market.analysed.post.id),
    ]  # fmt: skip


def test_an_alert_that_many_made_is_part_of_no_article(tmp_path: Path) -> None:
    article = structs.replace(a_match("p3", author="u3"), part="water@湖东街道")
    desk = Desk(tmp_path, a_rule()).hear([a_match("p1", author="u1"), a_match("p2", author="u2"), article])
    assert [(alert.count, alert.part_of) for alert in desk.alerts] == [(3, "")]
