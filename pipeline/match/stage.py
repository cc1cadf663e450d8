"""The stage: analysed posts in, matches out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime

from pipeline import log, topics
from pipeline.bus import Delivery, Message
from pipeline.match.matcher import Matcher
from pipeline.model import AnalysedPost, Match, Reader, digest, encode
from pipeline.rulebook import Rule, Rulebook, RuleType
from pipeline.rulebook.live import LiveRules

_log = log.get("match")


class MatchStage:
    """Asks every rule about every post. It remembers nothing, so a batch may come again at any time.

    A rule that cannot be asked, or takes too long again and again, is set aside and its owner named in the log;
    the others go on.
    """

    name = "match"
    reads = topics.ANALYSED
    writes: str | None = topics.MATCHES

    def __init__(self, rulebook: Rulebook, live: LiveRules | None = None) -> None:
        """*live* brings new books; the stage takes one over between two batches."""
        self._rules = rulebook.by_id
        self._matcher = Matcher(rulebook.rules)
        self._live = live
        if live is not None:
            live.on_change(self._prepare)
        self._reader: Reader[AnalysedPost] = Reader(AnalysedPost)
        self.problems = 0

    def process(self, batch: Sequence[Delivery], now: datetime) -> Sequence[Message]:
        """Return the matches in *batch*. Raises Rejected if a delivery is no analysed post."""
        return [
            Message(lane(self._rules[match.rule], match), encode(match))
            for match in self.match([self._reader.read(delivery.value) for delivery in batch])
        ]

    def match(self, docs: Sequence[AnalysedPost]) -> list[Match]:
        """Return the matches of *docs*: the stage without its wire, for a worker that fuses stages."""
        matches = self._matcher.match(docs)
        if self._matcher.problems:
            self.problems += len(self._matcher.problems)
            first = self._matcher.problems[0]
            _log.warning(
                "rules set aside",
                count=len(self._matcher.problems),
                rule=first.rule,
                post=first.post,
                error=first.error,
                owner=first.owner,
            )
        return matches

    def tick(self, now: datetime) -> Sequence[Message]:
        if self._live is not None:
            self._live.look(now)
        return ()

    def _prepare(self, book: Rulebook) -> Callable[[], None]:
        """Build the matcher of a new book, away from the batches; what differs little is a layer on the old one."""
        matcher = self._matcher.changed(book.rules)

        def take_over() -> None:
            before, self._rules, self._matcher = self._matcher, book.by_id, matcher
            threading.Thread(target=before.let_go, name="old matcher", daemon=True).start()

        return take_over

    def close(self) -> None: ...


def lane(rule: Rule, match: Match) -> str:
    """Return the bus key of *match*: hits that one window may hold stay in order, and go to one process.

    A silence looks at all sources of its rule together, mere counts do not know the group of their post, and of a
    deadline's group only the key is the same in all its posts.
    """
    if rule.type in (RuleType.FLATLINE, RuleType.GROWTH):
        return digest(rule.id)
    return digest(rule.id, match.group[0]) if rule.type is RuleType.DEADLINE and match.group else match.key
