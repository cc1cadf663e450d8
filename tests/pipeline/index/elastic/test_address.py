"""Where the servers are, as people write it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import Misconfigured
from pipeline.index.elastic.address import Address


def test_an_address_names_hosts_login_prefix_and_options(tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    ca.write_text("x")

    found = Address.read(f"opensearch+https://me:p%40ss@a:1,b/desk?ca={ca}&refresh=wait_for&shards=2&timeout=5")

    assert found == Address(
        "opensearch", ("https://a:1", "https://b:443"), "me", "p@ss", "desk", str(ca), True, 5.0, 2, "wait_for"
    )


def test_what_is_not_written_has_a_value() -> None:
    assert Address.read("elasticsearch://search") == Address("elasticsearch", ("http://search:9200",))
    assert Address.read("elasticsearch+https://s?verify=false").verify is False
    assert Address.read("http://[::1]:9200/").product == "any"


def test_a_password_is_not_shown() -> None:
    assert "secret" not in repr(Address.read("elasticsearch://me:secret@a:1/x"))


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(Misconfigured) as wrong:
        Address.read("elasticsearch://a b/UPPER?ca=/no/such&verify=maybe&shards=0&refresh=now&nosuch=1")

    told = [fault.en for fault in wrong.value.faults]
    assert len(told) == 7
    assert any("no option nosuch" in each for each in told)
