from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from crawlers.connectors.feed import FeedConnector
from crawlers.connectors.page import PageConnector
from crawlers.sources import connectors, field_names, open_sources
from pipeline.errors import Misconfigured
from pipeline.model import Access, SourceClass
from pipeline.settings import SourceSettings


def source(**options: Any) -> SourceSettings:
    return SourceSettings.model_validate({"id": "bbs", "connector": "feed", "url": "http://bbs.example/rss"} | options)


def faults(*sources: SourceSettings) -> dict[str, str]:
    with pytest.raises(Misconfigured) as error:
        open_sources(sources)
    return {fault.place: fault.say("zh") + fault.say("en") for fault in error.value.faults}


def test_a_source_is_opened_with_its_options_and_its_card() -> None:
    opened = open_sources([source(every="90s", zone="Asia/Urumqi", gap="5s", **{"class": "forum"})])[0]
    assert isinstance(opened.connector, FeedConnector)
    assert (opened.connector.url, opened.connector.gap) == ("http://bbs.example/rss", timedelta(seconds=5))
    card = opened.card
    assert (card.id, card.class_, card.access, card.every) == (
        "bbs",
        SourceClass.FORUM,
        Access.PUBLIC,
        timedelta(seconds=90),
    )
    assert card.zone == opened.connector.zone == "Asia/Urumqi"


def test_a_source_without_zone_has_the_districts() -> None:
    opened = open_sources([source()], zone="Asia/Hong_Kong")[0]
    assert isinstance(opened.connector, FeedConnector) and opened.card.zone == opened.connector.zone == "Asia/Hong_Kong"
    assert open_sources([source()])[0].card.zone == "Asia/Shanghai"


def test_a_source_that_is_switched_off_is_checked_and_not_opened() -> None:
    assert open_sources([source(enabled=False)]) == []
    assert faults(source(enabled=False, ulr="x"))


def test_every_fault_names_its_key() -> None:
    found = faults(
        source(id="a", connector="fed"),
        source(id="b", contcat="x", every="soon"),
        source(id="c", url=7, first="many", zone="Asia/Qinghu", **{"class": "forums"}),
        SourceSettings.model_validate({"id": "d", "connector": "page"}),
        source(id="e", url="file:///etc/hostname"),
        source(id="f"),
        source(id="f"),
    )
    assert set(found) == {f"yuqing.toml: sources.{key}" for key in (
        "a.connector", "b.contcat", "b.every", "c.url", "c.first", "c.zone", "c.class", "d.start_urls", "e.url", "f",
    )}  # fmt: skip
    assert "feed" in found["yuqing.toml: sources.a.connector"]
    assert "contact" in found["yuqing.toml: sources.b.contcat"]
    assert "forum" in found["yuqing.toml: sources.c.class"]
    assert "缺少这一项" in found["yuqing.toml: sources.d.start_urls"]


def test_a_change_of_options_changes_the_fingerprint_and_their_order_does_not() -> None:
    one, other = source(gap="1s", contact="x"), source(contact="x", gap="1s")
    assert open_sources([one])[0].fingerprint == open_sources([other])[0].fingerprint
    assert open_sources([source(gap="2s", contact="x")])[0].fingerprint != open_sources([one])[0].fingerprint


def test_every_connector_says_what_it_does_and_by_what_right() -> None:
    assert {"feed", "page"} <= set(connectors())
    for name, kind in connectors().items():
        assert kind.name == name and isinstance(kind.access, Access) and (kind.__doc__ or "").strip()
    assert field_names(PageConnector) == {"start_urls", "zone", "kind", "contact", "allow_private", "gap", "deadline"}
