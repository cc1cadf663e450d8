"""The command line as a person at a terminal sees it, in this process."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli import main

EVENING = datetime.fromisoformat("2026-03-10T19:00:00+08:00")
CASE_TEXT = "柳园新村7号楼楼道煤气味特别大，头晕"


@dataclass(frozen=True)
class Done:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


Terminal = Callable[..., Done]


def terminal(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """Return ``yuqing(word, …, stdin=…)`` working in *folder*."""
    monkeypatch.chdir(folder)
    # Logs go to the standard error of this moment, which pytest closes: loggers must not remember it.
    monkeypatch.setattr("pipeline.log.set_up", lambda level="info": None)

    def yuqing(*words: str, stdin: str = "") -> Done:
        monkeypatch.setattr(sys, "argv", ["yuqing", *words])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode("utf-8", "surrogateescape"))))
        monkeypatch.setenv("COLUMNS", "200")
        capsys.readouterr()
        code: object = 0
        try:
            main()
        except SystemExit as end:
            code = end.code
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return Done(code if isinstance(code, int) else 0, said.out, said.err)

    return yuqing


def recording(folder: Path, texts: Sequence[str], start: datetime = EVENING, kind: str = "post") -> Path:
    """Write *texts* as posts of different people, a minute apart, each collected when it was published."""
    file = folder / "posts.jsonl"
    rows = []
    for number, text in enumerate(texts):
        at = (start + timedelta(minutes=number)).isoformat()
        said = {"id": f"p{number}", "text": text, "kind": kind, "author": f"u{number}"}
        rows.append(said | {"published": at, "fetched": at})
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return file
