from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from pipeline.analyse.calm import Calm
from pipeline.analyse.cases import Case
from pipeline.analyse.peril import Peril
from pipeline.analyse.periltrain import train, train_calm

pytest.importorskip("sklearn")
ORDINARY = [
    f"{who}{what}" for who in "今天 明天 昨天 周末".split() for what in "去公园 吃面条 看书 加班 买菜 下棋".split()
]

TOLD = {
    "家里着了大火，人出不来，快来": "H3",
    "被水冲走了，快来人救命": "H3",
    "看的电影里有一场大火，讲得真好": "H0",
    "参加了防火的讲座，学到很多": "H0",
}


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


def test_training_tells_calm_from_loud_and_makes_the_same_bytes_twice(tmp_path: Path) -> None:
    told = [Case(f"{who}{what}", harm) for who in "孩子 老人 工友 邻居".split() for what, harm in TOLD.items()]
    one, two = tmp_path / "one", tmp_path / "two"
    for out in (one, two):
        out.mkdir()
        train_calm(told, out)
    assert all((one / name).read_bytes() == (two / name).read_bytes() for name in ("calm.npy", "calm.json"))
    heard = Calm.read(one)
    assert heard.hears("邻居看的电影里有一场大火，讲得真好")
    assert heard._sum("邻居家里一场大火，人出不来，快来") > heard._sum("邻居看的电影里有一场大火，讲得真好")
