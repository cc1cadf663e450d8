from __future__ import annotations

from pathlib import Path

import pipeline
from pipeline.text.compiled import slow, uncompiled
from tests.live import do_without


def test_every_loop_is_compiled_where_a_compiler_is() -> None:
    if uncompiled():
        do_without("a C compiler when yuqing was installed")


def test_a_loop_that_was_not_compiled_is_told() -> None:
    assert slow([]) == []
    [fault] = slow(["pipeline.match._filed"])

    assert fault.warning
    assert "pipeline.match._filed" in fault.zh and "gcc" in fault.zh
    assert "pipeline.match._filed" in fault.en


def test_every_loop_has_types_beside_it() -> None:
    root = Path(pipeline.__path__[0])

    loops = list(root.rglob("_*.c"))

    assert loops
    assert [path.name for path in loops if not path.with_suffix(".pyi").exists()] == []
