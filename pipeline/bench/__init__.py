"""Speed as ratios: ours and the usual way, measured in turns in one run.

A machine is never quiet, so absolute rates say little. Each round runs both sides one right after the other
and keeps their ratio; a row tells the median of the rounds with the lowest and the highest.
"""

from __future__ import annotations

from pipeline.bench.contest import Row
from pipeline.bench.run import NAMES, run

__all__ = ["NAMES", "Row", "run"]
