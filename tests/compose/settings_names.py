"""Whether the names in an environment are settings of ours, and their values are valid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from pipeline.errors import Fault
from pipeline.settings import PREFIX, salvaged

_FROM_FILE: Final = "_FILE"


def setting_faults(environment: Mapping[str, str]) -> Iterator[str]:
    """Yield what our settings say against the variables that begin with ``YUQING_``."""
    for name, value in environment.items():
        if name.startswith(PREFIX):
            given = {name.removesuffix(_FROM_FILE): ""} if name.endswith(_FROM_FILE) else {name: value}
            yield from (f"{name}: {fault.en} ({value!r})" for fault in _faults(given))


def _faults(given: Mapping[str, str]) -> list[Fault]:
    return salvaged(None, given)[1]
