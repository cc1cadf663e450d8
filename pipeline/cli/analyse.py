"""``yuqing analyse``: JSONL in, findings out, one line for each line, in order."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from crawlers import SourceCard
from crawlers.intake import Intake, words_of
from crawlers.pseudonyms import Pseudonyms
from crawlers.recording import card_of, raw_post, row_of
from pipeline.analyse import Analyst
from pipeline.analyse.explained import Pieces, because
from pipeline.app import App
from pipeline.errors import Rejected
from pipeline.model import Access, AnalysedPost, Kind, Post, as_tree
from pipeline.privacy import Masked, Masker
from pipeline.settings import Settings

_BATCH = 256
_LINE_ENDS = {ord(one): f"\\u{ord(one):04x}" for one in "\x85\u2028\u2029"}  # to some readers these end a line as well
_BLOCKS = ("sentiment", "matter", "place", "party", "privacy", "gate", "cluster", "event")


def analyse_lines(settings: Settings, explain: bool) -> None:
    app = App(settings)
    analyst = Analyst.open(settings.analyse, app.directory, app.clusters, [app.events], explain=explain)
    pieces = Pieces(settings.analyse) if explain else None
    masker = Masker(app.directory)
    reader = _LineReader(Intake(app.bus, masker, Pseudonyms.fixed()), masker, settings.timezone)
    for batch in _batches(sys.stdin.buffer):
        for line in _answers(analyst, [reader.read(number, raw) for number, raw in batch], pieces):
            sys.stdout.write(msgspec.json.encode(line).decode().translate(_LINE_ENDS) + "\n")
        sys.stdout.flush()
    app.close()


class _Line(NamedTuple):
    """A line's own id, and its post or why there is none; *masked* says what was hidden in it."""

    number: int
    id: object
    post: Post | str
    masked: Masked = Masked("", "")


class _LineReader:
    """Reads one line as a masked post; what cannot be read becomes words about why."""

    def __init__(self, intake: Intake, masker: Masker, zone: str) -> None:
        self._intake = intake
        self._masker = masker
        self._zone = zone
        self._now = datetime.now(UTC)

    def read(self, number: int, raw: bytes) -> _Line:
        """Return the line's own id and its post, or the reason why there is none."""
        row = row_of(raw)
        if isinstance(row, Rejected):
            return _Line(number, None, str(row))
        default = SourceCard(id="stdin", connector="import", access=Access.IMPORT, zone=self._zone)
        try:
            card = card_of(row, default)
            spoken = raw_post(row, fetched_at=self._now, zone=self._zone)
            (post,) = self._intake.posts(card, [spoken])
        except Rejected as error:
            return _Line(number, row.get("id"), str(error))
        (masked,) = self._masker.mask_batch(
            [words_of(spoken)], [spoken.kind is Kind.ARTICLE]
        )  # again, for where it stood
        return _Line(number, row.get("id", post.native_id), post, masked)


def _answers(analyst: Analyst, lines: list[_Line], pieces: Pieces | None) -> Iterator[dict[str, object]]:
    docs = iter(analyst.analyse([line.post for line in lines if isinstance(line.post, Post)]))
    for line in lines:
        if isinstance(line.post, str):
            yield {"id": line.id, "line": line.number, "error": line.post}
        else:
            doc = next(docs)
            blocks = _blocks(doc)
            blocks["privacy"] |= _hidden(doc.post, line.masked)
            yield {
                "id": line.id,
                **(_without_reasons(blocks) if pieces is None else _with_reasons(blocks, doc, pieces)),
            }


def _blocks(doc: AnalysedPost) -> dict[str, dict[str, object]]:
    """Return the findings as nested plain values."""
    blocks = msgspec.to_builtins(doc)
    del blocks["post"]
    shown = as_tree(doc)
    for name in _BLOCKS:
        blocks[name] = {**_tree(blocks.get(name)), **_tree(shown.get(name))}
    # Whoever groups by event must not find all posts together for which none was looked for.
    blocks["event"] = blocks["event"] or {"id": doc.post.id, "kind": "alone"}
    blocks["masked"] = {"title": doc.post.title, "text": doc.post.text}
    return blocks  # type: ignore[no-any-return] # msgspec says Any for a struct's plain form


def _hidden(post: Post, masked: Masked) -> dict[str, object]:
    """Return the masked words, and of each thing masked its class and where it stood in the line's title and text."""
    spans = [{"start": span.start, "end": span.end, "class": span.name} for span in masked.spans]
    return {"title": post.title, "text": post.text, "classes": list(masked.classes), "spans": spans}


def _with_reasons(blocks: dict[str, dict[str, object]], doc: AnalysedPost, pieces: Pieces) -> dict[str, object]:
    return {**blocks, "explain": msgspec.to_builtins(because(doc, pieces))}


def _without_reasons(blocks: dict[str, dict[str, object]]) -> dict[str, dict[str, object]]:
    for name in _BLOCKS:
        blocks[name].pop("why", None)
    return blocks


def _tree(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _batches(lines: Iterable[bytes]) -> Iterator[list[tuple[int, bytes]]]:
    """Yield the lines that say something, each with its number in the input, from 1."""
    rest = ((number, line) for number, line in enumerate(lines, start=1) if line.strip())
    while batch := list(itertools.islice(rest, _BATCH)):
        yield batch
