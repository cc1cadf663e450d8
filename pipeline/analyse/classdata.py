"""Texts with the class they were filed under, for training: read from files, told apart by the question they answer."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from pipeline.errors import Fault, Misconfigured

FOLDS: Final = 5  # parts of the data; each is tested once by a model that saw none of it
FEWEST: Final = 20  # texts that a class needs to be learned

# Which field of a known set answers which question; of an unknown one it is the field named like the question, or ``label``.
_KNOWN: Final[Mapping[str, Mapping[str, str]]] = {
    "govmsg_taidi": {"department": "label"},
    "govmsg_msga": {"domain": "label", "msg_kind": "msg_type"},
}
# Known sets whose ``label`` answers none of our questions.
_OTHERS: Final = (
    "govqa_", "reply_", "taidi_", "weibo", "ewect_", "nlpcc_", "review_", "news_", "pair_", "harm_", "rumor_",
)  # fmt: skip
# Sets that answer no question of ours, but whose answers help with one: an agency says much about the domain.
_HELPFUL: Final[Mapping[str, tuple[str, ...]]] = {"domain": ("govmsg_taidi", "govqa_")}
_TOKENS: Final = re.compile(r"\s+")


class Filed(msgspec.Struct, frozen=True):
    """One text, and the class that somebody filed it under."""

    id: str
    text: str
    label: str

    @property
    def fold(self) -> int:
        """Return in which of FOLDS parts it is: told by its words, so that copies of a text stay together."""
        return int(hashlib.sha256(_TOKENS.sub("", self.text).encode()).hexdigest()[:8], 16) % FOLDS


def read(task: str, files: Sequence[Path]) -> list[Filed]:
    """Return the rows of *files* (JSONL, may be gzipped) that answer *task*, without classes of fewer than FEWEST.

    A title that does not begin the text is put before it. Raises Misconfigured for a file that cannot be read,
    and if fewer than two classes are left.
    """
    rows: list[Filed] = []
    faults: list[Fault] = []
    for file in files:
        try:
            rows += _rows(file, _fields(task, file.name))
        except (OSError, EOFError, UnicodeDecodeError, msgspec.DecodeError) as error:
            faults.append(Fault(str(file), f"读不出来：{error}", f"cannot be read: {error}"))
    rows = _frequent(rows)
    if not faults and len({row.label for row in rows}) < 2:
        zh = f"至少要有两类，每类不少于 {FEWEST} 条"
        faults.append(Fault(f"train {task}", zh, f"at least two classes of {FEWEST} texts each are needed"))
    if faults:
        raise Misconfigured(faults)
    return rows


def helpful(task: str, files: Sequence[Path]) -> list[list[Filed]]:
    """Return the rows of those of *files* whose own labels help with *task*, a list each, as ``read`` would."""
    chosen = [file for file in files if file.name.startswith(_HELPFUL.get(task, ()))]
    found = [_frequent(list(_rows(file, ("label",)))) for file in chosen]
    return [rows for rows in found if len({row.label for row in rows}) > 1]


def texts(files: Sequence[Path]) -> list[str]:
    """Return every text of *files* once, whether anybody filed it or not."""
    return list(dict.fromkeys(text for file in files for row in _lines(file) if (text := _text(row))))


def _frequent(rows: Sequence[Filed]) -> list[Filed]:
    counts = Counter(row.label for row in rows)
    return [row for row in rows if counts[row.label] >= FEWEST]


def _rows(file: Path, fields: Sequence[str]) -> Iterator[Filed]:
    for number, row in enumerate(_lines(file)):
        label = next((str(row[field]) for field in fields if row.get(field)), "")
        if label and (text := _text(row)):
            yield Filed(str(row.get("id", number)), text, label.replace("/", ""))


def _lines(file: Path) -> Iterator[dict[str, object]]:
    with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as lines:
        for line in lines:
            yield msgspec.json.decode(line, type=dict[str, object])


def _fields(task: str, name: str) -> Sequence[str]:
    known = next((fields for prefix, fields in _KNOWN.items() if name.startswith(prefix)), None)
    if known is None:
        return (task,) if name.startswith(_OTHERS) else (task, "label")
    return [known[task]] if task in known else []


def _text(row: Mapping[str, object]) -> str:
    title, text = str(row.get("title") or ""), str(row.get("text") or "")
    return f"{title}\n{text}" if title and not text.startswith(title) else text
