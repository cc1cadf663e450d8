"""What detect remembers, on the ledger: hits, groups, episodes, timers, and hits that wait for their time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from pipeline.detect.episode import NEVER, Episode
from pipeline.detect.track import Hit
from pipeline.ledger import Session, insert_new, upsert
from pipeline.ledger.tables import episode, hit, pending, timer, watch
from pipeline.model import Alert, Evidence, Match, Reader, encode

_EVIDENCE = 5
_KEPT: Final = sa.select(episode.c.rule, episode.c.grp, episode.c.partition, episode.c.body)
_TIMERS: Final = sa.select(timer.c.rule, timer.c.grp, timer.c.kind, timer.c.due, timer.c.partition, timer.c.body)
_IN_GROUP: Final = (hit.c.rule == sa.bindparam("rule"), hit.c.grp == sa.bindparam("grp"))
_HITS: Final = sa.select(hit.c.at, hit.c.member, hit.c.mark).where(*_IN_GROUP).order_by(hit.c.at)
# Those that are asked for every hit are made once: to put them together takes longer than to run them.
_HITS_AFTER: Final = _HITS.where(hit.c.at > sa.bindparam("after"))
_NEXT_HIT: Final = sa.select(sa.func.min(hit.c.at)).where(*_IN_GROUP, hit.c.at > sa.bindparam("after"))
_BEHIND: Final = (
    sa.select(hit.c.body)
    .where(*_IN_GROUP, hit.c.at >= sa.bindparam("since"), hit.c.at <= sa.bindparam("until"))
    .order_by(hit.c.at, hit.c.post_id)
    .limit(4 * _EVIDENCE)
)
_EPISODES: Final = (
    sa.select(episode.c.body)
    .where(episode.c.rule == sa.bindparam("rule"), episode.c.grp == sa.bindparam("grp"))
    .order_by(episode.c.last_at.desc(), episode.c.id)
    .limit(50)
)
# The sum keeps a database from going through all that fires, of whatever rule: of requests thousands may be open.
_OPEN: Final = (
    _KEPT.where(episode.c.firing + 0 == 1, episode.c.rule.in_(sa.bindparam("rules", expanding=True)))
    .order_by(episode.c.active_at, episode.c.id)
)  # fmt: skip
_WATCHED: Final = sa.select(watch.c.first_at).where(
    watch.c.rule == sa.bindparam("rule"), watch.c.grp == sa.bindparam("grp")
)
_NEXT_CLOSING: Final = (
    _KEPT.add_columns(episode.c.closes_at)
    .where(episode.c.firing == 1)
    .order_by(episode.c.closes_at, episode.c.id)
    .limit(1)
)
_ONE_TIMER: Final = (
    timer.c.rule == sa.bindparam("rule"), timer.c.grp == sa.bindparam("grp"), timer.c.kind == sa.bindparam("kind")
)  # fmt: skip
_TIMER: Final = sa.select(timer.c.due, timer.c.partition, timer.c.body).where(*_ONE_TIMER)
_DROP_TIMER: Final = sa.delete(timer).where(*_ONE_TIMER)
_NEXT_RINGING: Final = (
    _TIMERS.where(timer.c.due.is_not(None)).order_by(timer.c.due, timer.c.rule, timer.c.grp, timer.c.kind).limit(1)
)
# By event time, which has an index: what became known last would be looked for among all hits.
_NEWEST: Final = (
    sa.select(hit.c.known_at)
    .where(hit.c.at <= sa.bindparam("now"), hit.c.known_at <= sa.bindparam("now"))
    .order_by(hit.c.at.desc())
    .limit(1)
)
WHOLE: Final = ""
"""Stands for all groups of a rule."""


class Closing(NamedTuple):
    """A spell that has gone quiet, and where it is kept."""

    rule: str
    group: str
    partition: int
    spell: Episode


class Ringing(NamedTuple):
    """A timer that has run out."""

    rule: str
    group: str
    kind: str
    due: datetime
    partition: int
    body: bytes


@dataclass(frozen=True)
class Record:
    """A hit as it is to be kept: in which window, and under which id, so that the same thing counts once."""

    id: str
    group: str
    at: datetime
    mark: str = ""
    doc: bytes | None = None


class Memory:
    """Reads and writes within the stage's one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._matches = Reader(Match)
        self._episodes = Reader(Episode)
        self._evidence = Reader(Evidence)
        self._next_due: datetime | None = None  # nothing happens by itself before; None: not known
        self._asked_of: frozenset[int] | None = None

    def forget(self) -> None:
        """Forget what was learnt in a transaction that may have been given up."""
        self._next_due = None

    def shelve(self, matches: Iterable[Match]) -> None:
        """Keep *matches* until their time comes; one that is there already stays as it is."""
        rows = [{"id": m.id, "known_at": m.known_at, "body": encode(m)} for m in matches]
        insert_new(self._session.connection, pending, rows)

    def take_due(self, now: datetime) -> list[Match]:
        """Take from the shelf what was known by *now*, in the order in which it became known."""
        due = pending.c.known_at <= now
        rows = self._session.connection.execute(
            sa.select(pending.c.body).where(due).order_by(pending.c.known_at, pending.c.id)
        )
        matches = [self._matches.read(row.body) for row in rows]
        if matches:
            self._session.connection.execute(sa.delete(pending).where(due))
        return matches

    def keep_hit(self, match: Match, evidence: Evidence, record: Record | None = None) -> bool:
        """Count the post of *match* under its rule, or what *record* says of it; False if it was counted before."""
        record = record or Record(match.counts_as, match.key, match.at)
        row = {
            "rule": match.rule, "post_id": record.id, "grp": record.group, "member": match.member,
            "at": record.at, "known_at": match.known_at, "match_id": match.id, "body": encode(evidence),
            "mark": record.mark, "doc": record.doc,
        }  # fmt: skip
        return insert_new(self._session.connection, hit, [row]) == 1

    def judged_before(self, match: Match) -> bool:
        """Say whether exactly this revision was judged; if another one was, note this one now."""
        where = (hit.c.rule == match.rule) & (hit.c.post_id == match.counts_as)
        known = self._session.connection.execute(sa.select(hit.c.match_id).where(where)).scalar_one()
        if known == match.id:
            return True
        self._session.connection.execute(sa.update(hit).where(where).values(match_id=match.id))
        return False

    def hits(
        self,
        rule: str,
        group: str,
        after: datetime | None,
        before: datetime | None = None,
        until: datetime | None = None,
    ) -> list[Hit]:
        """Return the hits of a group between two moments, neither included, or *until* one, in order of event time."""
        query = _HITS_AFTER if after is not None else _HITS
        if before is not None:
            query = query.where(hit.c.at < before)
        if until is not None:
            query = query.where(hit.c.at <= until)
        named = {"rule": rule, "grp": group, **({"after": after} if after is not None else {})}
        rows = self._session.connection.execute(query, named)
        return [Hit(row.at, row.member, row.mark) for row in rows]

    def distinct(self, rule: str, group: str, after: datetime, until: datetime) -> int:
        """Return how many distinct members a group has after the one moment and up to the other."""
        query = sa.select(sa.func.count(sa.distinct(hit.c.member))).where(
            hit.c.rule == rule, hit.c.grp == group, hit.c.at > after, hit.c.at <= until
        )
        return int(self._session.connection.execute(query).scalar_one())

    def neighbours(
        self, rule: str, group: str, id_: str, at: datetime, *, marked: bool
    ) -> tuple[Hit | None, Hit | None]:
        """Return the hits just before and just after the one with *id_* at *at*, by event time and then by id."""
        query = sa.select(hit.c.at, hit.c.member, hit.c.mark).where(hit.c.rule == rule, hit.c.grp == group)
        if marked:
            query = query.where(hit.c.mark != "")
        earlier = query.where((hit.c.at < at) | ((hit.c.at == at) & (hit.c.post_id < id_)))
        later = query.where((hit.c.at > at) | ((hit.c.at == at) & (hit.c.post_id > id_)))
        execute = self._session.connection.execute
        before = execute(earlier.order_by(hit.c.at.desc(), hit.c.post_id.desc()).limit(1)).one_or_none()
        after = execute(later.order_by(hit.c.at, hit.c.post_id).limit(1)).one_or_none()
        return Hit(*before) if before else None, Hit(*after) if after else None

    def next_hit(self, rule: str, group: str, after: datetime) -> datetime | None:
        """Return the event time of the group's first hit after a moment."""
        return self._session.connection.execute(_NEXT_HIT, {"rule": rule, "grp": group, "after": after}).scalar()

    def doc_of(self, rule: str, id_: str) -> Match | None:
        """Return the whole hit, where it was kept whole."""
        query = sa.select(hit.c.doc).where(hit.c.rule == rule, hit.c.post_id == id_)
        body = self._session.connection.execute(query).scalar_one_or_none()
        return self._matches.read(body) if body is not None else None

    def marks(self, rule: str, group: str) -> list[tuple[str, Hit]]:
        """Return all hits of a group with their ids, in order of event time."""
        query = sa.select(hit.c.post_id, hit.c.at, hit.c.member, hit.c.mark).where(
            hit.c.rule == rule, hit.c.grp == group
        )
        rows = self._session.connection.execute(query.order_by(hit.c.at, hit.c.post_id))
        return [(row.post_id, Hit(row.at, row.member, row.mark)) for row in rows]

    def evidence(self, rule: str, group: str, since: datetime, until: datetime) -> tuple[Evidence, ...]:
        """Return a few of the posts behind a spell, the earliest first."""
        named = {"rule": rule, "grp": group, "since": since, "until": until}
        rows = self._session.connection.execute(_BEHIND, named)
        found = {(one := self._evidence.read(row.body)).post_id: one for row in rows}  # samples of one post are one
        return tuple(found.values())[:_EVIDENCE]

    def watched(self, rule: str, group: str) -> datetime | None:
        """Return the event time of the first hit of a group (or of the ``WHOLE`` rule); None if it has none yet."""
        return self._session.connection.execute(_WATCHED, {"rule": rule, "grp": group}).scalar_one_or_none()

    def keep_watched(self, rule: str, group: str, first_at: datetime, known_at: datetime) -> None:
        upsert(
            self._session.connection, watch, {"rule": rule, "grp": group}, {"first_at": first_at, "known_at": known_at}
        )

    def groups(self) -> Mapping[str, int]:
        """Return how many groups each rule has open windows for."""
        query = sa.select(watch.c.rule, sa.func.count()).where(watch.c.grp != WHOLE).group_by(watch.c.rule)
        return {row[0]: row[1] for row in self._session.connection.execute(query)}

    def episodes(self, rule: str, group: str) -> list[Episode]:
        """Return the spells of a rule and group, the latest first."""
        rows = self._session.connection.execute(_EPISODES, {"rule": rule, "grp": group})
        return [self._episodes.read(row.body) for row in rows]

    def episode(self, id_: str) -> Closing | None:
        """Return the spell with that id, and where it is kept."""
        query = _KEPT.where(episode.c.id == id_)
        row = self._session.connection.execute(query).one_or_none()
        return self._closing(row) if row is not None else None

    def open_of(self, rules: Collection[str]) -> list[Closing]:
        """Return the spells of *rules* that are firing, in order of their beginning."""
        rows = self._session.connection.execute(_OPEN, {"rules": sorted(rules)})
        return [self._closing(row) for row in rows]

    def lasting(self, *, but: Collection[str]) -> list[Closing]:
        """Return the open spells that end only when somebody says so, *but* those of these rules."""
        lasting = (episode.c.firing == 1, episode.c.closes_at >= NEVER, episode.c.rule.not_in(but))
        query = self._held(_KEPT.where(*lasting), episode.c.partition)
        rows = self._session.connection.execute(query.order_by(episode.c.id))
        return [self._closing(row) for row in rows]

    def firing(self, rule: str) -> list[Alert]:
        """Return what the open spells of *rule* told last, brought up to date, by group; not what is held back."""
        rows = self._session.connection.execute(
            sa.select(episode.c.body).where(episode.c.rule == rule, episode.c.firing == 1).order_by(episode.c.grp)
        )
        found = [self._episodes.read(row.body) for row in rows]
        return [spell.now() for spell in found if spell.hush is None]

    def keep_episode(self, rule: str, group: str, spell: Episode, partition: int) -> None:
        upsert(
            self._session.connection,
            episode,
            {"id": spell.id},
            {
                "rule": rule, "grp": group, "firing": int(spell.firing), "active_at": spell.active_at,
                "last_at": spell.last_at, "closes_at": spell.closes_at, "partition": partition,
                "body": encode(spell),
            },
        )  # fmt: skip
        if spell.firing:
            self._expect(spell.closes_at)

    def set_timer(self, rule: str, group: str, kind: str, due: datetime | None, body: bytes, partition: int) -> None:
        """Let a timer ring at *due*, or never (None): then it only remembers *body*."""
        key = {"rule": rule, "grp": group, "kind": kind}
        upsert(self._session.connection, timer, key, {"due": due, "partition": partition, "body": body})
        if due is not None:
            self._expect(due)

    def drop_timer(self, rule: str, group: str, kind: str) -> None:
        self._session.connection.execute(_DROP_TIMER, {"rule": rule, "grp": group, "kind": kind})

    def ringing(self, rule: str, group: str, kind: str) -> tuple[datetime | None, int, bytes] | None:
        """Return when a timer rings, in which partition, and what it remembers; None if there is none."""
        row = self._session.connection.execute(_TIMER, {"rule": rule, "grp": group, "kind": kind}).one_or_none()
        return (row.due, row.partition, row.body) if row is not None else None

    def timers(self, kind: str, rule: str | None = None) -> list[Ringing]:
        """Return all timers of a kind, of one rule or of all."""
        query = _TIMERS.where(timer.c.kind == kind)
        if rule is not None:
            query = query.where(timer.c.rule == rule)
        return [Ringing(*row) for row in self._session.connection.execute(query.order_by(timer.c.rule, timer.c.grp))]

    def next_event(self, by: datetime) -> Closing | Ringing | None:
        """Return the first thing that happens by itself by *by*, in the partitions held: a spell's end, or a timer."""
        if self._session.held != self._asked_of:
            self._asked_of, self._next_due = self._session.held, None
        if self._next_due is not None and self._next_due > by:
            return None
        execute = self._session.connection.execute
        close = execute(self._held(_NEXT_CLOSING, episode.c.partition)).one_or_none()
        ring = execute(self._held(_NEXT_RINGING, timer.c.partition)).one_or_none()
        closes_at: datetime = close.closes_at if close is not None else NEVER
        rings_at: datetime = ring.due if ring is not None else NEVER
        first = min(closes_at, rings_at)
        self._next_due = first
        if first > by:
            return None
        self._next_due = None
        if close is not None and closes_at == first:
            return self._closing(close)
        return Ringing(*ring) if ring is not None else None

    def look_again(self) -> None:
        """Ask the ledger what is due, and not memory: another process may have left us something."""
        self._next_due = None

    def drop_older(self, spans: Mapping[timedelta, Collection[str]], than: timedelta, now: datetime) -> int:
        """Forget hits and closed spells that are *than* older than the newest hit; say how many hits.

        Rules named in *spans* keep theirs for that long. Age counts from the newest hit and not from *now*: a
        recording of last spring, or a desk that was off for a month, goes on where it stopped.
        """
        connection = self._session.connection
        newest = connection.execute(_NEWEST, {"now": now}).scalar()
        if newest is None:
            return 0
        named = [rule for rules in spans.values() for rule in rules]
        dropped = self._drop_hits(hit.c.rule.not_in(named), newest - than)
        for span, rules in spans.items():
            dropped += self._drop_hits(hit.c.rule.in_(list(rules)), newest - span)
        connection.execute(sa.delete(episode).where(episode.c.firing == 0, episode.c.last_at < newest - than))
        empty = ~sa.exists().where(hit.c.rule == watch.c.rule, hit.c.grp == watch.c.grp)
        connection.execute(sa.delete(watch).where(watch.c.grp != WHOLE, watch.c.known_at < newest - than, empty))
        return dropped

    def _drop_hits(self, whose: sa.ColumnElement[bool], old: datetime) -> int:
        where = whose & (hit.c.known_at < old) & (hit.c.at < old)
        return self._session.connection.execute(sa.delete(hit).where(where)).rowcount

    def _expect(self, due: datetime) -> None:
        if self._next_due is not None:
            self._next_due = min(self._next_due, due)

    def _held(self, query: sa.Select[Any], partition: sa.Column[int]) -> sa.Select[Any]:
        return query if self._session.held is None else query.where(partition.in_(self._session.held))

    def _closing(self, row: Sequence[Any]) -> Closing:
        rule, group, partition, body = row[:4]
        return Closing(rule, group, partition, self._episodes.read(body))
