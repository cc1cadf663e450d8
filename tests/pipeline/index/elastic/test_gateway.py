"""What the servers do with our requests, and what a hostile wire does to us."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from pipeline.errors import Unavailable
from pipeline.index.elastic.gateway import Gateway, Outcome, Refused, Seen, Template, Write
from pipeline.index.elastic.wire import Answer, Method

STRICT = {"dynamic": "strict", "properties": {"id": {"type": "keyword"}, "n": {"type": "long"}}}


@pytest.fixture
def things(gateway: Gateway, prefix: str) -> str:
    """The name of an index with a template of its own."""
    gateway.ensure(Template(f"{prefix}-things", (f"{prefix}-things*",), STRICT, aliases={f"{prefix}-all": {}}))
    return f"{prefix}-things-1"


class TestOnServers:
    def test_a_bulk_tells_for_each_document_what_became_of_it(self, gateway: Gateway, things: str) -> None:
        gateway.bulk([Write(things, "old", {"id": "old"}, version=7)])

        outcomes = gateway.bulk(
            [
                Write(things, "new", {"id": "new"}),
                Write(things, "old", {"id": "older"}, version=6),
                Write(things, "odd", {"nosuch": 1}),
                Write(things, "x" * 600, {"id": "x"}),  # servers refuse a whole request for such an id
                Write(things, "old", {"id": "newer"}, version=8),
                Write(things, "new", {"id": "again"}, create=True),
            ],
            refresh="true",
        )

        assert [outcome.late for outcome in outcomes] == [False, True, False, False, False, True]
        assert "strict_dynamic_mapping" in outcomes[2].refused
        assert "too long" in outcomes[3].refused
        assert [kept.body["id"] for page in gateway.scan(things, {"match_all": {}}, "id") for kept in page] == [
            "new",
            "newer",
        ]

    def test_a_refusal_does_not_quote_the_document(self, gateway: Gateway, things: str) -> None:
        (outcome,) = gateway.bulk([Write(things, "a", {"n": "张三的电话"})])

        assert outcome.refused
        assert "张三" not in outcome.refused

    def test_who_read_an_older_state_is_late(self, gateway: Gateway, things: str) -> None:
        gateway.bulk([Write(things, "a", {"n": 1})])
        (kept, nothing) = gateway.read(things, ["a", "b"])
        assert kept is not None
        assert nothing is None

        first, second = (gateway.bulk([Write(things, "a", {"n": n}, seen=kept.seen)])[0] for n in (2, 3))

        assert not first.late
        assert second.late

    def test_a_deleted_document_keeps_its_place_in_the_order_of_writes(self, gateway: Gateway, things: str) -> None:
        seen = [gateway.bulk([Write(things, "a", body)])[0].seen for body in ({"n": 1}, None, {"n": 2})]

        numbers = [each.seq_no for each in seen if each]
        assert len(numbers) == 3
        assert numbers == sorted(numbers)

    def test_templates_aliases_and_indices(self, gateway: Gateway, prefix: str, things: str) -> None:
        gateway.create(things)
        gateway.create(things)
        gateway.bulk([Write(things, "a", {"id": "a"})], refresh="true")
        gateway.widen(things, {"properties": {"more": {"type": "keyword"}}})
        with pytest.raises(Refused):
            gateway.widen(things, {"properties": {"id": {"type": "long"}}})

        assert gateway.template(f"{prefix}-things") == {}
        assert gateway.template(f"{prefix}-nosuch") is None
        assert gateway.templates(f"{prefix}-*") == [f"{prefix}-things"]
        assert gateway.aliased(f"{prefix}-all") == [things]
        assert [(info.name, info.documents) for info in gateway.indices(f"{prefix}-*")] == [(things, 1)]
        gateway.realias([{"remove": {"index": things, "alias": f"{prefix}-all"}}])
        gateway.realias([])
        assert gateway.aliased(f"{prefix}-all") == []
        gateway.drop([things, f"{prefix}-nosuch"])
        assert gateway.indices(f"{prefix}-*") == []
        assert gateway.count(things) == 0
        assert gateway.read(things, ["a"]) == [None]

    def test_a_wrong_request_is_refused(self, gateway: Gateway, things: str) -> None:
        gateway.create(things)

        with pytest.raises(Refused, match="400"):
            gateway.search(things, {"query": {"nosuch": {}}})

    def test_a_long_list_is_scanned_page_by_page(self, gateway: Gateway, things: str) -> None:
        names = [f"n{i:04}" for i in range(1201)]
        gateway.bulk([Write(things, name, {"id": name}) for name in names], refresh="true")

        pages = list(gateway.scan(things, {"match_all": {}}, "id", after="n0001"))

        assert [kept.id for page in pages for kept in page] == names[2:]
        assert len(pages) == 3

    def test_a_read_only_index_is_unavailable_with_its_remedy(self, gateway: Gateway, things: str) -> None:
        gateway.create(things)
        for block in ("index.blocks.read_only_allow_delete", "index.blocks.write"):
            gateway._ask("PUT", f"/{things}/_settings", {block: True})

            with pytest.raises(Unavailable, match="磁盘"):
                gateway.bulk([Write(things, "a", {"id": "a"})])

            gateway._ask("PUT", f"/{things}/_settings", {block: None})
        assert not gateway.bulk([Write(things, "a", {"id": "a"})])[0].late


class Scripted:
    """A wire that answers as it is told, and remembers what it was asked."""

    def __init__(self, *answers: Answer | Callable[[bytes], Answer]) -> None:
        self._answers = list(answers)
        self.bodies: list[bytes] = []

    def ask(
        self,
        method: Method,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
        lines: bool = False,
    ) -> Answer:
        self.bodies.append(body or b"")
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return answer(body or b"") if callable(answer) else answer

    def close(self) -> None: ...


def items(*statuses: int) -> Answer:
    """Return the answer to a bulk: for each document its status."""

    def item(status: int) -> dict[str, Any]:
        if status < 300:
            return {"status": status, "_seq_no": 1, "_primary_term": 1}
        return {"status": status, "error": {"type": "es_rejected_execution_exception", "reason": "full"}}

    return Answer(200, {"items": [{"index": item(status)} for status in statuses]})


def writes(number: int, size: int = 1) -> list[Write]:
    return [Write("i", f"d{n}", {"t": "x" * size}) for n in range(number)]


class TestOnAHostileWire:
    def test_only_what_the_server_was_too_busy_for_is_sent_again_after_growing_waits(self) -> None:
        wire, waits = Scripted(items(429, 201, 503), items(429, 201), items(201)), list[float]()

        outcomes = Gateway(wire, waits.append).bulk(writes(3))

        assert outcomes == [Outcome(Seen(1, 1))] * 3
        assert [body.count(b'"_id"') for body in wire.bodies] == [3, 2, 1]
        assert waits == sorted(waits)
        assert len(waits) == 2

    def test_a_server_that_stays_busy_is_unavailable(self) -> None:
        with pytest.raises(Unavailable, match="too busy"):
            Gateway(Scripted(items(429)), lambda _: None).bulk(writes(1))

    @pytest.mark.parametrize("status", [401, 403, 429, 500, 502, 503, 504])
    def test_a_request_that_is_not_taken_now_is_unavailable(self, status: int) -> None:
        said = Answer(status, {"error": {"type": "x", "reason": "y"}})

        with pytest.raises(Unavailable):
            Gateway(Scripted(said), lambda _: None).bulk(writes(1))
        with pytest.raises(Unavailable):
            Gateway(Scripted(said), lambda _: None).search("i", {})

    @pytest.mark.parametrize(("status", "word"), [(401, "密码"), (404, "index init")])
    def test_an_item_that_cannot_be_written_at_all_says_the_remedy(self, status: int, word: str) -> None:
        with pytest.raises(Unavailable, match=word):
            Gateway(Scripted(items(status))).bulk(writes(1))

    def test_a_hiccup_of_a_search_is_waited_for(self) -> None:
        wire = Scripted(Answer(503, {"error": "starting"}), Answer(200, {"hits": {}}))

        assert Gateway(wire, lambda _: None).search("i", {}) == {"hits": {}}

    def test_requests_are_bounded_in_bytes_and_number(self) -> None:
        def taken(body: bytes) -> Answer:
            return items(*[201] * body.count(b'"_id"'))

        wire = Scripted(taken)
        gateway = Gateway(wire)

        assert len(gateway.bulk(writes(40, size=300_000))) == 40
        assert max(map(len, wire.bodies)) <= 5_000_000
        wire.bodies.clear()
        gateway.bulk(writes(2500))
        assert [body.count(b'"_id"') for body in wire.bodies] == [1000, 1000, 500]

    def test_a_proxy_that_takes_less_gets_less(self) -> None:
        def taken(body: bytes) -> Answer:
            return items(*[201] * body.count(b'"_id"')) if len(body) < 2000 else Answer(413, {"error": "too large"})

        outcomes = Gateway(Scripted(taken)).bulk([*writes(20, size=300), Write("i", "huge", {"t": "x" * 3000})])

        assert [bool(outcome.refused) for outcome in outcomes] == [False] * 20 + [True]

    def test_a_document_that_cannot_be_read_now_is_not_taken_for_a_missing_one(self) -> None:
        doc = {"_id": "a", "error": {"type": "no_shard_available_action_exception", "reason": "x"}}

        with pytest.raises(Unavailable):
            Gateway(Scripted(Answer(200, {"docs": [doc]}))).read("i", ["a"])

    def test_what_is_sent_is_one_document_a_line(self) -> None:
        wire = Scripted(items(201, 201))

        Gateway(wire).bulk([Write("i", "a", {"t": "停\n水"}, version=3), Write("i", "b", None, seen=Seen(1, 2))])

        assert [json.loads(line) for line in wire.bodies[0].splitlines()] == [
            {"index": {"_index": "i", "_id": "a", "version": 3, "version_type": "external_gte"}},
            {"t": "停\n水"},
            {"delete": {"_index": "i", "_id": "b", "if_seq_no": 1, "if_primary_term": 2}},
        ]
