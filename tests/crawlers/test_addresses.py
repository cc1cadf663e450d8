from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.addresses import consented, public, refusal


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
     "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "::ffff:10.0.0.1", "::127.0.0.1",
     "64:ff9b::7f00:1", "2002:7f00:1::", "ff02::1", "not an address"],
)  # fmt: skip
def test_nobodys_public_machine(address: str) -> None:
    assert not public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "223.5.5.5", "2606:4700::1111", "::ffff:1.1.1.1"])
def test_somebodys_public_machine(address: str) -> None:
    assert public(address)


@given(st.ip_addresses())
def test_what_is_private_never_counts_as_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if address.is_private or address.is_loopback or address.is_link_local:
        assert not public(str(address))


@pytest.mark.parametrize("host", ["127.0.0.1", "0x7f.1", "2130706433", "017700000001", "127.1", "localhost", "[::1]"])
def test_every_spelling_of_this_machine_is_this_machine(host: str) -> None:
    assert refusal(f"http://{host}/", private=False)
    assert refusal(f"http://{host}/", private=True) is None


@pytest.mark.parametrize(
    "url", ["http://x.example:22/", "http://x.example:99999/", "http://u@x.example/", "http://x.example/\r\nHost: y"]
)
def test_odd_ports_names_and_line_breaks_are_refused(url: str) -> None:
    assert refusal(url, private=False)


def test_ordinary_sites_may_be_read() -> None:
    for url in (
        "http://bbs.example/rss",
        "https://新闻.example:8443/a?b=c",
        "http://1.1.1.1/",
        "http://[2606:4700::1111]/",
    ):
        assert refusal(url, private=False) is None


def test_an_address_of_our_own_written_outright_is_consent_to_that_door_alone() -> None:
    written = (
        "http://127.0.0.1:9000/rss",
        "https://10.1.2.3/a",
        "http://localhost/",
        "http://[fd00::1]:81/",
        "http://1.1.1.1/",
    )
    assert consented(written) == ("10.1.2.3:443", "127.0.0.1:9000", "fd00::1:81", "localhost:80")


@pytest.mark.parametrize(
    "url", ["http://oa.district.example/", "http://0x7f.1/", "http://2130706433/", "http://127.1/",
            "http://169.254.169.254/latest/meta-data", "http://[fe80::1]/", "http://0.0.0.0/"],
)  # fmt: skip
def test_names_odd_spellings_and_the_keepers_addresses_are_no_consent(url: str) -> None:
    assert consented([url]) == ()
