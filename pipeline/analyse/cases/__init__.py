"""Invented sentences and how bad they are, to train on and, those that are held back, to measure by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

FILE = Path(__file__).with_name("harm.jsonl")
TONE = Path(__file__).with_name("tone.txt")


class Case(msgspec.Struct, frozen=True, omit_defaults=True):
    """A sentence with its harm tier and, where only one is right, topic and appeal type.

    For *listed* ones the word lists were mended: what words say of them proves nothing.
    """

    text: str
    harm: str
    held: bool = False
    listed: bool = False
    topic: str | None = None
    appeal_type: str | None = None


def cases() -> list[Case]:
    """Return all of them; no model ever learned from the held ones."""
    return [msgspec.json.decode(line, type=Case) for line in FILE.read_bytes().splitlines()]


def tones() -> list[str]:
    """Return what people say around a matter that changes nothing of it; ``{}`` is the matter."""
    return TONE.read_text(encoding="utf-8").splitlines()


def measure(judge: Callable[[Sequence[str]], Sequence[str]], *, held: bool = True) -> dict[str, float]:
    """Return how well *judge*, which tells the harm tier of each text, does on the held cases (or on the others)."""
    asked = [case for case in cases() if case.held is held]
    told = judge([case.text for case in asked])
    truth = [case.harm for case in asked]
    both = sum(true == said == "H3" for true, said in zip(truth, told, strict=True))
    return {
        "harm.h3.recall": both / truth.count("H3"),
        "harm.h3.precision": both / max(1, list(told).count("H3")),
        "harm.accuracy": sum(true == said for true, said in zip(truth, told, strict=True)) / len(truth),
    }
