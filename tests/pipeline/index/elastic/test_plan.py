"""One plan for all writers, and what hangs on it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.errors import Misconfigured, Unavailable
from pipeline.index.elastic import plan as plans_module
from pipeline.index.elastic.documents import edition
from pipeline.index.elastic.gateway import Gateway, Template, Write
from pipeline.index.elastic.index import ElasticIndex
from pipeline.index.elastic.plan import Plan, Plans
from tests.contracts.index_posts import a_post


@pytest.fixture
def plans(gateway: Gateway, prefix: str) -> Plans:
    return Plans(gateway, prefix, 1)


def test_preparing_twice_is_harmless_and_keeps_the_plan(plans: Plans) -> None:
    plans.prepare()
    plans.change(lambda plan: Plan(3))
    plans.open()
    plans.prepare()

    assert plans.read() == Plan(3)


def test_two_changes_at_once_both_happen(plans: Plans) -> None:
    plans.prepare()

    def interrupted(change: Callable[[Plan], Plan]) -> Callable[[Plan], Plan]:
        tries: list[Plan] = []

        def changed(plan: Plan) -> Plan:
            tries.append(plan)
            if len(tries) == 1:  # somebody is faster
                plans.change(lambda now: Plan(now.current, horizon="2026.01"))
            return change(plan)

        return changed

    plans.change(interrupted(lambda now: Plan(now.current + 1, horizon=now.horizon)))

    assert plans.read() == Plan(2, horizon="2026.01")


def test_a_plan_that_never_holds_still_is_unavailable(plans: Plans) -> None:
    plans.prepare()
    numbers = iter(range(10, 1000))

    def restless(plan: Plan) -> Plan:
        if plan.current < 500:
            plans._gateway.bulk([Write(plans.about, "plan", {"current": next(numbers)})])
        return Plan(plan.current + 1000)

    with pytest.raises(Unavailable):
        plans.change(restless)


def test_without_a_plan_there_is_nothing_to_write_to(plans: Plans) -> None:
    with pytest.raises(Unavailable, match="index init"):
        plans.read()


def test_fields_that_are_newer_than_the_indices_are_added(index: ElasticIndex, plans: Plans, gateway: Gateway) -> None:
    index.write([a_post("a")])
    (month,) = (info.name for info in gateway.indices(plans.all))
    gateway.ensure(Template(f"{plans.posts}-v1", (f"{plans.posts}-v1-*",), {}, meta={"edition": "older"}))

    plans.open()

    assert gateway.template(f"{plans.posts}-v1") == {"edition": edition()}
    assert gateway.aliased(plans.posts) == [month]


def test_a_field_of_another_type_asks_for_a_rebuild(
    index: ElasticIndex, plans: Plans, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.write([a_post("a")])
    gateway.ensure(Template(f"{plans.posts}-v1", (f"{plans.posts}-v1-*",), {}, meta={"edition": "older"}))
    monkeypatch.setattr(plans_module, "mappings", lambda: {"properties": {"lang": {"type": "double"}}})

    with pytest.raises(Misconfigured, match="reindex"):
        plans.open()


def test_new_months_stand_behind_the_alias_and_stubs_do_not(
    index: ElasticIndex, plans: Plans, gateway: Gateway
) -> None:
    index.write([a_post("a", at="2026-01-05"), a_post("b", at="2026-02-05")])
    index.write([a_post("a", at="2026-02-06", fetched="2026-03-01")])

    assert gateway.aliased(plans.posts) == [f"{plans.posts}-v1-2026.01", f"{plans.posts}-v1-2026.02"]
    assert gateway.count(plans.posts) == 2
    assert gateway.count(plans.all) == 3
