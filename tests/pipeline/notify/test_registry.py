"""From settings to receivers: every fault at once, each with its key."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import Misconfigured
from pipeline.notify.registry import kinds, open_receivers, routes
from pipeline.settings import ReceiverSettings, Settings


def settings(*options: dict[str, object]) -> list[ReceiverSettings]:
    return [ReceiverSettings.model_validate(option) for option in options]


def test_a_fresh_install_has_a_terminal_and_a_file_under_home(tmp_path: Path) -> None:
    receivers = open_receivers(Settings().receivers, tmp_path)
    assert list(receivers) == ["控制台", "值班日志"]
    assert receivers["值班日志"].model_dump()["folder"] == tmp_path / "notices"


def test_every_fault_is_reported_with_its_key(tmp_path: Path) -> None:
    wrong = settings(
        {"name": "a", "kind": "webhok", "url": "https://example.com/"},
        {"name": "b", "kind": "webhook"},
        {"name": "c", "kind": "webhook", "url": "https://example.com/", "boddy": "{}"},
        {"name": "d", "kind": "webhook", "url": "https://example.com/", "body": '{"a": "{{ title }}"'},
        {"name": "e", "kind": "console"},
        {"name": "e", "kind": "console"},
    )
    with pytest.raises(Misconfigured) as caught:
        open_receivers(wrong, tmp_path)
    said = {fault.place: fault.zh for fault in caught.value.faults}
    assert set(said) == {"receivers.a.kind", "receivers.b.url", "receivers.c.boddy", "receivers.d.body", "receivers.e"}
    assert "webhook" in said["receivers.a.kind"]
    assert "样例" in said["receivers.d.body"]


def test_a_disabled_receiver_is_not_opened(tmp_path: Path) -> None:
    assert open_receivers(settings({"name": "a", "kind": "nonsense", "enabled": False}), tmp_path) == {}


def test_routes_are_what_the_stage_asks_for(tmp_path: Path) -> None:
    receivers = open_receivers(settings({"name": "a", "kind": "console", "routes": ["民生"]}), tmp_path)
    assert routes(receivers) == {"a": ("民生",)}


def test_each_kind_is_listed_by_its_own_name() -> None:
    assert all(kind.name == name for name, kind in kinds().items())
