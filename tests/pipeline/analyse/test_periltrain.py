from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.analyse.peril import Peril
from pipeline.analyse.periltrain import train
from tests.pipeline.analyse.posts import ORDINARY, a_file

pytest.importorskip("sklearn")


def test_training_hears_danger_and_makes_the_same_bytes_twice(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for out in (one, two):
        out.mkdir()
        train([a_file(tmp_path)], out)
    assert all((one / name).read_bytes() == (two / name).read_bytes() for name in ("peril.npy", "peril.json"))
    heard, *rest = Peril.read(one).stretches(["邻居躺在血里叫不醒", *ORDINARY])
    assert heard
    assert rest.count(None) > len(ORDINARY) / 2
