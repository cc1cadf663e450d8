"""``yuqing train``: a model from labelled data, with its card."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
from rich.progress import Progress

from pipeline.analyse.tasks import train


def train_model(task: str, data: Sequence[Path], out: Path) -> None:
    with Progress(disable=not sys.stderr.isatty(), transient=True) as bar:
        row = bar.add_task("训练 / training", total=None)
        card = train(task, data, out, progress=lambda words: bar.update(row, description=words))
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(card)).decode() + "\n")
