"""What the page shows of the system itself; whoever starts the console fills it in."""

from __future__ import annotations

from datetime import datetime

import msgspec


class SourceHealth(msgspec.Struct, frozen=True, kw_only=True):
    """One source as the collector last saw it.

    *outcome* is how the last visit ended (``crawlers.Outcome``), "" before the first one. *blind_s* says for how
    long nobody has been looking; *problem* says why, and what to do.
    """

    id: str
    connector: str = ""
    outcome: str = ""
    ok: bool = True
    problem: str = ""
    seen: datetime | None = None
    news: datetime | None = None
    blind_s: float = 0.0


class StageHealth(msgspec.Struct, frozen=True, kw_only=True):
    """How far a stage is behind: messages waiting for it, and the age of the last one it finished."""

    name: str
    lag: int = 0
    delay_s: float | None = None
    ok: bool = True


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Something we depend on: bus, index, ledger, disk."""

    name: str
    ok: bool = True
    words: str = ""


class Health(msgspec.Struct, frozen=True, kw_only=True):
    parts: tuple[Part, ...] = ()
    stages: tuple[StageHealth, ...] = ()
    sources: tuple[SourceHealth, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether we can do our duty. A silent source is worth a line, not a restart of the whole."""
        return all(part.ok for part in self.parts)
