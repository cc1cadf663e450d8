from __future__ import annotations

import itertools
import sys

import pytest

from pipeline.bench import NAMES, run
from pipeline.bench.contest import Job, Pair, measure
from pipeline.bench.invented import names, posts, rules, texts
from pipeline.bench.stages import Copies, Feelings, Rules, Whole
from pipeline.bench.usual import Lsh
from pipeline.errors import Misconfigured
from pipeline.match.matcher import Matcher
from pipeline.model import AnalysedPost


class Told(Pair):
    """A contest with a clock that ticks as told: ours takes 1, 2, 4 seconds for ten, theirs 8 for one."""

    name = "told"
    against = "theirs"

    def __init__(self) -> None:
        self.now = 0.0

    def clock(self) -> float:
        return self.now

    def ours(self, round: int) -> Job:
        return Job(lambda: self._pass(2.0**round), 10)

    def theirs(self, round: int) -> Job:
        return Job(lambda: self._pass(8.0), 1)

    def _pass(self, seconds: float) -> None:
        self.now += seconds


def test_a_row_tells_the_median_round_with_the_lowest_and_the_highest() -> None:
    row = measure(Told(), 3)

    assert (row.low, row.ratio, row.high, row.rounds) == (20.0, 40.0, 80.0, 3)
    assert (row.name, row.against) == ("told", "theirs")


def test_an_unknown_benchmark_is_named_with_the_known_ones() -> None:
    with pytest.raises(Misconfigured, match="pipeline"):
        run(["speed"], 1)


def test_there_is_a_benchmark_for_each_promise() -> None:
    assert NAMES == ("pipeline", "analyse", "rules", "cluster", "bus", "flow")


def test_invented_posts_are_the_same_for_a_seed_and_others_for_another() -> None:
    known = names(50)

    assert texts(40, 1, known) == texts(40, 1, known)
    assert not set(texts(40, 1, known)) & set(texts(40, 2, known))
    assert len({post.id for seed in (1, 2) for post in posts(40, seed, known)}) == 80


def test_invented_rules_match_some_posts_and_not_most() -> None:
    known = names(1_000)
    docs = [AnalysedPost(post=post) for post in posts(500, 1, known)]

    matches = Matcher(rules(1_000, known)).match(docs)

    assert 0.05 < len({match.analysed.post.id for match in matches}) / len(docs) < 0.9
    assert any(rule.condition.text and rule.condition.text.none for rule in rules(10, known))


# Below: what ``docs/performance.md`` tells, asserted at about half, because nobody else is quiet while tests run.


@pytest.mark.slow
def test_the_whole_way_is_a_hundred_times_as_fast_as_the_usual_packages() -> None:
    assert measure(Whole(), 3).ratio > 110


@pytest.mark.slow
def test_feelings_are_found_a_thousand_times_as_fast() -> None:
    assert measure(Feelings(), 3).ratio > 1_200


@pytest.mark.slow
def test_the_automaton_finds_what_one_regular_expression_a_rule_finds() -> None:
    assert measure(Rules(), 3).ratio > 350  # the constructor compares the results


@pytest.mark.slow
def test_clusters_are_faster_than_datasketch() -> None:
    assert measure(Copies(), 3).ratio > 5


def test_the_usual_way_to_find_near_duplicates_does_find_them() -> None:
    known = names(50)
    usual = Lsh()
    text = texts(1, 1, known)[0] * 3

    assert usual.assign("a", text) == "a"
    assert usual.assign("b", "另一件毫不相干的事情，没有一句话相同") == "b"
    assert usual.assign("c", text + "！") == "a"


def test_without_datasketch_clusters_are_measured_only_if_somebody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasketch", None)

    with pytest.raises(Misconfigured, match=r"yuqing\[bench\]"):
        run(["cluster"], 1)


def test_rounds_do_not_repeat_each_other() -> None:
    known = names(50)
    seen = [set(texts(30, seed, known)) for seed in (10, 11, 12)]

    assert all(not one & other for one, other in itertools.combinations(seen, 2))
