"""The bus: ordered, durable topics of bytes, read by named groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

import msgspec

Positions = Mapping[int, int]
"""For each partition, the offset of the next message to read."""
Recall = Callable[[], Positions]
"""Asked where partitions begin, each time some become ours."""
LINES: Final = 16
"""Lines in one message at most."""


class Message(msgspec.Struct, frozen=True):
    """What is published: messages with one *key* stay in order."""

    key: str
    value: bytes


class Delivery(msgspec.Struct, frozen=True):
    """What is read: a message and where it stood. Offsets grow within a partition, perhaps with gaps."""

    topic: str
    partition: int
    offset: int
    key: str
    value: bytes

    def lines(self) -> list[Delivery]:
        """Return what was joined when it was published, each as it would have come alone, all at one offset."""
        if b"\n" not in self.value:
            return [self]
        return [msgspec.structs.replace(self, value=line) for line in self.value.split(b"\n")]


class Consumer(Protocol):
    """One member of a group, reading one topic.

    Every adapter promises: what ``poll`` returns continues where the last ``poll`` ended; after a
    restart, or after ``rewind``, it continues at the last ``commit``. Which partitions are ours may
    change in ``poll`` and nowhere else; what was read of one that is ours no longer is not committed.
    """

    @property
    def positions(self) -> Positions:
        """Where the next poll reads, for each partition that is ours now."""

    def poll(self, most: int, wait_s: float) -> Sequence[Delivery]:
        """Return up to *most* messages; wait up to *wait_s* for the first one.

        Raises Unavailable if the bus cannot be read.
        """

    def commit(self) -> None:
        """Remember that everything polled so far is done with.

        Raises Unavailable, and Overtaken if a partition of it went to another member meanwhile: what was
        polled comes again, to whoever has the partition now.
        """

    def rewind(self) -> None:
        """Read again from the last commit (or the last ``seek``)."""

    def seek(self, positions: Positions) -> None:
        """Continue at *positions*; partitions not named stay where they are."""

    def close(self) -> None: ...


class Bus(Protocol):
    """Ordered, durable topics of bytes, read by named groups.

    Every adapter promises: what was published before a crash is delivered after it, at least once,
    in order per key; a group's position moves only on ``commit``; a message is delivered to one
    member of each group. A topic exists as soon as it is named.
    """

    def publish(self, topic: str, messages: Sequence[Message], *, as_lines: bool = False) -> None:
        """Append *messages*; on return they are durable.

        *as_lines*, up to ``LINES`` of them travel in one message of the bus, each a line: ``Delivery.lines`` has them
        again. Keys stay in order all the same. A message may then hold no line break.

        Raises Unavailable if none of them were surely stored. Safe to call again with the same ones.
        """

    @property
    def id(self) -> str:
        """Which bus this is: positions of one mean nothing on another. Raises Unavailable."""

    def consumer(
        self, group: str, topic: str, *, member: int = 0, of: int = 1, recall: Recall | None = None
    ) -> Consumer:
        """Return member *member* of *of* of *group*; the partitions are dealt out among them.

        A partition begins at the group's last commit, or where *recall* says: for those who keep their
        position elsewhere, with what came of it.
        """

    def lag(self, group: str, topic: str) -> int:
        """Return how many messages *group* has not yet committed."""

    def end(self, topic: str) -> Positions:
        """Return where the next published message will stand, per partition."""

    def browse(self, topic: str, start: Positions, most: int) -> Sequence[Delivery]:
        """Read up to *most* messages from *start* without a group: for replay and for people."""

    def since(self, topic: str, at: datetime) -> Positions:
        """Return the positions of the first messages published at or after *at*."""

    def trim(self, topic: str, before: datetime) -> int:
        """Drop messages published before *before*, and say how many; positions stay valid."""

    def close(self) -> None: ...
