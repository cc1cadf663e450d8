"""Labelled texts for training: read, told apart by family, dealt into folds by a hash of their id."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import msgspec

from pipeline.errors import Fault, Misconfigured
from pipeline.model import Polarity

Row = TypeVar("Row")

FOLDS = 3

_POLARITIES = {
    "negative": Polarity.NEG,
    "neutral": Polarity.NEU,
    "positive": Polarity.POS,
    "offensive": Polarity.NEG,
    "safe": Polarity.NEU,
}
_EMOTIONS = {
    "angry": "angry",
    "anger": "angry",
    "disgust": "angry",
    "fear": "fear",
    "happy": "happy",
    "happiness": "happy",
    "like": "happy",
    "neutral": "neutral",
    "none": "neutral",
    "sad": "sad",
    "sadness": "sad",
    "surprise": "surprise",
}
_EMOTICON = re.compile(r"\[[^\[\]]{1,8}\]")


class Family(StrEnum):
    """What kind of text a file holds, told by its name; a file of no known name is taken for microblogs."""

    CITIZEN = "citizen"
    REVIEW = "review"
    EMOTICON = "emoticon"  # labelled by the emoticons in the text, so these are taken out
    OFFENCE = "offence"  # labelled by whether it offends: who does is negative, all else counts as neutral
    MICROBLOG = "microblog"
    DRILL = "drill"
    COURTESY = "courtesy"  # messages with a courtesy added: it does not turn their tone


_PREFIXES = {
    "govmsg": Family.CITIZEN,
    "citizen": Family.CITIZEN,
    "workorder": Family.CITIZEN,
    "review": Family.REVIEW,
    "weibo_senti": Family.EMOTICON,
    "harm_cold": Family.OFFENCE,
}


class Labelled(msgspec.Struct, frozen=True):
    """One text, its polarity, and the file and family it came from."""

    id: str
    text: str
    polarity: Polarity
    file: str
    family: Family

    @property
    def number(self) -> int:
        """A number that hangs on the id alone."""
        return _number(self.id)

    @property
    def fold(self) -> int:
        """The third of all texts that this one is in."""
        return self.number % FOLDS


class _Line(msgspec.Struct):
    id: str
    text: str
    polarity: str | None = None
    label: str | int | None = None


def read(files: Sequence[Path]) -> list[Labelled]:
    """Return the rows of *files* (JSONL, may be gzipped) whose ``polarity`` or ``label`` is a polarity.

    Raises Misconfigured for a file that cannot be read or holds no such row.
    """
    zh = "没有一行带 polarity（negative / neutral / positive）"
    return _every(files, _rows, zh, "no line has a polarity (negative / neutral / positive)")


def _every(files: Sequence[Path], rows_of: Callable[[Path], Iterable[Row]], zh: str, en: str) -> list[Row]:
    """Return the rows of all *files*; *zh* and *en* say what one without any lacks. Raises Misconfigured with all faults."""
    rows: list[Row] = []
    faults: list[Fault] = []
    for file in files:
        try:
            found = list(rows_of(file))
        except (OSError, EOFError, UnicodeDecodeError, msgspec.DecodeError) as error:
            faults.append(Fault(str(file), f"读不出来：{error}", f"cannot be read: {error}"))
            continue
        if not found:
            faults.append(Fault(str(file), zh, en))
        rows += found
    if faults:
        raise Misconfigured(faults)
    return rows


class Emotional(msgspec.Struct, frozen=True):
    """One text, its emotion, and the file it came from."""

    id: str
    text: str
    emotion: str
    file: str

    @property
    def fold(self) -> int:
        return _number(self.id) % FOLDS


def read_emotions(files: Sequence[Path]) -> list[Emotional]:
    """Return the rows of *files* whose ``label`` is an emotion. Raises Misconfigured as ``read`` does."""
    return _every(files, _emotional, "没有一行的 label 是情绪", "no line has an emotion as its label")


def _emotional(file: Path) -> Iterator[Emotional]:
    for name, row in _lines(file):
        emotion = _EMOTIONS.get(str(row.label))
        if emotion:
            yield Emotional(row.id, row.text, emotion, name)


def _rows(file: Path) -> Iterator[Labelled]:
    for name, row in _lines(file):
        family = next((family for prefix, family in _PREFIXES.items() if name.startswith(prefix)), Family.MICROBLOG)
        polarity = _POLARITIES.get(str(row.polarity or row.label))
        if polarity:
            text = _EMOTICON.sub("", row.text) if family is Family.EMOTICON else row.text
            yield Labelled(row.id, text, polarity, name, family)


def _lines(file: Path) -> Iterator[tuple[str, _Line]]:
    """Yield the lines of *file*, each with the name that tells what it holds."""
    name = file.name.split(".")[0]
    decoder = msgspec.json.Decoder(_Line)
    with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as lines:
        for line in lines:
            yield name, decoder.decode(line)


def _number(id: str) -> int:
    return int(hashlib.sha256(id.encode()).hexdigest()[:8], 16)
