"""A URL leads to a bus, or to words about the URL."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import settings
from pipeline.bus.kafka import KafkaBus
from pipeline.bus.open import open_bus
from pipeline.errors import Misconfigured
from tests.contracts.bus import drain, messages, words


@pytest.mark.parametrize("durable", [True, False])
def test_what_one_wrote_at_a_url_another_finds_there(tmp_path: Path, durable: bool) -> None:
    url = f"sqlite:///{tmp_path / '总线' / 'bus'}"
    open_bus(url, settings.Bus(partitions=3), durable=durable).publish("t", messages("一", "二"))

    again = open_bus(url)

    assert words(drain(again.consumer("g", "t"))) == ["一", "二"]
    assert set(again.end("t")) == {0, 1, 2}, "a topic keeps the partitions it was made with"


@pytest.mark.parametrize("url", ["carrier-pigeon://roof", "sqlite://two/slashes", "bus", ""])
def test_an_unknown_url_names_the_key(url: str) -> None:
    with pytest.raises(Misconfigured, match=r"bus\.url.*sqlite:///"):
        open_bus(url)


def test_kafka_is_opened_without_speaking_to_it(tmp_path: Path) -> None:
    bus = open_bus("kafka://nowhere.invalid:9092", home=tmp_path)

    assert isinstance(bus, KafkaBus)
    bus.close()


def test_what_is_wrong_in_a_kafka_url_is_said(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"bus\.url.*client_idd.*client_id"):
        open_bus("kafka://localhost:9092?client_idd=x")
