from __future__ import annotations

import json
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from crawlers import SourceCard
from crawlers.push import HEADER, LARGEST, PushSource, Seen, push_sources, routes, sign
from crawlers.sources import open_sources
from pipeline.errors import Misconfigured
from pipeline.settings import SourceSettings
from tests.crawlers.door import NOON, Door, a_door

SECRET = b"a shared secret of the peer"
BODY = json.dumps({"id": 1, "text": "锦湖里停水，电话13800138000"}).encode()


class Desk:
    """A server with one push source, its door, and a clock."""

    def __init__(self, home: Path) -> None:
        self.door: Door = a_door(home)
        self.now = NOON
        source = PushSource(SourceCard(id="peer", connector="push"), SECRET)
        self.client = TestClient(
            Starlette(routes=routes(self.door.intake, {"peer": source}, lambda: self.now, Seen())),
            raise_server_exceptions=True,
        )

    def post(self, body: bytes, signature: str | None = None, source: str = "peer") -> tuple[int, dict[str, object]]:
        headers = {HEADER: sign(body, SECRET, self.now) if signature is None else signature}
        answer = self.client.post(f"/v1/ingest/{source}", content=body, headers=headers)
        return answer.status_code, answer.json()

    def code(self, body: bytes, signature: str | None = None, source: str = "peer") -> tuple[int, object]:
        status, answer = self.post(body, signature, source)
        error = answer["error"]
        assert isinstance(error, dict)
        assert error["zh"]
        assert error["en"]
        return status, error["code"]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_signed_post_is_answered_when_the_bus_has_it(desk: Desk) -> None:
    assert desk.post(BODY) == (202, {"accepted": 1, "rejected": []})

    [post] = desk.door.came()
    assert (post.source.id, post.text) == ("peer", "锦湖里停水，电话[手机号]")
    assert b"13800138000" not in desk.door.on_disk()


def test_lines_and_lists_are_taken_and_each_bad_item_gets_its_reason(desk: Desk) -> None:
    lines = b'{"id": 1, "text": "a"}\n{oops\n{"id": 3}\n'

    status, answer = desk.post(lines)

    assert (status, answer["accepted"]) == (202, 1)
    rejected = answer["rejected"]
    assert isinstance(rejected, list)
    assert [each["item"] for each in rejected] == [2, 3]
    assert desk.post(b'[{"id": 4, "text": "d"}, {"id": 5, "text": "e"}]')[1]["accepted"] == 2


def test_nothing_good_in_it_is_422(desk: Desk) -> None:
    for body in (b"", b"null", b"nonsense", b"[]", b'{"id": 1}', b"[" * 100_000):
        assert desk.post(body)[0] == 422
    assert desk.door.came() == []


def test_a_peer_cannot_speak_for_another_source(desk: Desk) -> None:
    desk.post(b'{"id": 1, "text": "x", "source": "qh-12345", "source.class": "hotline"}')

    [post] = desk.door.came()
    assert (post.source.id, post.source.class_.value) == ("peer", "other")


@pytest.mark.parametrize("signature", ["", "t=1", "v1=00", "t=x,v1=" + "0" * 64, "t=1,v1=" + "g" * 64])
def test_no_signature_no_entry(desk: Desk, signature: str) -> None:
    assert desk.code(BODY, signature) == (401, "unsigned")


def test_a_signature_of_another_secret_body_or_time_is_wrong(desk: Desk) -> None:
    good = sign(BODY, SECRET, NOON)
    moved = good.replace(f"t={int(NOON.timestamp())}", f"t={int(NOON.timestamp()) + 1}")

    assert desk.code(BODY, sign(BODY, b"another secret!!", NOON)) == (401, "bad_signature")
    assert desk.code(BODY + b" ", good) == (401, "bad_signature")
    assert desk.code(BODY, moved) == (401, "bad_signature")
    assert desk.door.came() == []


@pytest.mark.parametrize(("off", "status"), [(299, 202), (-299, 202), (301, 403), (-301, 403)])
def test_five_minutes_are_the_limit_in_both_directions(desk: Desk, off: int, status: int) -> None:
    assert desk.post(BODY, sign(BODY, SECRET, NOON + timedelta(seconds=off)))[0] == status


def test_a_replayed_request_is_refused_as_long_as_it_is_fresh(desk: Desk) -> None:
    ahead = sign(BODY, SECRET, NOON + timedelta(minutes=5))
    assert desk.post(BODY, ahead)[0] == 202

    desk.now = NOON + timedelta(minutes=10)

    assert desk.code(BODY, ahead) == (403, "replayed")
    assert len(desk.door.came()) == 1


def test_when_the_bus_is_away_the_same_request_may_come_again(desk: Desk) -> None:
    signature = sign(BODY, SECRET, NOON)
    desk.door.bus.away = True
    assert desk.code(BODY, signature) == (503, "busy")

    desk.door.bus.away = False

    assert desk.post(BODY, signature)[0] == 202


def test_a_body_over_the_limit_is_refused_unread(desk: Desk) -> None:
    assert desk.code(b" " * (LARGEST + 1)) == (413, "too_large")
    assert desk.post(BODY + b" " * (LARGEST - len(BODY)))[0] == 202


def test_a_source_that_does_not_push_is_not_there(desk: Desk) -> None:
    assert desk.code(BODY, source="qh-bbs") == (404, "no_source")


def test_a_claimed_collection_time_in_the_future_is_not_believed(desk: Desk) -> None:
    desk.post(b'{"id": 1, "text": "x", "fetched": "2027-01-01T00:00:00Z"}')
    desk.post(b'{"id": 2, "text": "x", "fetched": "2026-03-10T01:00:00Z"}')

    assert [post.fetched_at for post in desk.door.came()] == [NOON, datetime.fromisoformat("2026-03-10T01:00:00+00:00")]


def test_the_signature_is_the_one_that_openssl_makes() -> None:
    seconds = str(int(NOON.timestamp()))
    shell = "(printf '%s.' \"$t\"; cat) | openssl dgst -sha256 -hmac \"$SECRET\" -r | cut -d' ' -f1"
    made = subprocess.run(
        ["sh", "-c", shell],
        input=BODY,
        capture_output=True,
        env={"t": seconds, "SECRET": SECRET.decode(), "PATH": "/usr/bin:/bin"},
        check=True,
    )

    assert sign(BODY, SECRET, NOON) == f"t={seconds},v1={made.stdout.decode().strip()}"


def test_the_secret_comes_from_a_file_or_the_environment_and_must_be_long(tmp_path: Path) -> None:
    (tmp_path / "peer.key").write_bytes(SECRET + b"\n")
    settings = [
        SourceSettings.model_validate({"id": "a", "connector": "push", "secret_file": "peer.key"}),
        SourceSettings.model_validate({"id": "b", "connector": "push", "secret_env": "PEER_SECRET"}),
    ]

    opened = open_sources(settings, home=tmp_path)

    found = push_sources(opened, {"PEER_SECRET": "0123456789abcdef"})
    assert {name: source.secret for name, source in found.items()} == {"a": SECRET, "b": b"0123456789abcdef"}
    (tmp_path / "peer.key").unlink()
    with pytest.raises(Misconfigured) as wrong:
        push_sources(opened, {"PEER_SECRET": "short"})
    assert [fault.place for fault in wrong.value.faults] == ["sources.a", "sources.b"]
