"""What detect remembers, on the ledger: hits, episodes, and hits that wait for their time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from pipeline.detect.episode import Episode
from pipeline.detect.window import Hit
from pipeline.ledger import Session, insert_new, upsert
from pipeline.ledger.tables import episode, hit, pending
from pipeline.model import Alert, Evidence, Match, Reader, encode, withheld

_EVIDENCE = 5


class Closing(NamedTuple):
    """A spell that has gone quiet, and where it is kept."""

    rule: str
    group: str
    partition: int
    spell: Episode


class Memory:
    """Reads and writes within the stage's one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._matches = Reader(Match)
        self._episodes = Reader(Episode)
        self._evidence = Reader(Evidence)

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

    def keep_hit(self, match: Match, evidence: Evidence) -> bool:
        """Count the post of *match* under its rule; False if it was counted before."""
        row = {
            "rule": match.rule, "post_id": match.analysed.post.id, "grp": match.key, "member": match.member,
            "at": match.at, "known_at": match.known_at, "match_id": match.id, "body": encode(evidence),
        }  # fmt: skip
        return insert_new(self._session.connection, hit, [row]) == 1

    def judged_before(self, match: Match) -> bool:
        """Say whether exactly this revision was judged; if another one was, note this one now."""
        where = (hit.c.rule == match.rule) & (hit.c.post_id == match.analysed.post.id)
        known = self._session.connection.execute(sa.select(hit.c.match_id).where(where)).scalar_one()
        if known == match.id:
            return True
        self._session.connection.execute(sa.update(hit).where(where).values(match_id=match.id))
        return False

    def hits(self, rule: str, group: str, after: datetime, before: datetime | None = None) -> list[Hit]:
        """Return the hits of a group between two moments, neither included, in order of event time."""
        query = sa.select(hit.c.at, hit.c.member).where(hit.c.rule == rule, hit.c.grp == group, hit.c.at > after)
        if before is not None:
            query = query.where(hit.c.at < before)
        rows = self._session.connection.execute(query.order_by(hit.c.at))
        return [Hit(row.at, row.member) for row in rows]

    def evidence(self, rule: str, group: str, since: datetime, until: datetime) -> tuple[Evidence, ...]:
        """Return a few of the posts behind a spell, the earliest first."""
        rows = self._session.connection.execute(
            sa.select(hit.c.body)
            .where(hit.c.rule == rule, hit.c.grp == group, hit.c.at >= since, hit.c.at <= until)
            .order_by(hit.c.at, hit.c.post_id)
            .limit(_EVIDENCE)
        )
        return tuple(self._evidence.read(row.body) for row in rows)

    def episodes(self, rule: str, group: str) -> list[Episode]:
        """Return the spells of a rule and group, the latest first."""
        rows = self._session.connection.execute(
            sa.select(episode.c.body)
            .where(episode.c.rule == rule, episode.c.grp == group)
            .order_by(episode.c.last_at.desc(), episode.c.id)
            .limit(50)
        )
        return [self._episodes.read(row.body) for row in rows]

    def firing(self, rule: str) -> list[Alert]:
        """Return what the open spells of *rule* told last, brought up to date, by group."""
        rows = self._session.connection.execute(
            sa.select(episode.c.body).where(episode.c.rule == rule, episode.c.firing == 1).order_by(episode.c.grp)
        )
        return [self._episodes.read(row.body).now() for row in rows]

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

    def closing(self, by: datetime) -> list[Closing]:
        """Return those spells of the partitions held that close by *by*, in order."""
        query = sa.select(episode.c.rule, episode.c.grp, episode.c.partition, episode.c.body).where(
            episode.c.firing == 1, episode.c.closes_at <= by
        )
        if self._session.held is not None:
            query = query.where(episode.c.partition.in_(self._session.held))
        rows = self._session.connection.execute(query.order_by(episode.c.closes_at, episode.c.id))
        return [Closing(row.rule, row.grp, row.partition, self._episodes.read(row.body)) for row in rows]

    def drop_older(self, than: timedelta, now: datetime) -> int:
        """Forget hits and closed spells that are *than* older than what became known last; say how many hits.

        Age counts from the newest hit and not from *now*: a recording of last spring, or a desk that was off
        for a month, goes on where it stopped.
        """
        connection = self._session.connection
        newest = connection.execute(sa.select(sa.func.max(hit.c.known_at)).where(hit.c.known_at <= now)).scalar()
        if newest is None:
            return 0
        old = newest - than
        dropped = connection.execute(sa.delete(hit).where(hit.c.known_at < old, hit.c.at < old)).rowcount
        connection.execute(sa.delete(episode).where(episode.c.firing == 0, episode.c.last_at < old))
        return dropped


def evidence_of(match: Match, excerpt_chars: int = 60) -> Evidence:
    """Return what an alert may show of a post: masked, short, with its link (DOMAIN P-15); of a withheld one, that it is."""
    post = match.analysed.post
    if withheld(match.analysed):
        return Evidence(post_id=post.id, at=match.at, source=post.source.id, excerpt="（内容封存）")
    words = " ".join(f"{post.title} {post.text}".split())
    cut = words if len(words) <= excerpt_chars else words[: excerpt_chars - 1] + "…"
    return Evidence(post_id=post.id, at=match.at, source=post.source.id, excerpt=cut, url=post.url)
