"""What a receiver plug-in is, and the five answers it may give."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from pipeline.model import Notification


@dataclass(frozen=True)
class Accepted:
    """The other side has it, by its own word and not only by HTTP 200."""

    words: str = ""


@dataclass(frozen=True)
class Transient:
    """It surely did not arrive and may do so later."""

    words: str


@dataclass(frozen=True)
class Limited:
    """The other side asks us to wait *wait_s* seconds; this is no failure of ours or theirs."""

    words: str
    wait_s: float


@dataclass(frozen=True)
class Ambiguous:
    """It may have arrived: the answer got lost after the message had left."""

    words: str


@dataclass(frozen=True)
class Permanent:
    """It will never arrive this way; *remedy* tells a person what to mend."""

    words: str
    remedy: str


Answer = Accepted | Transient | Limited | Ambiguous | Permanent


class Notifier(BaseModel):
    """A plug-in that carries messages to people: one file, its fields are its options, its verb is ``send``.

    Its docstring is shown to users by ``yuqing plugins``. Every receiver promises: ``send`` returns within
    a minute (the sender's lease is two); it returns an answer for whatever the other side does, and never raises for it;
    it is called by one thread; the notification's words are data to it, never markup or a template.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: ClassVar[str]

    routes: tuple[str, ...] = Field(default=(), description="只接收这些路由（规则的 notify.route）；留空则全部接收")

    def send(self, notification: Notification) -> Answer:
        raise NotImplementedError

    def settle(self, home: Path) -> Notifier:
        """Return this receiver with its relative paths under *home*."""
        return self

    def close(self) -> None:
        """Let go of connections and files."""
