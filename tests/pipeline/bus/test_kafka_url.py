"""A URL of Kafka is read whole, or refused with every fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.bus.kafka_url import Address, read
from pipeline.errors import Misconfigured


def test_a_plain_url_names_brokers() -> None:
    assert read("kafka://one:9093,two") == Address(servers=("one:9093", "two:9092"))


def test_a_prefix_stands_before_every_name() -> None:
    assert read("kafka://h:1/青".replace("青", "qinghu")).named("detect", "matches") == "qinghu.detect.matches"
    assert read("kafka://h:1").named("posts") == "posts"


def test_a_login_may_hold_any_characters_and_is_never_shown(tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    ca.write_text("")

    address = read(f"kafkas://desk:a%40b%3Ac@h:1/p?ca={ca}&sasl=PLAIN&client_id=desk-1")

    assert (address.user, address.password, address.mechanism) == ("desk", "a@b:c", "PLAIN")
    assert (address.tls, address.ca, address.client_id) == (True, str(ca), "desk-1")
    assert str(address) == "h:1"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("kafka://", "主机:端口"),
        ("kafka://h:x", "主机:端口"),
        ("kafka://h:70000", "主机:端口"),
        ("kafka://[h:1", "读不懂"),
        ("kafka://h:1/a/b", "前缀"),
        ("kafka://h:1?client_id=a+b", "client_id"),
        ("kafka://h:1?clientid=a", "是不是想写 client_id"),
        ("kafka://h:1?xyz=a", "可用的是 client_id"),
        ("kafka://u:p@h:1?sasl=GSSAPI", "SCRAM-SHA-512"),
        ("kafka://h:1?sasl=PLAIN", "用户:密码@"),
        ("kafka://u@h:1", "没有密码"),
        ("kafka://h:1?ca=/ca.pem", "kafkas://"),
        ("kafkas://h:1?ca=/nowhere/ca.pem", "没有文件 /nowhere/ca.pem"),
        ("kafkas://h:1?cert=/nowhere/a.pem", "cert 与 key"),
    ],
)
def test_what_is_wrong_is_said_under_the_key(url: str, words: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        read(url)

    assert any(fault.place == "bus.url" and words in fault.zh for fault in refused.value.faults)


def test_every_fault_is_said_at_once() -> None:
    with pytest.raises(Misconfigured) as refused:
        read("kafka://u@h:x/a/b?sasl=X&y=1")

    assert len(refused.value.faults) == 5
