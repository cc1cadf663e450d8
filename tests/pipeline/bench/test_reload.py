from __future__ import annotations

from unittest.mock import patch

from pipeline.bench import reload


def test_a_reload_is_measured_batch_by_batch() -> None:
    with patch("pipeline.bench.reload.RULES", 30):
        rows = {row.name: row.ratio for row in reload.run(1, 1)}

    assert set(rows) == {"reload-batch", "reload-adds", "reload-first"}
    assert rows["reload-batch"] > 0


def test_the_new_book_took_over() -> None:
    waited = reload.measure(20)

    assert waited.rules == 20
    assert waited.batches >= 1
    assert waited.slowest_ms > 0
