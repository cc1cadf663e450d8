"""Which addresses may be read: the public ones, over http and https.

Somebody types a source's URL, and sites redirect: neither may lead us into the office network.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

_PORTS = frozenset({80, 443, 8000, 8008, 8080, 8081, 8443, 8888})
# Not marked private by the standard library, and yet nobody's public web site: NAT64 and 6to4 carry IPv4 inside.
_WRAPPED = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "2002::/16", "::/96")))


def refusal(url: str, *, private: bool) -> str | None:
    """Say why *url* must not be read; None if it may. Names are judged again by the address they lead to.

    *private* is the operator's word that this source is in our own network.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "网址写错了"
    if parts.scheme not in ("http", "https") or not host:
        return "只读 http 和 https 网址"
    if parts.username is not None or any(ord(character) < 33 for character in url):
        return "网址里不应有用户名、空格或控制字符"
    if private:
        return None
    if port not in (None, *_PORTS):
        return f"不是网站常用的端口（{port}）"
    return "内网或本机地址" if host == "localhost" or not _public_name(host) else None


def door(url: str) -> str:
    """Return the host and port that *url* knocks at."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


def consented(urls: Iterable[str]) -> tuple[str, ...]:
    """Return the doors of those *urls* that name a machine of our own outright: 127.0.0.1, 10.1.2.3, localhost.

    Whoever wrote such an address wants just that one read. A name that only leads to a private address is
    no such word, nor is an odd spelling of one, and link-local addresses belong to the machine's keeper.
    """
    return tuple(sorted({door(url) for url in urls if _our_own(urlsplit(url).hostname or "")}))


def _our_own(host: str) -> bool:
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return ip.is_loopback or (ip.is_private and not (ip.is_link_local or ip.is_unspecified or ip.is_multicast))


def _public_name(host: str) -> bool:
    """Judge a host that is written as an address; other names are public until they are resolved."""
    if host.replace(".", "").isdigit() or host.startswith("0x"):
        # 2130706433, 0x7f.1 and 127.1 are addresses to a resolver and names to everybody else.
        return _strict_v4(host) and public(host)
    return public(host) if ":" in host else True


def _strict_v4(host: str) -> bool:
    try:
        return bool(ipaddress.IPv4Address(host))
    except ValueError:
        return False


def public(address: str) -> bool:
    """Say whether *address* (IPv4 or IPv6) is somebody's public machine."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return public(str(ip.ipv4_mapped))
        if any(ip in network for network in _WRAPPED):
            return False
    return ip.is_global and not ip.is_multicast
