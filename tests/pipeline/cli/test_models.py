from __future__ import annotations

from pathlib import Path

import pytest

from tests.pipeline.cli.terminal import Terminal


def test_the_card_of_a_trained_model_is_printed(
    yuqing: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def train(task: str, data: list[Path], out: Path, progress: object) -> dict[str, object]:
        return {"task": task, "files": len(data), "out": out.name}

    monkeypatch.setattr("pipeline.cli.models.train", train)
    done = yuqing("train", "sentiment", "--data", "a.jsonl", "--data", "b.jsonl", "--out", "models")
    assert done.json == {"task": "sentiment", "files": 2, "out": "models"}


def test_only_what_can_be_trained_is_trained(yuqing: Terminal) -> None:
    done = yuqing("train", "weather", "--data", "a.jsonl")
    assert done.code == 2
    assert "sentiment" in done.err
