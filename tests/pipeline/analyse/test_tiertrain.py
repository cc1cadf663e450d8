from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.analyse.cases import cases
from pipeline.analyse.periltrain import train
from pipeline.analyse.tiers import Tiers, odds
from pipeline.analyse.tiertrain import train_tiers
from tests.pipeline.analyse.posts import a_file

pytest.importorskip("sklearn")


def test_training_tells_tiers_apart_and_makes_the_same_bytes_twice(tmp_path: Path) -> None:
    told = [case for case in cases() if not case.held and not case.listed][::6]
    one, two = tmp_path / "one", tmp_path / "two"
    for out in (one, two):
        out.mkdir()
        train([a_file(tmp_path)], out)
        model, unseen = train_tiers(told, [a_file(tmp_path)], out)
    names = ("tiers-close.npy", "tiers-quick.npy", "tiers.json")
    assert all((one / name).read_bytes() == (two / name).read_bytes() for name in names)
    assert unseen["recall"] > 0.5 and unseen["lower"] > 0.5
    heard = Tiers.read(one)
    assert heard.model == model
    assert odds(heard.closely("房东家里着了大火，人出不来，快来救人")) > odds(heard.closely("房东看的电影里有一场大火"))
