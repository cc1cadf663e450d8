"""Build a new generation of indices from the register while everything goes on, then let the alias stand for it.

Writers read the plan after their entry is in the register. Whoever finds no rebuild there wrote the entry before the
rebuild began to read; whoever finds one writes to both generations. An older entry never replaces a newer one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from pipeline import log
from pipeline.errors import Fault, Misconfigured
from pipeline.index.elastic.documents import edition
from pipeline.index.elastic.gateway import Gateway, Kept
from pipeline.index.elastic.plan import Plan, Plans
from pipeline.index.elastic.writing import Entry, post_of, refusals

_log = log.get("index")
_POSTS: Final = {"exists": {"field": "at"}}


def rebuild(gateway: Gateway, plans: Plans, tell: Callable[[int, int], None]) -> int:
    """Build, swap, drop the old; return how many posts were read. What a kill broke off is taken up again.

    *tell* hears how many of how many are done. Raises Misconfigured if somebody else took the rebuild over.
    """
    plan = _begun(plans)
    gateway.refresh(plans.register)
    total = gateway.count(plans.register, _POSTS)
    done = total - gateway.count(plans.register, _after(plan.done_to))
    for page in gateway.scan(plans.register, _POSTS, by="id", after=plan.done_to or None, whole=False):
        plan = _copied(gateway, plans, plan, page)
        done += len(page)
        tell(done, max(done, total))
    _finish(gateway, plans, plan)
    return done


def _begun(plans: Plans) -> Plan:
    """Return the plan of the rebuild: that of the one that was broken off, if it was by this version."""
    plan = plans.read()
    if plan.building is not None and plan.edition == edition():
        return plan
    new = max(plans.known()) + 1
    plans.forget(generation for generation in plans.known() if generation != plan.current)
    plans.shape(new, current=False)
    return plans.change(lambda now: Plan(now.current, new, edition(), horizon=now.horizon))


def _copied(gateway: Gateway, plans: Plans, plan: Plan, page: Sequence[Kept]) -> Plan:
    """Bring *page* into the new generation, and note how far that is."""
    # Read again as they stand now: a search still shows for a second what was trimmed or changed.
    standing = gateway.read(plans.register, [kept.id for kept in page])
    writes = [write for kept in standing if kept for write in post_of(Entry.of(kept), plan.generations[1:], plans)]
    for post_id in refusals(writes, gateway.bulk(writes)):
        _log.error("post not taken by the new index", id=post_id)
    return plans.change(lambda now: msgspec.structs.replace(_ours(now, plan), done_to=page[-1].id))


def _finish(gateway: Gateway, plans: Plans, plan: Plan) -> None:
    new = plan.building or plan.current
    _ours(plans.read(), plan)
    gateway.refresh(plans.months(new))
    plans.swap(plan.current, new)
    plans.change(lambda now: Plan(new, horizon=_ours(now, plan).horizon))
    plans.forget(generation for generation in plans.known() if generation < new)


def _ours(now: Plan, plan: Plan) -> Plan:
    if (now.current, now.building, now.edition) == (plan.current, plan.building, plan.edition):
        return now
    raise Misconfigured(
        [
            Fault(
                "index reindex",
                "重建被另一个进程打断：请停下其他版本的 index 进程或另一个 reindex，再运行一次",
                "somebody else took over: stop index workers of another version or the other reindex, then run again",
            )
        ]
    )


def _after(post_id: str) -> dict[str, object]:
    return {"bool": {"filter": [_POSTS, {"range": {"id": {"gt": post_id}}}]}}
