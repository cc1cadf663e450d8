"""Writing and forgetting: the register decides by compare-and-swap, then the months follow, the sealed ones too.

The register's own write number is the version of what is written to the months, so that a later decision is never
overwritten by an earlier one, whoever comes last. A crash in between is mended by the same write again, which
every reader of the bus makes.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from pipeline.errors import Rejected, Unavailable
from pipeline.index.elastic.documents import documents, edition, month, month_of, packed, places, since_1970, unpacked
from pipeline.index.elastic.gateway import Body, Gateway, Kept, Outcome, Refresh, Seen, Write
from pipeline.index.elastic.plan import Plan, Plans
from pipeline.index.revise import Stored, after
from pipeline.model import AnalysedPost

_TRIES: Final = 20  # a writer loses only to one that got on


@dataclass(frozen=True)
class Entry:
    """What the register knows of *id*: what stands, the places that may hold it, and which write said so.

    *kept* is what stands as it is stored.
    """

    id: str
    stored: Stored = Stored()
    places: tuple[str, ...] = ()
    seen: Seen | None = None
    kept: str = ""

    @classmethod
    def of(cls, kept: Kept) -> Entry:
        body = kept.body
        stored = Stored(
            unpacked(body["kept"]) if "kept" in body else None,
            datetime.fromisoformat(body["gone_at"]) if "gone_at" in body else None,
        )
        return cls(
            kept.id,
            stored,
            tuple(dict.fromkeys([*body["months"], *(places(stored.doc) if stored.doc else ())])),
            kept.seen,
            body.get("kept", ""),
        )

    def heard(self, docs: Iterable[AnalysedPost]) -> Entry:
        """Return what is known once *docs* have been heard too."""
        stored = self.stored
        for doc in docs:
            stored = after(stored, doc)
        if stored == self.stored:
            return self
        now = places(stored.doc) if stored.doc else ()
        kept = packed(stored.doc) if stored.doc else ""
        return Entry(self.id, stored, tuple(dict.fromkeys([*self.places, *now])), self.seen, kept)

    def body(self) -> Body:
        doc, gone_at = self.stored.doc, self.stored.gone_at
        told: dict[str, Any] = {"id": self.id, "months": self.places}
        if doc:
            told |= {"at": since_1970(doc.post.at), "kept": self.kept}
        if gone_at:
            told["gone_at"] = gone_at.astimezone(UTC).isoformat(timespec="microseconds")
        return told


class Writer:
    """Brings posts into the register and the months, and takes them out of both."""

    def __init__(self, gateway: Gateway, plans: Plans, refresh: Refresh) -> None:
        self._gateway = gateway
        self._plans = plans
        self._refresh = refresh

    def write(self, docs: Sequence[AnalysedPost]) -> None:
        """Store *docs*. Raises Rejected with those the server will never take; the others are stored."""
        told: dict[str, list[AnalysedPost]] = {}
        for doc in docs:
            told.setdefault(doc.post.id, []).append(doc)
        entries, refused = self._register(told)
        plan = self._plan()  # after the register: a rebuild that does not read our entry there is in this plan
        writes = self._months(entries, plan)
        outcomes = self._gateway.bulk(writes, self._refresh)
        refused |= refusals(writes, outcomes)
        if refused:
            raise Rejected("; ".join(f"{post_id}: {reason}" for post_id, reason in sorted(refused.items())))

    def forget(self, before: datetime) -> int:
        """Forget every post whose event time is before *before*, and say how many."""
        horizon = month(before)
        plan = self._plans.change(lambda plan: _with_horizon(plan, horizon))
        self._gateway.refresh(self._plans.register)
        old = {"range": {"at": {"lt": since_1970(before), "format": "epoch_millis"}}}
        forgotten = sum(
            self._forget([Entry.of(kept) for kept in page], plan, horizon)
            for page in self._gateway.scan(self._plans.register, old, by="id")
        )
        for generation in plan.generations:
            names = [info.name for info in self._gateway.indices(self._plans.months(generation))]
            self._gateway.drop(name for name in names if month_of(name) < horizon)
        self._plans.forget(each for each in self._plans.known() if each < plan.current)  # what a late writer left
        return forgotten

    def _months(self, entries: Sequence[Entry], plan: Plan) -> list[Write]:
        dropped = self._dropped(entries, plan)
        return [
            write
            for entry in entries
            for write in (
                *post_of(entry, plan.generations, self._plans),
                *stubs_of(entry, plan.generations, self._plans, dropped),
            )
        ]

    def _dropped(self, entries: Sequence[Entry], plan: Plan) -> set[str]:
        """Return the places of *entries* that were dropped with all they held: a stub would only bring them back."""
        old = {name for entry in entries for name in entry.places if month_of(name) < plan.horizon}
        if not old:
            return old
        there = {info.name for each in plan.generations for info in self._gateway.indices(self._plans.months(each))}
        return {name for name in old if not any(self._plans.index(each, name) in there for each in plan.generations)}

    def _register(self, told: dict[str, list[AnalysedPost]]) -> tuple[list[Entry], dict[str, str]]:
        done: list[Entry] = []
        refused: dict[str, str] = {}
        waiting = sorted(told)
        for _ in range(_TRIES):
            if not waiting:
                return done, refused
            before = self._known(waiting)
            now = [entry.heard(told[entry.id]) for entry in before]
            changed = [entry for entry, known in zip(now, before, strict=True) if entry is not known]
            done += [entry for entry, known in zip(now, before, strict=True) if entry is known and entry.seen]
            outcomes = self._gateway.bulk([self._entry(entry) for entry in changed])
            for entry, outcome in zip(changed, outcomes, strict=True):
                if outcome.refused:
                    refused[entry.id] = outcome.refused
                elif outcome.seen:
                    done.append(replace(entry, seen=outcome.seen))
            waiting = [entry.id for entry, outcome in zip(changed, outcomes, strict=True) if outcome.late]
        raise Unavailable("index: other writers change the same posts all the time")

    def _known(self, ids: Sequence[str]) -> list[Entry]:
        found = self._gateway.read(self._plans.register, ids)
        return [Entry.of(kept) if kept else Entry(post_id) for post_id, kept in zip(ids, found, strict=True)]

    def _entry(self, entry: Entry) -> Write:
        return Write(self._plans.register, entry.id, entry.body(), seen=entry.seen, create=entry.seen is None)

    def _plan(self) -> Plan:
        plan = self._plans.read()
        if plan.building is None or plan.edition == edition():
            return plan
        # It is being built by another version than ours and would miss what we write: it must begin again.
        return self._plans.change(
            lambda now: now if now.edition == edition() else Plan(now.current, horizon=now.horizon)
        )

    def _forget(self, entries: Sequence[Entry], plan: Plan, horizon: str) -> int:
        # The months first: a post that the register knows can be forgotten again, one that it does not know cannot.
        self._gateway.bulk(
            [
                Write(self._plans.index(generation, name), entry.id, None, version=entry.seen.seq_no)
                for entry in entries
                for name in entry.places
                for generation in plan.generations
                if entry.seen and month_of(name) >= horizon  # earlier ones are dropped whole
            ],
            self._refresh,
        )
        outcomes = self._gateway.bulk([self._forgotten(entry) for entry in entries])
        return sum(outcome.seen is not None for outcome in outcomes)

    def _forgotten(self, entry: Entry) -> Write:
        gone_at = entry.stored.gone_at
        left = Entry(entry.id, Stored(gone_at=gone_at)).body() if gone_at else None
        return Write(self._plans.register, entry.id, left, seen=entry.seen)


def post_of(entry: Entry, generations: Iterable[int], plans: Plans) -> list[Write]:
    """Return what puts the post of *entry*, if it has one, into its places."""
    doc, seen = entry.stored.doc, entry.seen
    if doc is None or seen is None:
        return []
    return [
        Write(plans.index(each, name), entry.id, body, version=seen.seq_no)
        for name, body in zip(places(doc), documents(doc), strict=True)
        for each in generations
    ]


def stubs_of(entry: Entry, generations: Iterable[int], plans: Plans, dropped: Container[str]) -> list[Write]:
    """Return what leaves nothing but a stub in the places where *entry* was before.

    A stub, and not a delete: servers soon forget the version of what was deleted, and would take a late older post.
    """
    doc, seen = entry.stored.doc, entry.seen
    now = places(doc) if doc else ()
    names = [name for name in entry.places if name not in now and name not in dropped]
    return [
        Write(plans.index(each, name), entry.id, {}, version=seen.seq_no)
        for name in names
        for each in generations
        if seen
    ]


def refusals(writes: Sequence[Write], outcomes: Sequence[Outcome]) -> dict[str, str]:
    """Return the reason for each id that the server will never take."""
    return {write.id: outcome.refused for write, outcome in zip(writes, outcomes, strict=True) if outcome.refused}


def _with_horizon(plan: Plan, horizon: str) -> Plan:
    return plan if plan.horizon >= horizon else Plan(plan.current, plan.building, plan.edition, plan.done_to, horizon)
