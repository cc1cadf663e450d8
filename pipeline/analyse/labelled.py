"""Labelled texts for training: read, told apart by family, split by a hash of their id."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path

import msgspec

from pipeline.errors import Fault, Misconfigured
from pipeline.model import Polarity

BUCKETS = 10
TESTED, CALIBRATED = 0, 1  # buckets that are held out: for the scores, for the probabilities

_POLARITIES = {"negative": Polarity.NEG, "neutral": Polarity.NEU, "positive": Polarity.POS}
_EMOTICON = re.compile(r"\[[^\[\]]{1,8}\]")


class Family(StrEnum):
    """What kind of text a file holds, told by its name; a file of no known name is taken for microblogs."""

    CITIZEN = "citizen"
    REVIEW = "review"
    EMOTICON = "emoticon"  # labelled by the emoticons in the text, so these are taken out
    MICROBLOG = "microblog"
    DRILL = "drill"


_PREFIXES = {
    "govmsg": Family.CITIZEN,
    "citizen": Family.CITIZEN,
    "workorder": Family.CITIZEN,
    "review": Family.REVIEW,
    "weibo_senti": Family.EMOTICON,
}


class Labelled(msgspec.Struct, frozen=True):
    """One text, its polarity, and the file and family it came from."""

    id: str
    text: str
    polarity: Polarity
    file: str
    family: Family

    @property
    def bucket(self) -> int:
        return int(hashlib.sha256(self.id.encode()).hexdigest()[:8], 16) % BUCKETS


class _Line(msgspec.Struct):
    id: str
    text: str
    polarity: str | None = None
    label: str | int | None = None


def read(files: Sequence[Path]) -> list[Labelled]:
    """Return the rows of *files* (JSONL, may be gzipped) whose ``polarity`` or ``label`` is a polarity.

    Raises Misconfigured for a file that cannot be read or holds no such row.
    """
    rows: list[Labelled] = []
    faults: list[Fault] = []
    for file in files:
        try:
            found = list(_rows(file))
        except (OSError, EOFError, UnicodeDecodeError, msgspec.DecodeError) as error:
            faults.append(Fault(str(file), f"读不出来：{error}", f"cannot be read: {error}"))
            continue
        if not found:
            zh = "没有一行带 polarity（negative / neutral / positive）"
            faults.append(Fault(str(file), zh, "no line has a polarity (negative / neutral / positive)"))
        rows += found
    if faults:
        raise Misconfigured(faults)
    return rows


def _rows(file: Path) -> Iterator[Labelled]:
    name = file.name.split(".")[0]
    family = next((family for prefix, family in _PREFIXES.items() if name.startswith(prefix)), Family.MICROBLOG)
    decoder = msgspec.json.Decoder(_Line)
    with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as lines:
        for line in lines:
            row = decoder.decode(line)
            polarity = _POLARITIES.get(str(row.polarity or row.label))
            if polarity:
                text = _EMOTICON.sub("", row.text) if family is Family.EMOTICON else row.text
                yield Labelled(row.id, text, polarity, name, family)
