"""Which contests are run when somebody asks."""

from __future__ import annotations

import sys

import pytest

from pipeline.bench import NAMES, run
from pipeline.errors import Misconfigured


def test_an_unknown_benchmark_is_named_with_the_known_ones() -> None:
    with pytest.raises(Misconfigured, match="pipeline"):
        run(["speed"], 1)


def test_there_is_a_benchmark_for_each_promise() -> None:
    assert NAMES == (
        "pipeline",
        "analyse",
        "rules",
        "rules-100k",
        "cluster",
        "privacy",
        "bus",
        "flow",
        "sizing",
        "scale",
        "windows",
        "reload",
        "late",
    )


def test_without_datasketch_clusters_are_measured_only_if_somebody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasketch", None)

    with pytest.raises(Misconfigured, match=r"yuqing\[bench\]"):
        run(["cluster"], 1)
