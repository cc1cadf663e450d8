from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from pipeline.analyse.peril import Peril
from pipeline.analyse.periltrain import train

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
