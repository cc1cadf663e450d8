"""What ships is read once for all tests of a process: reading it for each anew would be a good part of their work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import pytest

from pipeline.analyse import analyst
from pipeline.analyse.cues import Lexicon
from pipeline.directory import Directory
from pipeline.rulebook import SHIPPED, Rulebook
from pipeline.text.segment import Segmenter, segmenter

read_directory, read_rules = Directory.read, Rulebook.read


@cache
def the_directory() -> Directory:
    return read_directory()


@cache
def the_rules(*, placed: bool) -> Rulebook:
    return read_rules(directory=the_directory() if placed else None)


@cache
def cutter(name: str, words: tuple[str, ...]) -> Segmenter:
    return segmenter(name, words)


def directory(path: Path | None = None) -> Directory:
    return read_directory(path) if path else the_directory()


def rules(paths: Sequence[Path] = (), directory: Directory | None = None) -> Rulebook:
    if list(paths) in ([], [SHIPPED]) and directory in (None, the_directory()):
        return the_rules(placed=directory is not None)
    return read_rules(paths, directory)


def kept_segmenter(name: str = "jieba", words: Iterable[str] = ()) -> Segmenter:
    return cutter(name, tuple(words))


patch = pytest.MonkeyPatch()


def pytest_configure() -> None:
    """Before test files are read: some of them read what ships at once."""
    patch.setattr(Directory, "read", directory)
    patch.setattr(Rulebook, "read", rules)
    patch.setattr(Lexicon, "read", cache(Lexicon.read))
    patch.setattr(analyst, "segmenter", kept_segmenter)


def pytest_unconfigure() -> None:
    patch.undo()
