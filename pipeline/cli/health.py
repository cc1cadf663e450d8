"""``yuqing health``: whether parts are at work, for those who start and stop containers."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from pipeline.app.status import Status, silent, statuses, worker_of


def tell_health(home: Path, names: Sequence[str]) -> int:
    """Say what is wrong with the named parts (default: all that spoke since the start); return 1 if anything is.

    It looks at the parts alone: that something they depend on is away is no reason to start them again.
    """
    heard = statuses(home)
    faults = list(_faults(heard, names, datetime.now(UTC)))
    if faults:
        sys.stderr.write("".join(f"{fault}\n" for fault in faults))
        return 1
    sys.stdout.write(f"正常 / at work: {' '.join(sorted(names or heard))}\n")
    return 0


def _faults(heard: Mapping[str, Status], names: Sequence[str], now: datetime) -> Iterator[str]:
    if not heard and not names:
        yield "没有任何部分在运行 / no part is running"
    for name in names or heard:
        of_it = [status for status in heard.values() if worker_of(status.part, name)]
        if not of_it:
            yield f"{name}：没有运行 / not running"
        for status in of_it:
            if silent(status, now):
                yield f"{status.part}：自 {status.at:%H:%M:%S}Z 起没有动静 / silent since then"
