"""``yuqing analyse``: JSONL in, findings out, one line for each line, in order."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import msgspec

from crawlers import SourceCard
from crawlers.intake import Intake
from crawlers.pseudonyms import Pseudonyms
from crawlers.recording import card_of, raw_post, row_of
from pipeline.analyse import Analyst
from pipeline.analyse.explained import because
from pipeline.app import App
from pipeline.errors import Rejected
from pipeline.model import Access, AnalysedPost, Post, as_tree
from pipeline.privacy import Masker
from pipeline.settings import Settings

_BATCH = 256
_BLOCKS = ("sentiment", "matter", "place", "party", "privacy", "gate", "cluster", "event")


def analyse_lines(settings: Settings, explain: bool) -> None:
    app = App(settings)
    analyst = Analyst.open(settings.analyse, app.directory, app.clusters, [app.events], explain=explain)
    reader = _LineReader(Intake(app.bus, Masker(app.directory), Pseudonyms.fixed()), settings.timezone)
    for batch in _batches(sys.stdin.buffer):
        for line in _answers(analyst, [reader.read(raw) for raw in batch], explain):
            sys.stdout.write(msgspec.json.encode(line).decode() + "\n")
        sys.stdout.flush()
    app.close()


class _LineReader:
    """Reads one line as a masked post; what cannot be read becomes words about why."""

    def __init__(self, intake: Intake, zone: str) -> None:
        self._intake = intake
        self._zone = zone
        self._now = datetime.now(UTC)

    def read(self, raw: bytes) -> tuple[object, Post | str]:
        """Return the line's own id and its post, or the reason why there is none."""
        row = row_of(raw)
        if isinstance(row, Rejected):
            return None, str(row)
        default = SourceCard(id="stdin", connector="import", access=Access.IMPORT, zone=self._zone)
        try:
            card = card_of(row, default)
            (post,) = self._intake.posts(card, [raw_post(row, fetched_at=self._now, zone=self._zone)])
        except Rejected as error:
            return row.get("id"), str(error)
        return row.get("id", post.native_id), post


def _answers(analyst: Analyst, lines: list[tuple[object, Post | str]], explain: bool) -> Iterator[dict[str, object]]:
    docs = iter(analyst.analyse([post for _, post in lines if isinstance(post, Post)]))
    for id_, post in lines:
        if isinstance(post, str):
            yield {"id": id_, "error": post}
        else:
            doc = next(docs)
            blocks = _blocks(doc)
            yield {"id": id_, **(_with_reasons(blocks, doc) if explain else _without_reasons(blocks))}


def _blocks(doc: AnalysedPost) -> dict[str, dict[str, object]]:
    """Return the findings as nested plain values."""
    blocks = msgspec.to_builtins(doc)
    del blocks["post"]
    shown = as_tree(doc)
    for name in _BLOCKS:
        blocks[name] = {**_tree(blocks.get(name)), **_tree(shown.get(name))}
    blocks["masked"] = {"title": doc.post.title, "text": doc.post.text}
    return blocks  # type: ignore[no-any-return] # msgspec says Any for a struct's plain form


def _with_reasons(blocks: dict[str, dict[str, object]], doc: AnalysedPost) -> dict[str, object]:
    return {**blocks, "explain": msgspec.to_builtins(because(doc))}


def _without_reasons(blocks: dict[str, dict[str, object]]) -> dict[str, dict[str, object]]:
    for name in _BLOCKS:
        blocks[name].pop("why", None)
    return blocks


def _tree(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _batches(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    rest = (line for line in lines if line.strip())
    while batch := list(itertools.islice(rest, _BATCH)):
        yield batch
