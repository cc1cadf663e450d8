from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from pipeline.analyse.cases import cases
from pipeline.analyse.peril import Peril
from pipeline.analyse.periltrain import train, train_tiers
from pipeline.analyse.tiers import Tiers, odds

pytest.importorskip("sklearn")
ORDINARY = [
    f"{who}{what}" for who in "今天 明天 昨天 周末".split() for what in "去公园 吃面条 看书 加班 买菜 下棋".split()
]


def a_file(folder: Path) -> Path:
    file = folder / "posts.jsonl.gz"
    with gzip.open(file, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in ORDINARY)
    return file


def test_training_hears_danger_and_makes_the_same_bytes_twice(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for out in (one, two):
        out.mkdir()
        train([a_file(tmp_path)], out)
    assert all((one / name).read_bytes() == (two / name).read_bytes() for name in ("peril.npy", "peril.json"))
    heard, *rest = Peril.read(one).stretches(["邻居躺在血里叫不醒", *ORDINARY])
    assert heard
    assert rest.count(None) > len(ORDINARY) / 2


def test_training_tells_tiers_apart_and_makes_the_same_bytes_twice(tmp_path: Path) -> None:
    told = [case for case in cases() if not case.held and not case.listed][::4]
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
