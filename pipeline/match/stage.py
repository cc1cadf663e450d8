"""The stage: analysed posts in, matches out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from pipeline import log, topics
from pipeline.bus import Delivery, Message
from pipeline.match.matcher import Matcher
from pipeline.match.written import written
from pipeline.model import TOO_SLOW, AnalysedPost, Match, Post, Published, Reader, Source, digest
from pipeline.rulebook import Rule, Rulebook, RuleType
from pipeline.rulebook.live import LiveRules

_log = log.get("match")

_REMIND_EVERY: Final = timedelta(hours=1)


class MatchStage:
    """Asks every rule about every post. It remembers nothing, so a batch may come again at any time.

    A rule that cannot be asked, or takes too long again and again, is set aside; the others go on. Its owner hears of
    it by a match that has ``failed``: one a rule and batch, and one an hour while a rule stays set aside.
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
        self._reminded_at: datetime | None = None

    def process(self, batch: Sequence[Delivery], now: datetime) -> Sequence[Message]:
        """Return the matches in *batch*. Raises Rejected if a delivery is no analysed post."""
        raws = [delivery.value for delivery in batch]
        docs = list(map(self._reader.read, raws))
        matches = self.match(docs)
        failed = {problem.rule: problem.error for problem in self._matcher.problems}
        return [*self._messages(matches, docs, raws), *self._failures(failed, now)]

    def match(self, docs: Sequence[AnalysedPost]) -> list[Match]:
        """Return the matches of *docs*: the stage without its wire, for a worker that fuses stages."""
        matches = self._matcher.match(docs)
        if self._matcher.problems:
            self.problems += len(self._matcher.problems)
            first = self._matcher.problems[0]
            _log.warning(
                "rules failed",
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
        aside = self._matcher.budget.aside
        if not aside or (self._reminded_at is not None and now - self._reminded_at < _REMIND_EVERY):
            return ()
        self._reminded_at = now
        return self._failures(dict.fromkeys(sorted(aside), TOO_SLOW), now)

    def _messages(
        self, matches: Sequence[Match], docs: Sequence[AnalysedPost] = (), raws: Sequence[bytes] = ()
    ) -> list[Message]:
        lanes = [lane(self._rules[match.rule], match) for match in matches]
        return list(map(Message, lanes, written(matches, docs, raws)))

    def _failures(self, errors: Mapping[str, str], now: datetime) -> list[Message]:
        """Return a message for each rule that failed. It names no post: its text is nobody's business here."""
        return self._messages([_failure(self._rules[rule], error, now) for rule, error in errors.items()])

    def _prepare(self, book: Rulebook) -> Callable[[], None]:
        """Build the matcher of a new book, away from the batches; what differs little is a layer on the old one."""
        matcher = self._matcher.changed(book.rules)

        def take_over() -> None:
            before, self._rules, self._matcher = self._matcher, book.by_id, matcher
            threading.Thread(target=before.let_go, name="old matcher", daemon=True).start()

        return take_over

    def close(self) -> None: ...


def _failure(rule: Rule, error: str, now: datetime) -> Match:
    nothing = Post(
        id="", rev="", source=Source(id=""), text="", published=Published(at=now), fetched_at=now
    )  # fmt: skip
    id_ = digest("failed", rule.id, error, f"{now:%Y-%m-%dT%H}")
    return Match(
        id=id_, rule=rule.id, rule_rev=rule.rev, at=now, known_at=now, failed=error, analysed=AnalysedPost(post=nothing)
    )  # fmt: skip


def lane(rule: Rule, match: Match) -> str:
    """Return the bus key of *match*: hits that one window may hold stay in order, and go to one process.

    A silence looks at all sources of its rule together, mere counts do not know the group of their post, and of a
    deadline's group only the key is the same in all its posts.
    """
    if rule.type in (RuleType.FLATLINE, RuleType.GROWTH):
        return _digest(rule.id)
    return _digest(rule.id, *(match.group[:1] if rule.type is RuleType.DEADLINE else match.group))


_digest = lru_cache(maxsize=4096)(digest)  # most hits are of few groups
