from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.analyse.tasks import TASKS, learning, train
from pipeline.errors import Misconfigured


def test_an_unknown_task_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured) as raised:
        train("weather", [], tmp_path)
    assert all(task in str(raised.value) for task in TASKS)


@pytest.mark.parametrize("task", TASKS)
def test_every_task_says_what_is_wrong_with_its_data(task: str, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"none\.jsonl"):
        train(task, [tmp_path / "none.jsonl"], tmp_path)


@pytest.mark.parametrize("missing", ["sklearn.linear_model", "scipy"])
def test_without_what_learning_needs_it_says_how_to_get_it(missing: str) -> None:
    with pytest.raises(Misconfigured, match=r"yuqing\[train\]"), learning():
        raise ModuleNotFoundError(f"No module named {missing!r}", name=missing)


def test_what_else_is_missing_is_a_fault_of_ours() -> None:
    with pytest.raises(ModuleNotFoundError), learning():
        raise ModuleNotFoundError("No module named 'pipeline.nothing'", name="pipeline.nothing")
