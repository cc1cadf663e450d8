"""``yuqing evaluate``: the pass marks, and how far the models here are from them."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
from rich.progress import Progress

from pipeline.bench.marks import Result, evaluate
from pipeline.cli.tables import print_table


def print_marks(data: Path, names: Sequence[str], format: str) -> int:
    """Print the table; return 1 if something that was measured is below its pass mark."""
    with Progress(disable=not sys.stderr.isatty(), transient=True) as bar:
        row = bar.add_task("测量 / measuring", total=None)
        results = evaluate(data, names, lambda words: bar.update(row, description=words))
    if format == "json":
        sys.stdout.write(msgspec.json.encode([_line(result) for result in results]).decode() + "\n")
    elif format == "csv":
        lines = [_line(result) for result in results]
        writer = csv.DictWriter(sys.stdout, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
    else:
        _print(results)
    return int(any(result.passed is False for result in results))


def _line(result: Result) -> dict[str, object]:
    mark = result.mark
    return {
        "figure": mark.figure,
        "what": mark.en,
        "plain": mark.plain,
        "pass": mark.least,
        "aim": mark.aim,
        "value": result.value,
        "passed": result.passed,
        "aim_reached": result.aimed,
    }


def _print(results: Sequence[Result]) -> None:
    titles = ("指标 / figure", "朴素线性 / plain", "及格 / pass", "目标 / aim", "得分 / value", "结论 / verdict")
    print_table(titles, map(_row, results))


def _row(result: Result) -> tuple[str, ...]:
    mark, sign = result.mark, "≤ " if result.mark.below else ""
    value = "–" if result.value is None else f"{result.value:.4f}"
    return f"{mark.zh} / {mark.en}", mark.plain, f"{sign}{mark.least}", f"{sign}{mark.aim}", value, _verdict(result)


def _verdict(result: Result) -> str:
    if result.value is None:
        return "未测 / not measured"
    if result.aimed:
        return "达到目标 / aim reached"
    return "及格 / passed" if result.passed else "不及格 / failed"
