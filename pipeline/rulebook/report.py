"""Where faults are collected while a rule file is read: all of them, not the first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from pipeline.errors import Fault, guess


class Report:
    """The faults found so far. A rule is sound if no error was added while it was read."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.errors = 0
        self._known: set[Fault] = set()
        self._keys: dict[str, str] = {}

    def called(self, place: str, key: str) -> None:
        """Remember that what stands at *place* is *key*, so that a message about it can say so."""
        self._keys.setdefault(place, key)

    def error(self, place: str, code: str, zh: str, en: str) -> None:
        self.errors += 1
        self._add(Fault(place, zh, en, code))

    def warn(self, place: str, code: str, zh: str, en: str) -> None:
        self._add(Fault(place, zh, en, code, warning=True))

    def _add(self, fault: Fault) -> None:
        key = self._keys.get(fault.place, "")
        if key and key not in fault.zh:
            fault = replace(fault, zh=f"{key}：{fault.zh}", en=f"{key}: {fault.en}")
        if fault not in self._known:  # what the defaults of a file say is read again with every rule
            self._known.add(fault)
            self.faults.append(fault)

    def unknown(self, place: str, code: str, what: tuple[str, str], name: str, known: Collection[str]) -> None:
        """Report that *name* is not among *known*; *what* is the kind of thing in Chinese and English."""
        zh, en = guess(name, known)
        self.error(place, code, f"没有“{name}”这个{what[0]}{zh}", f"unknown {what[1]} {name!r}{en}")
