"""What may be kept of a press article: its title, link and outlet, and an excerpt that shows its matters (DOMAIN P-37).

The whole text is there to be understood and is then let go: a copy of it would stand in for the paper's own page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec.structs import replace

from pipeline.model.analysed import AnalysedPost, MatterFinding, Part, PlaceFinding, Reason, TextFinding
from pipeline.model.post import Kind, Post, SourceClass

LONGEST: Final = 200
"""Characters of an excerpt."""
_ARTICLE: Final = Kind.ARTICLE  # a member is looked up by name each time it is asked of its class
_PRESS: Final = frozenset(
    {SourceClass.NEWS_CENTRAL, SourceClass.NEWS_PROVINCE, SourceClass.NEWS_LOCAL, SourceClass.WECHAT}
)
_MOST_PIECES: Final = 8
_GAP: Final = "…"


def press(post: Post) -> bool:
    """Say whether *post* is an article of a paper or of a public account: somebody's work, not a resident's words to us."""
    return post.kind is _ARTICLE and post.source.class_ in _PRESS


def excerpted(doc: AnalysedPost) -> AnalysedPost:
    """Return what may be kept of *doc*: of a press article an excerpt, with the reasons that stand in it; all else whole.

    Parts stand where the excerpt shows them, and say where in the article that was.
    """
    if not press(doc.post) or len(doc.post.text) <= LONGEST:
        return doc
    cut = _Cut(doc)
    return replace(
        doc,
        post=replace(doc.post, text=cut.of(doc.body()), text_truncated=True),
        text=cut.text(doc.text) if doc.text else None,
        sentiment=replace(doc.sentiment, why=cut.moved(doc.sentiment.why)) if doc.sentiment else None,
        matter=cut.matter(doc.matter) if doc.matter else None,
        place=cut.place(doc.place) if doc.place else None,
        party=replace(doc.party, why=cut.moved(doc.party.why)) if doc.party else None,
        gate=replace(doc.gate, why=cut.moved(doc.gate.why)) if doc.gate else None,
        parts=tuple([cut.part(part) for part in doc.parts]),
    )


class _Cut:
    """Which pieces of an article are kept, and where each stands then."""

    def __init__(self, doc: AnalysedPost) -> None:
        self._whole = len(doc.body())
        self._begin = self._whole - len(doc.post.text)
        self._pieces = list(self._chosen(doc.parts))
        self._shown = dict(self._standing())

    def _chosen(self, parts: Sequence[Part]) -> Iterator[tuple[int, int]]:
        """Yield the beginning of every passage that tells of a matter; of an article without any, its own beginning."""
        spans = [(max(part.start, self._begin), part.end) for part in parts if part.end > self._begin][:_MOST_PIECES]
        spans = spans or [(self._begin, self._whole)]
        room = (LONGEST - len(spans) - 1) // len(spans)
        for start, end in spans:
            yield start, min(end, start + room)

    def _standing(self) -> Iterator[tuple[int, tuple[int, int]]]:
        """Yield of each piece where it began, and where it stands in the excerpt."""
        stands = reached = self._begin
        for start, end in self._pieces:
            stands += len(_GAP) if start > reached else 0
            yield start, (stands, stands + end - start)
            stands, reached = stands + end - start, end

    def of(self, text: str) -> str:
        """Return what is kept of *text*, without its title."""
        reached, said = self._begin, ""
        for start, end in self._pieces:
            said += (_GAP if start > reached else "") + text[start:end]
            reached = end
        return said + (_GAP if reached < self._whole else "")

    def text(self, found: TextFinding) -> TextFinding:
        """Return *found* with the search tokens that title and excerpt have, each once."""
        normal = found.normal[: self._begin] + self.of(found.normal)
        tokens = dict.fromkeys(word for word in found.line.split(" ") if word in normal)
        return replace(found, normal=normal, tokens=" ".join(tokens))

    def moved(self, why: Sequence[Reason]) -> tuple[Reason, ...]:
        return tuple(map(self._moved, why))

    def _moved(self, reason: Reason) -> Reason:
        """Return *reason* where it stands in the excerpt; of one that is not in it, its word."""
        if reason.end <= self._begin:
            return reason
        for start, end in self._pieces:
            if start <= reason.start and reason.end <= end:
                return reason.moved(self._shown[start][0] - start)
        return Reason(reason.cue, reason.weight)

    def matter(self, found: MatterFinding) -> MatterFinding:
        return replace(found, why=self.moved(found.why))

    def place(self, found: PlaceFinding) -> PlaceFinding:
        return replace(found, why=self.moved(found.why))

    def part(self, part: Part) -> Part:
        matter, place = self.matter(part.matter), self.place(part.place) if part.place else None
        if part.end <= self._begin:
            return replace(part, matter=matter, place=place)
        start, end = self._shown.get(max(part.start, self._begin), (-1, -1))
        return replace(part, start=start, end=end, at=part.start, matter=matter, place=place)
