"""Nodes of a rule file, written as they would be there."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.rulebook.report import Report
from pipeline.rulebook.source import Node, load


def a_node(yaml: str) -> Node:
    """Return the node of ``value`` in a file that says ``value: `` and then *yaml*."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "rules.yaml"
        file.write_text(f"value: {yaml}\n", encoding="utf-8")
        root = load(file, Report())
    assert root is not None
    return root.entries["value"]


def codes(report: Report) -> list[str]:
    return [fault.code for fault in report.faults]
