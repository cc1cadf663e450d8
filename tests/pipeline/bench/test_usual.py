"""The usual packages are used as they are meant: what they lose, they lose in time only."""

from __future__ import annotations

from pipeline.bench.invented import names, texts
from pipeline.bench.usual import Lsh


def test_the_usual_way_to_find_near_duplicates_does_find_them() -> None:
    known = names(50)
    usual = Lsh()
    text = texts(1, 1, known)[0] * 3

    assert usual.assign("a", text) == "a"
    assert usual.assign("b", "另一件毫不相干的事情，没有一句话相同") == "b"
    assert usual.assign("c", text + "！") == "a"
