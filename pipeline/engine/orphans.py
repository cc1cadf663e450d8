"""Process 1 of a container inherits whoever outlives its parent, and must wait for them when they end."""

from __future__ import annotations

import os
from collections.abc import Collection


def is_first() -> bool:
    return os.getpid() == 1


def bury_orphans(ours: Collection[int | None]) -> None:
    """Wait for all that ended and are none of *ours*, which their own keeper waits for."""
    while (pid := _ended()) is not None and pid not in ours:
        os.waitpid(pid, 0)


def _ended() -> int | None:
    """Return a child that ended and was not waited for, and leave it so."""
    try:
        found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return None
    return found.si_pid if found else None
