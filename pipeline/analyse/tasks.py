"""Everything that can be trained, by the name that ``yuqing train`` takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from pipeline.analyse import classtrain
from pipeline.analyse import train as feelings
from pipeline.analyse.classes import TASKS as CLASSES
from pipeline.errors import Fault, Misconfigured

TASKS: Final = ("sentiment", "emotion", *CLASSES)


@contextmanager
def learning() -> Iterator[None]:
    """Say how to install what a desk does not need and learning does, where it is missing. Raises Misconfigured."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("sklearn", "scipy"):
            raise
        zh, en = "需要 scikit-learn：pip install 'yuqing[train]'", "needs scikit-learn: pip install 'yuqing[train]'"
        raise Misconfigured([Fault("yuqing[train]", zh, en)]) from error


def train(
    task: str, data: Sequence[Path], out: Path, progress: Callable[[str], None] = lambda step: None
) -> msgspec.Struct:
    """Train *task* on *data*, write weights and card into *out*, return the card. Raises Misconfigured."""
    if task not in TASKS:
        known = "、".join(TASKS)
        zh, en = f"没有名为 {task} 的任务（可选：{known}）", f"no task is called {task}"
        raise Misconfigured([Fault(f"train {task}", zh, en)])
    with learning():
        if task in CLASSES:
            return classtrain.train(task, data, out, progress)
        return feelings.train(task, data, out, progress)
