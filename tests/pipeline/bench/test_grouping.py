from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from pipeline.bench.grouping import duplicates, events
from pipeline.errors import Misconfigured

WORDS = "楼道路灯积水噪音燃气管线车站学校医院市场门口老人孩子晚上早晨邻居物业城管消防热线维修答复拖延损坏堵塞危险投诉"


def written(data: Path, name: str, *lines: dict[str, Any]) -> Path:
    (data / f"{name}.train.jsonl").write_text("\n".join(json.dumps(line) for line in lines) + "\n", encoding="utf-8")
    return data


def quiet(words: str) -> None:
    """Hear of progress."""


def test_copies_of_the_texts_of_a_folder_are_looked_for(tmp_path: Path) -> None:
    texts = ["，".join("".join(random.Random(n * 9 + m).sample(WORDS, 9)) for m in range(9)) for n in range(40)]
    written(tmp_path, "weibo2018", *({"id": str(n), "text": text} for n, text in enumerate(texts)))

    found = duplicates(tmp_path, quiet)

    assert found["duplicates.recall"] >= 0.95
    assert found["duplicates.precision"] >= 0.99
    assert found["duplicates.weibo2018.prefix"] == 1


def test_events_are_measured_among_the_labelled_and_others_are_counted(tmp_path: Path) -> None:
    mixer = ["翠柏澜庭旁边建搅拌站", "搅拌站离翠柏澜庭太近了", "翠柏澜庭业主请求搬走搅拌站"]
    fees = ["枫溪里幼儿园乱收费", "枫溪里幼儿园强制报兴趣班"]
    rows = [{"id": f"{label}{n}", "title": title, "text": title + "，请尽快处理", "time": "2019/2/8 11:05:05", "label": label}
            for label, titles in (("m", mixer), ("f", fees)) for n, title in enumerate(titles)]  # fmt: skip
    written(tmp_path, "taidi_events", *rows)
    written(
        tmp_path,
        "taidi_stream",
        *rows,
        {"id": "x", "title": "翠柏澜庭的搅拌站怎么还在", "text": "翠柏澜庭", "time": "2019-3-1"},
    )

    found = events(tmp_path, quiet)

    assert found["event.b_cubed_f1"] == pytest.approx(1)
    assert found["event.unlisted"] == 1


def test_a_folder_without_the_sets_is_refused(tmp_path: Path) -> None:
    for measure in (duplicates, events):
        with pytest.raises(Misconfigured, match="jsonl"):
            measure(tmp_path, quiet)
