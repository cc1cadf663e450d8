"""Which generation of indices stands, which one is being built, and their names: a few lines that all writers share.

``PREFIX-posts-v{N}-YYYY.MM`` hold the posts of a month, withheld ones bare; the alias ``PREFIX-posts`` stands for those
of the current N, for people. ``PREFIX-sealed-v{N}-YYYY.MM`` hold the withheld ones whole. The alias ``PREFIX-search`` is
our own: all posts whole. ``PREFIX-register`` says what is known of each id and decides; ``PREFIX-about`` holds the plan.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec

from pipeline.errors import Fault, Misconfigured, Unavailable
from pipeline.index.elastic.documents import SEALED, TIME, edition, mappings, month_of
from pipeline.index.elastic.gateway import Gateway, Refused, Seen, Template, Write

STANDING: Final = {"exists": {"field": TIME}}
"""What tells a post from the stub that a deleted or moved one leaves."""

WHOLE: Final = {"bool": {"filter": [STANDING], "must_not": [{"term": {"bare": True}}]}}
"""What stands, except what a withheld post shows among the others."""

_PLAN: Final = "plan"
_TRIES: Final = 8


class Plan(msgspec.Struct, frozen=True):
    """The *current* generation; the one being *building*, by which *edition*, and the last id it holds.

    Months before *horizon* have been dropped.
    """

    current: int = 1
    building: int | None = None
    edition: str = ""
    done_to: str = ""
    horizon: str = ""

    @property
    def generations(self) -> tuple[int, ...]:
        """Those that a post must be written to."""
        return (self.current,) if self.building is None else (self.current, self.building)


class Plans:
    """Keeps the plan and what hangs on it: templates, alias, register."""

    def __init__(self, gateway: Gateway, prefix: str, shards: int) -> None:
        self._gateway = gateway
        self._shards = shards
        self._prefix = prefix
        self.posts = f"{prefix}-posts"
        self.search = f"{prefix}-search"
        self.register = f"{prefix}-register"
        self.about = f"{prefix}-about"
        self.all = f"{prefix}-posts-v*,{prefix}-sealed-v*"

    def index(self, generation: int, place: str) -> str:
        """Return the name of the index of *place* (see ``documents.places``)."""
        return f"{self._family(generation, sealed=place.startswith(SEALED))}-{month_of(place)}"

    def months(self, generation: int) -> str:
        """Return the pattern of all indices of *generation*."""
        return f"{self.index(generation, '*')},{self.index(generation, f'{SEALED}*')}"

    def open(self) -> None:
        """Prepare what is not as this version wants it."""
        (kept,) = self._gateway.read(self.about, [_PLAN])
        if kept is None or not self._is_current(msgspec.convert(kept.body, Plan)):
            self.prepare()

    def prepare(self) -> None:
        """Put in place whatever is missing, and add fields that are newer than the indices."""
        self._gateway.ensure(self._register_template())
        self._gateway.ensure(self._about_template())
        self._gateway.create(self.register)
        self._gateway.create(self.about)
        self._gateway.bulk([Write(self.about, _PLAN, _tree(Plan()), create=True)])  # late if there is one
        plan = self.read()
        if not self._is_current(plan):
            self._bring_up(plan)

    def read(self) -> Plan:
        return self._kept()[0]

    def change(self, change: Callable[[Plan], Plan]) -> Plan:
        """Replace the plan by what *change* makes of it, however many want to at once."""
        for _ in range(_TRIES):
            plan, seen = self._kept()
            now = change(plan)
            if now == plan or not self._gateway.bulk([Write(self.about, _PLAN, _tree(now), seen=seen)])[0].late:
                return now
        raise Unavailable("index: the plan changes all the time")

    def shape(self, generation: int, *, current: bool) -> None:
        """Put the templates of *generation* in place: new months of the *current* one stand behind the aliases."""
        for sealed in (True, False):  # the one that ``_is_current`` reads comes last
            name = self._family(generation, sealed=sealed)
            aliases = self._aliases(sealed=sealed) if current else {}
            meta = {"edition": edition()}
            self._gateway.ensure(Template(name, (f"{name}-*",), mappings(), self._settings(), aliases, meta=meta))

    def swap(self, old: int, new: int) -> None:
        """Let the aliases stand for *new* instead of *old*, in one instant; may be done again after a crash."""
        self.shape(old, current=False)
        self.shape(new, current=True)  # from here on months that come into being have the aliases from the start
        self._point(new, self._gateway.aliased(self.search))
        self._point(new, ())  # those made between our look and the template

    def forget(self, generations: Iterable[int]) -> None:
        """Delete the indices of *generations*. Their templates stay, for a writer that is late by a moment."""
        for generation in generations:
            self._gateway.drop(info.name for info in self._gateway.indices(self.months(generation)))

    def known(self) -> set[int]:
        """Return the generations that have indices, or stand in the plan."""
        found = (re.search(r"-v(\d+)-\d{4}\.\d\d$", info.name) for info in self._gateway.indices(self.all))
        plan = self.read()
        return {int(match[1]) for match in found if match} | set(plan.generations)

    def _point(self, new: int, before: Iterable[str]) -> None:
        months = [info.name for info in self._gateway.indices(self.months(new))]
        add = [
            {"add": {"index": name, "alias": alias, **how}}
            for name in months
            for alias, how in self._aliases(sealed=self._is_sealed(name)).items()
        ]
        gone = [
            {"remove": {"index": name, "alias": alias}}
            for name in before
            if name not in months
            for alias in self._aliases(sealed=self._is_sealed(name))
        ]
        self._gateway.realias([*add, *gone])

    def _aliases(self, *, sealed: bool) -> dict[str, Any]:
        ours = {self.search: {"filter": WHOLE}}
        return ours if sealed else {self.posts: {"filter": STANDING}} | ours

    def _is_sealed(self, index: str) -> bool:
        return not index.startswith(self.posts)

    def _is_current(self, plan: Plan) -> bool:
        name = self._family(plan.current, sealed=False)
        return (self._gateway.template(name) or {}).get("edition") == edition()

    def _bring_up(self, plan: Plan) -> None:
        self.shape(plan.current, current=True)
        try:
            self._gateway.widen(self.months(plan.current), mappings())
        except Refused as error:
            raise Misconfigured([_outgrown(error)]) from error
        self._point(plan.current, ())

    def _kept(self) -> tuple[Plan, Seen]:
        (kept,) = self._gateway.read(self.about, [_PLAN])
        if kept is None:
            raise Unavailable("index: 索引尚未建立：请运行 yuqing index init / not there yet: run yuqing index init")
        return msgspec.convert(kept.body, Plan), kept.seen

    def _family(self, generation: int, *, sealed: bool) -> str:
        """Return what the names of the indices of *generation* begin with."""
        return f"{self._prefix}-{'sealed' if sealed else 'posts'}-v{generation}"

    def _settings(self) -> dict[str, Any]:
        return {
            "index": {
                "number_of_shards": self._shards,
                "auto_expand_replicas": "0-1",  # one node is enough, two keep a copy
                "refresh_interval": "1s",
            }
        }

    def _register_template(self) -> Template:
        properties = {
            "id": {"type": "keyword"},
            "at": {"type": "date", "format": "epoch_millis"},
            "gone_at": {"type": "keyword", "index": False, "doc_values": False},
            "months": {"type": "keyword", "index": False, "doc_values": False},
            "kept": {"type": "binary"},
        }
        shape = {"dynamic": "strict", "properties": properties}
        return Template(self.register, (self.register,), shape, self._settings())

    def _about_template(self) -> Template:
        return Template(self.about, (self.about,), {"dynamic": False}, self._settings())


def _tree(plan: Plan) -> dict[str, Any]:
    return dict(msgspec.to_builtins(plan))


def _outgrown(error: Refused) -> Fault:
    return Fault(
        "index.url",
        f"索引的字段类型与本版本不符，请运行 yuqing index reindex（{error.reason}）",
        f"a field has another type than in the indices: run yuqing index reindex ({error.reason})",
    )
