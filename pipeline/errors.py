"""Errors, named by what happens next."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


class Rejected(Exception):
    """This one message or answer is no good: set it aside (``<topic>.dead``) and go on."""


class Unavailable(Exception):
    """Something we depend on is away: rewind, wait, then the same again."""


class Overtaken(Unavailable):
    """Another process has gone on with this work: forget it, look where the ledger stands, and go on from there."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in what a person wrote, with its place and remedy.

    *place* is ``file:line:column`` or ``file: key``; *code* is the linter's (``E21``) where it has one.
    """

    place: str
    zh: str
    en: str
    code: str = ""
    warning: bool = False

    def say(self, lang: str = "zh") -> str:
        words = self.en if lang == "en" else self.zh
        return f"{self.place}: {self.code + ' ' if self.code else ''}{words}"


class Misconfigured(Exception):
    """Do not start: people wrote something that cannot work. Carries every fault, not the first."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(fault.say() for fault in self.faults))


def guess(name: str, known: Iterable[str], *, or_all: bool = False) -> tuple[str, str]:
    """Return "did you mean …" in Chinese and English, to follow what is wrong with *name*.

    Where nothing is near, both are empty, or tell all that is *known*.
    """
    several = list(known)
    near = difflib.get_close_matches(name, several, 3, 0.55)
    if near:
        return f"，是不是想写 {' 或 '.join(near)}？", f"; did you mean {' or '.join(near)}?"
    return (f"；可用的有：{'、'.join(several)}", f"; there are: {', '.join(several)}") if or_all else ("", "")
