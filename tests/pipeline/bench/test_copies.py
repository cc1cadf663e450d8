from __future__ import annotations

import pytest

from pipeline.bench.copies import found

pytest.importorskip("datasketch")


def test_more_copies_are_found_than_by_datasketch_and_nothing_else() -> None:
    recall, precision = found(120)

    assert recall.ratio >= 0.96
    assert recall.ratio > float(recall.against.rpartition(" ")[2])
    assert precision.ratio >= 0.98
