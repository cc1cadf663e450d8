from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.analyse.tasks import TASKS, train
from pipeline.errors import Misconfigured


def test_an_unknown_task_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured) as raised:
        train("weather", [], tmp_path)
    assert all(task in str(raised.value) for task in TASKS)


@pytest.mark.parametrize("task", TASKS)
def test_every_task_says_what_is_wrong_with_its_data(task: str, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"none\.jsonl"):
        train(task, [tmp_path / "none.jsonl"], tmp_path)
