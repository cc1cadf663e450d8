"""What measures near duplicates and events on sets that lie in a folder: each returns figures by name."""

from __future__ import annotations

import gzip
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from pipeline.analyse import Analyst
from pipeline.analyse.bcubed import BCubed, b_cubed
from pipeline.analyse.cluster import Clusters
from pipeline.analyse.edits import copies_found
from pipeline.analyse.events import Events
from pipeline.directory import Directory
from pipeline.errors import Fault, Misconfigured
from pipeline.model import Kind, Post, Published, Source
from pipeline.settings import Analyse

Progress = Callable[[str], None]

TEXTS: Final = 2_000  # of each set, half of which are edited in nine ways
_COPIED: Final = ("weibo2018", "govmsg_taidi")
_EVENTS, _STREAM = "taidi_events", "taidi_stream"
_BATCH = 256


class _Line(msgspec.Struct):
    id: str
    text: str = ""
    title: str = ""
    time: str = ""
    label: str | int | None = None


def duplicates(data: Path, progress: Progress) -> Mapping[str, float]:
    """Edit texts in nine ways and look for the originals; of several sets, the worst figures."""
    found = {}
    for name in _COPIED:
        texts = [line.text for line in _lines(data, name)]
        if texts:
            progress(f"duplicates：{name}")
            random.Random(0).shuffle(texts)
            found[name] = copies_found(texts[:TEXTS])
    if not found:
        raise _missing(data, "duplicates", _COPIED)
    return {
        "duplicates.recall": min(copies.recall for copies in found.values()),
        "duplicates.precision": min(copies.precision for copies in found.values()),
        **{f"duplicates.{name}.{edit}": part for name, one in found.items() for edit, part in one.by_edit.items()},
    }


def events(data: Path, progress: Progress) -> Mapping[str, float]:
    """Group the labelled messages, alone and among all others of their stream; among the labelled ones is measured.

    ``event.b_cubed_f1`` is the worse of the two; ``event.unlisted`` counts the others that their events took in.
    """
    listed = list(_lines(data, _EVENTS))
    if not listed:
        raise _missing(data, "event", (_EVENTS,))
    labels = {line.id: str(line.label) for line in listed}
    others = [line for line in _lines(data, _STREAM) if line.id not in labels]
    progress("event：alone")
    alone, _ = _grouped(listed, labels)
    progress("event：in its stream")
    among, unlisted = _grouped([*listed, *others], labels)
    return {
        "event.b_cubed_f1": min(alone.f1, among.f1),
        "event.alone.b_cubed_f1": alone.f1,
        "event.among.b_cubed_f1": among.f1,
        "event.among.precision": among.precision,
        "event.among.recall": among.recall,
        "event.unlisted": float(unlisted),
    }


def _grouped(lines: Sequence[_Line], labels: Mapping[str, str]) -> tuple[BCubed, int]:
    """Return how well the labelled ones are grouped, and how many others are in their events; in the order of time."""
    posts = sorted((_post(line) for line in lines), key=lambda post: (post.at, post.id))
    analyst = Analyst.open(Analyse(), Directory.read(), Clusters(), [Events()])
    batches = (analyst.analyse(posts[start : start + _BATCH]) for start in range(0, len(posts), _BATCH))
    found = {doc.post.id: doc.event.id if doc.event else doc.post.id for docs in batches for doc in docs}
    taken = {found[id_] for id_ in labels}
    unlisted = sum(event in taken for id_, event in found.items() if id_ not in labels)
    return b_cubed([labels[id_] for id_ in labels], [found[id_] for id_ in labels]), unlisted


def _post(line: _Line) -> Post:
    numbers = [int(number) for number in re.findall(r"\d+", line.time)] or [2026, 1, 1]
    at = datetime(*numbers[:6], tzinfo=UTC)  # type: ignore[arg-type, misc] # year to second, as many as are told
    return Post(
        id=line.id, rev="", kind=Kind.MESSAGE, source=Source("measured"), title=line.title, text=line.text,
        published=Published(at), fetched_at=at,
    )  # fmt: skip


def _lines(data: Path, name: str) -> Iterator[_Line]:
    decoder = msgspec.json.Decoder(_Line)
    for file in sorted(data.glob(f"{name}*.jsonl*")):
        with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as lines:
            yield from map(decoder.decode, lines)


def _missing(data: Path, measure: str, names: Sequence[str]) -> Misconfigured:
    wanted = "、".join(f"{name}*.jsonl(.gz)" for name in names)
    return Misconfigured([Fault(str(data), f"{measure} 需要 {wanted}", f"{measure} needs {wanted}")])
