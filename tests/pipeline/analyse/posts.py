"""Posts in which nobody is in danger, in a file to train on."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

ORDINARY = [
    f"{who}{what}" for who in "今天 明天 昨天 周末".split() for what in "去公园 吃面条 看书 加班 买菜 下棋".split()
]


def a_file(folder: Path) -> Path:
    file = folder / "posts.jsonl.gz"
    with gzip.open(file, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in ORDINARY)
    return file
