"""One member of a Kafka group: where it reads, what of it is committed, and what a rebalance changes."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final, Protocol

from pipeline.bus import Delivery, Positions, Recall
from pipeline.bus.kafka_admin import Admin
from pipeline.errors import Overtaken, Unavailable
from pipeline.log import get
from pipeline.metrics import METRICS

log = get("bus")

SESSION_S: Final = 10.0
"""After this silence a member is taken for dead and its partitions go to others."""
HEARTBEAT_S: Final = 2.0
LONGEST_STEP_S: Final = 300.0
"""A member that does not poll for so long loses its partitions, and its next commit says Overtaken."""
PATIENCE_S: Final = 8.0
ENTER_WITHIN_S: Final = 2.0
_SLICE_S: Final = 0.1


class Hand:
    """The partitions that the group has dealt to this member; the client's listener writes it during a poll."""

    def __init__(self) -> None:
        self.owned: frozenset[int] | None = None
        """None while the group is being dealt out anew."""
        self.kept: frozenset[int] = frozenset()
        """Those that were never anybody else's since ``settle``."""
        self.changed = False
        self._generation = 0

    def assigned(self, partitions: Collection[int], generation: int | None = None) -> None:
        """The *generation* of the group has dealt us *partitions*; in one that we missed they may have been another's.

        Without a number it is the next one: such a client says so if it missed one (``lost``).
        """
        generation = self._generation + 1 if generation is None else generation
        self.owned = frozenset(partitions)
        self.kept = self.kept & self.owned if generation == self._generation + 1 else frozenset()
        self._generation = generation
        self.changed = True

    def revoked(self) -> None:
        """The group begins to deal anew: nothing is surely ours until it has."""
        self.owned = None

    def lost(self) -> None:
        """The group went on without us."""
        self.owned = None
        self.kept = frozenset()

    def settle(self) -> None:
        self.kept = self.owned or frozenset()
        self.changed = False


Fetched = Mapping[int, Sequence[Delivery]]
"""For each partition, its next messages in order; never an empty list."""


class Unseated(Overtaken):
    """Another process has joined under our name."""


class Member(Protocol):
    """A client that is one member of a group, in the hands of one thread.

    ``fetch`` raises Unavailable when the client is of no use any more: close it, and join anew.
    """

    hand: Hand

    @property
    def id(self) -> str:
        """What the group calls this member."""

    def fetch(self, most: int, wait_s: float) -> Fetched:
        """Return what has come. ``hand`` changes here and nowhere else."""

    def read_to(self) -> Positions:
        """Return how far the client has come where that is beyond the last message: it skips what is none."""

    def seek(self, positions: Positions) -> None:
        """Read from here on; *positions* names all partitions that are ours."""

    def commit(self, positions: Positions) -> None:
        """Raises Overtaken if the group has gone on without us, Unseated if it did so with another of our name, and Unavailable."""

    def close(self) -> None: ...


class GroupConsumer:
    """The Consumer of a Kafka topic, whatever the client.

    It joins before it is returned if the group lets it in within some seconds, else in the first polls. An empty
    ``poll`` means that the brokers were asked and there was nothing. All partitions that another member may have
    had meanwhile begin again where the group (or *recall*) stands.
    """

    def __init__(
        self,
        join: Callable[[str], Member],
        admin: Admin,
        group: str,
        topic: str,
        name: str = "",
        recall: Recall | None = None,
    ) -> None:
        """*group* and *topic* as Kafka knows them.

        A member with a *name* that comes back after a crash has its partitions at once; one without joins as
        somebody new, and they wait until the group misses the dead one.
        """
        self._join = join
        self._admin = admin
        self._group = group
        self._topic = topic
        self._name = name
        self._recall = recall
        self._member: Member | None = None
        self._next: dict[int, int] = {}
        self._committed: dict[int, int] = {}
        self._taken_away = False
        self._enter()

    @property
    def positions(self) -> Positions:
        return dict(self._next) if self._member is not None and self._member.hand.owned is not None else {}

    def poll(self, most: int, wait_s: float) -> Sequence[Delivery]:
        give_up = time.monotonic() + wait_s
        hopeless = max(give_up, time.monotonic() + PATIENCE_S)
        left = wait_s
        while True:
            if found := self._fetch(most, left):
                return self._taken(found)
            over = time.monotonic() >= give_up
            if over and self._read_all():
                return []
            if time.monotonic() > hopeless:
                raise Unavailable(f"Kafka {self._topic} 有消息而读不到 / there are messages, and none come")
            left = _SLICE_S if over else give_up - time.monotonic()

    def commit(self) -> None:
        if self._taken_away:
            self._taken_away = False
            raise self._overtaken()
        moved = {p: offset for p, offset in self._next.items() if self._committed[p] != offset}
        if not moved:
            return
        if self._member is None:
            raise self._overtaken()
        try:
            self._member.commit(moved)
        except Unseated:
            self._give_up_name()
            raise
        except Overtaken:
            raise
        except Unavailable:
            self._part()  # else it may come to pass later, after commits that came after it
            raise
        self._committed |= moved

    def rewind(self) -> None:
        self._taken_away = False
        self._go_to(self._committed)

    def seek(self, positions: Positions) -> None:
        self._committed |= {p: offset for p, offset in positions.items() if p in self._committed}
        self._go_to(self._committed)

    def close(self) -> None:
        """Leave the group: its other members get our partitions at once."""
        if self._member is None:
            return
        known_as = self._member.id
        self._part()
        if self._name:
            try:
                self._admin.dismiss(self._group, known_as, self._name)
            except Unavailable as error:
                log.warning("left without a word", group=self._group, session_s=SESSION_S, error=str(error))

    def _enter(self) -> None:
        give_up = time.monotonic() + ENTER_WITHIN_S
        try:
            while not (self._member and self._member.hand.owned is not None) and time.monotonic() < give_up:
                self._fetch(1, _SLICE_S)
        except Unavailable as error:
            log.warning("joining later", group=self._group, error=str(error))

    def _go_to(self, positions: Positions) -> None:
        self._next = dict(positions)
        if self._member is not None and self._member.hand.owned is not None:
            self._member.seek(positions)

    def _fetch(self, most: int, wait_s: float) -> Fetched:
        try:
            if self._member is None:
                self._member = self._join(self._name)
            found = self._member.fetch(most, wait_s)
            if self._member.hand.owned is None:
                return {}  # if it stays ours it is read again
            if not self._member.hand.changed:
                return found
            self._deal(self._member, self._member.hand.owned)
            return {}  # what came before we said where to begin is not what we want
        except Unseated:
            self._give_up_name()
            raise
        except Unavailable:
            self._part()
            raise

    def _deal(self, member: Member, owned: frozenset[int]) -> None:
        kept = {p: offset for p, offset in self._next.items() if p in member.hand.kept}
        starts = self._starts(owned - kept.keys())
        self._taken_away |= any(self._committed[p] != offset for p, offset in self._next.items() if p not in kept)
        self._committed = {p: self._committed[p] for p in kept} | starts
        self._next = kept | starts
        member.seek(self._next)
        member.hand.settle()
        METRICS.bus_rebalances.labels(self._group).inc()
        log.info(
            "partitions dealt", group=self._group, topic=self._topic, partitions=sorted(owned), gained=sorted(starts)
        )

    def _starts(self, gained: Collection[int]) -> dict[int, int]:
        """Return where to begin: where recall says, else at the commit, else at the beginning."""
        if not gained:
            return {}
        begins, ends = self._admin.begins(self._topic, gained), self._admin.ends(self._topic, gained)
        stands = self._admin.committed(self._group, self._topic) | dict(self._recall() if self._recall else {})
        return {p: self._within(p, stands.get(p, begins[p]), begins[p], ends[p]) for p in gained}

    def _within(self, partition: int, offset: int, begin: int, end: int) -> int:
        """Return *offset*, or the beginning for one that the partition no longer has."""
        if begin <= offset <= end:
            return offset
        missed = max(0, begin - offset)
        METRICS.bus_missed.labels(self._group).inc(missed)
        log.error("reading from the beginning: the position is gone", group=self._group, topic=self._topic,
                  partition=partition, position=offset, begin=begin, end=end, missed=missed)  # fmt: skip
        return begin

    def _taken(self, found: Fetched) -> Sequence[Delivery]:
        """Move on behind *found*."""
        for partition, deliveries in found.items():
            if deliveries[0].offset > self._next[partition]:
                self._look_into_gap(partition, deliveries[0].offset)
            self._next[partition] = deliveries[-1].offset + 1
        return [delivery for deliveries in found.values() for delivery in deliveries]

    def _look_into_gap(self, partition: int, found: int) -> None:
        """Say so if it was deleted before we came; offsets of somebody's transactions are no messages."""
        begin = self._admin.begins(self._topic, [partition])[partition]
        if begin > self._next[partition]:
            self._within(partition, self._next[partition], begin, found)

    def _read_all(self) -> bool:
        """Ask the brokers whether there is nothing left to read. Raises Unavailable."""
        if self._member is None or self._member.hand.owned is None:
            self._admin.cluster()
            return True
        for partition, offset in self._member.read_to().items():
            if offset > self._next[partition]:
                self._look_into_gap(partition, offset)
                self._next[partition] = offset
        ends = self._admin.ends(self._topic, self._next)
        behind = {p for p, end in ends.items() if self._next[p] != end}
        if not behind:
            return True
        begins = self._admin.begins(self._topic, behind)
        for p in behind:
            if not begins[p] <= self._next[p] <= ends[p]:
                self._next[p] = self._within(p, self._next[p], begins[p], ends[p])
                self._member.seek(self._next)
        return False

    def _part(self) -> None:
        if self._member is not None:
            self._member.close()
            self._member = None

    def _give_up_name(self) -> None:
        log.error("another process joined under our name; going on without one", group=self._group, name=self._name)
        self._part()
        self._name = ""

    def _overtaken(self) -> Overtaken:
        return Overtaken(f"{self._topic} 的分区已归他人 / partitions of {self._topic} went to another member")
