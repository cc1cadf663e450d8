"""Says which of the innermost loops were not compiled where this was installed: Python runs them, more slowly."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import pipeline
from pipeline.errors import Fault


def uncompiled() -> list[str]:
    """Return the modules that have a twin in C which is not there, or does not fit the others."""
    root = Path(pipeline.__path__[0])
    names = sorted(".".join(("pipeline", *path.relative_to(root).with_suffix("").parts)) for path in root.rglob("_*.c"))
    return [name for name in names if not _loads(name)]


def _loads(name: str) -> bool:
    try:
        import_module(name)
    except ImportError:
        return False
    return True


def slow(modules: Sequence[str]) -> list[Fault]:
    """Return the warning that *modules* are run by Python; none if there are none."""
    if not modules:
        return []
    listed = "、".join(modules)
    zh = f"没有编译：{listed}；结果相同（个别词的切分除外），但研判慢几倍。装好 C 编译器（如 gcc）后重新安装即可"
    en = f"not compiled: {listed}; the results are the same but for how a few words are cut, several times as slow."
    en += " Install a C compiler, then this again"
    return [Fault("yuqing", zh, en, warning=True)]
