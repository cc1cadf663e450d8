"""``yuqing replay``: one JSON line for each notification."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
from rich.progress import Progress

from pipeline.app.replay import Options, replay
from pipeline.settings import Settings


def print_replay(
    files: Sequence[Path], settings: Settings, batch: int, shuffle: int | None, twice: bool, kill_every: int | None
) -> None:
    options = Options(batch=batch, shuffle=shuffle, twice=twice, kill_every=kill_every)
    with Progress(disable=not sys.stderr.isatty(), transient=True) as bar:
        task = bar.add_task("重放 / replaying", total=None)
        for line in replay(files, settings, options, lambda done, of: bar.update(task, completed=done, total=of)):
            sys.stdout.write(msgspec.json.encode(line).decode() + "\n")
