"""A circuit breaker: after five failures in a row, ask only now and then whether the other side is back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

PATIENCE: Final = 5
_PROBE_AFTER_S: Final = (15.0, 30.0, 60.0)


class Breaker:
    """Of one receiver. Being asked to wait (a rate limit) is no failure and never comes here."""

    def __init__(self) -> None:
        self._failures = 0

    @property
    def open(self) -> bool:
        return self._failures >= PATIENCE

    @property
    def about_to_open(self) -> bool:
        """True if the next failure opens it."""
        return self._failures == PATIENCE - 1

    def worked(self) -> None:
        self._failures = 0

    def failed(self, now: datetime) -> datetime:
        """Note a failure; return when the next try may be."""
        self._failures += 1
        if not self.open:
            return now
        probe = min(self._failures - PATIENCE, len(_PROBE_AFTER_S) - 1)
        return now + timedelta(seconds=_PROBE_AFTER_S[probe])
