"""How well danger to life is told from words that only sound like it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from pipeline.analyse.analyst import Analyst
from pipeline.analyse.cases import measure
from pipeline.bench import invented
from pipeline.directory import Directory
from pipeline.settings import Analyse


def told(data: Path, progress: Callable[[str], None]) -> Mapping[str, float]:
    """Return recall and precision of H3 over the invented cases that were held back; no set in *data* is needed."""
    progress("harm")
    analyst = Analyst.open(Analyse(), Directory.read())
    (pattern,) = invented.posts(1, 1, ["某处"])

    def tiers(texts: Sequence[str]) -> list[str]:
        docs = analyst.analyse([msgspec.structs.replace(pattern, text=text) for text in texts])
        return [doc.matter.harm if doc.matter else "H0" for doc in docs]

    return measure(tiers)
