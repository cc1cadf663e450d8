"""Two ways in turns: what a row tells of the rounds."""

from __future__ import annotations

from pipeline.bench.contest import Job, Pair, measure


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
