"""What detect says: an episode of a rule and group began, grew louder, went on, or went quiet."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from pipeline.model.level import Level


class Turn(StrEnum):
    """What just happened to an episode."""

    OPENED = "opened"
    RAISED = "raised"
    GREW = "grew"
    QUIET = "quiet"


class Manner(msgspec.Struct, frozen=True, omit_defaults=True):
    """How people are to hear of an alert: the rule's ``notify`` and ``case``, snapshot at opening.

    An open episode keeps the manner it opened with, whatever happens to the rule file (RULES §3.2). *queue* means
    that a blue alert only opens its case: it waits in its unit's queue, and nobody is told. *topics* are the matters
    whose units handle it, the leading one first; without any it is the topic of the posts.
    """

    route: str = "root"
    group_wait_s: float = 30.0
    repeat_interval_s: float = 4 * 3600.0
    open_case: bool = True
    case_key: tuple[str, ...] = ()
    queue: bool = False
    topics: tuple[str, ...] = ()


class Evidence(msgspec.Struct, frozen=True, omit_defaults=True):
    """One post behind an alert: masked, shortened, with its link."""

    post_id: str
    at: datetime
    source: str
    excerpt: str
    url: str = ""


class Alert(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="alert"):
    """One turn of an episode.

    *id* names the episode, *turn_id* this turn of it (both deterministic). *active_at* is the earliest
    event time at which the condition held, *at* when we could know. *late* says that it was told
    late through no fault of the rule (补报): *waited_s* is how long the rule itself waits after *active_at*, to see
    whether it lasts or by its stages. *why* states rule and numbers in words. *part_of* is the id of a long
    article, if one matter of it alone made the condition hold.
    """

    id: str
    turn_id: str
    turn: Turn
    rule: str
    rule_rev: str
    rule_name: str
    owner: str = ""
    group_by: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    level: Level
    active_at: datetime
    last_at: datetime
    at: datetime
    count: int = 1
    late: bool = False
    waited_s: float = 0.0
    shadow: bool = False
    summary: str = ""
    advice: str = ""
    why: str = ""
    topic: str = "other"
    places: tuple[str, ...] = ()
    sealed: bool = False
    minor: bool = False
    accusation: bool = False
    part_of: str = ""
    evidence: tuple[Evidence, ...] = ()
    manner: Manner = Manner()

    @property
    def queued(self) -> bool:
        """Say whether it only stands in its unit's queue; people hear of it once it is more than blue."""
        return self.manner.queue and self.level is Level.L4

    @property
    def key(self) -> str:
        return self.id
