"""A URL leads to a bus, or to words about the URL."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.bus.open import open_bus
from pipeline.errors import Misconfigured
from tests.contracts.bus import drain, messages, words


@pytest.mark.parametrize("durable", [True, False])
def test_what_one_wrote_at_a_url_another_finds_there(tmp_path: Path, durable: bool) -> None:
    url = f"sqlite:///{tmp_path / '总线' / 'bus'}"
    open_bus(url, partitions=3, durable=durable).publish("t", messages("一", "二"))

    again = open_bus(url)

    assert words(drain(again.consumer("g", "t"))) == ["一", "二"]
    assert set(again.end("t")) == {0, 1, 2}, "a topic keeps the partitions it was made with"


@pytest.mark.parametrize("url", ["carrier-pigeon://roof", "sqlite://two/slashes", "bus", ""])
def test_an_unknown_url_names_the_key(url: str) -> None:
    with pytest.raises(Misconfigured, match=r"bus\.url.*sqlite:///"):
        open_bus(url)
