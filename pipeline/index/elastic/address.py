"""Where the search servers are: ``elasticsearch://user:password@host:port,host:port/PREFIX?option=value``.

``elasticsearch+https://`` and ``opensearch+https://`` speak TLS. Options: ``ca`` (a file), ``verify`` (true, false),
``timeout`` (seconds of one request), ``shards`` (of each index), ``refresh`` (false, wait_for, true: when a write
returns, in production at once and searchable a second later).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, get_args
from urllib.parse import parse_qsl, unquote, urlsplit

from pipeline.errors import Fault, Misconfigured
from pipeline.index.elastic.gateway import Refresh

Product = Literal["elasticsearch", "opensearch", "any"]

PREFIX: Final = "yuqing"
_SCHEMES: Final[dict[str, tuple[Product, str]]] = {
    "elasticsearch": ("elasticsearch", "http"),
    "elasticsearch+https": ("elasticsearch", "https"),
    "opensearch": ("opensearch", "http"),
    "opensearch+https": ("opensearch", "https"),
    "http": ("any", "http"),
    "https": ("any", "https"),
}
_OPTIONS: Final = ("ca", "verify", "timeout", "shards", "refresh")
_PREFIX = re.compile(r"[a-z0-9][a-z0-9_.-]{0,60}")
_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?|\[[0-9a-fA-F:]+\](:\d{1,5})?")


@dataclass(frozen=True)
class Address:
    """An address taken apart; *hosts* are ``http://host:port``."""

    product: Product
    hosts: tuple[str, ...]
    user: str = ""
    password: str = ""
    prefix: str = PREFIX
    ca: str = ""
    verify: bool = True
    timeout_s: float = 30.0
    shards: int = 1
    refresh: Refresh = "false"

    def __repr__(self) -> str:
        return f"{self.product} {','.join(self.hosts)}/{self.prefix}"  # without the password

    @classmethod
    def read(cls, url: str) -> Address:
        """Return the parts of *url*. Raises Misconfigured with every fault."""
        return _Reader(url).address()


class _Reader:
    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        self._options = dict(parse_qsl(self._parts.query, keep_blank_values=True))
        self._faults: list[Fault] = []

    def address(self) -> Address:
        product, scheme = _SCHEMES[self._parts.scheme]
        login, _, hosts = self._parts.netloc.rpartition("@")
        user, _, password = login.partition(":")
        address = Address(
            product,
            tuple(self._host(scheme, host) for host in hosts.split(",")),
            unquote(user),
            unquote(password),
            self._prefix(),
            self._file("ca"),
            self._choice("verify", ("true", "false")) != "false",
            float(self._number("timeout", 30)),
            self._number("shards", 1),
            self._refresh(),
        )
        for name in self._options.keys() - set(_OPTIONS):
            self._fault(
                f"没有选项 {name}，可用 {' '.join(_OPTIONS)}", f"no option {name}; there is {' '.join(_OPTIONS)}"
            )
        if self._faults:
            raise Misconfigured(self._faults)
        return address

    def _host(self, scheme: str, host: str) -> str:
        if not _HOST.fullmatch(host):
            self._fault(f"看不懂主机“{host}”，应写成 主机:端口", f"cannot read the host '{host}', write HOST:PORT")
        port = "" if re.search(r":\d+$", host) else ":443" if scheme == "https" else ":9200"
        return f"{scheme}://{host}{port}"

    def _prefix(self) -> str:
        prefix = self._parts.path.strip("/") or PREFIX
        if not _PREFIX.fullmatch(prefix):
            self._fault(
                f"前缀“{prefix}”只能用小写字母、数字和 _ . -",
                f"the prefix '{prefix}' may hold a-z, 0-9, _ . and - only",
            )
        return prefix

    def _file(self, name: str) -> str:
        path = self._options.get(name, "")
        if path and not Path(path).is_file():
            self._fault(f"{name}={path}：没有这个文件", f"{name}={path}: there is no such file")
        return path

    def _choice(self, name: str, known: tuple[str, ...]) -> str:
        value = self._options.get(name, known[0])
        if value not in known:
            self._fault(f"{name} 只能是 {' '.join(known)}", f"{name} is one of {' '.join(known)}")
        return value

    def _number(self, name: str, default: int) -> int:
        text = self._options.get(name, str(default))
        if not re.fullmatch(r"[1-9]\d{0,3}", text):
            self._fault(f"{name} 应为正整数，不是“{text}”", f"{name} is a whole number from 1, not '{text}'")
            return default
        return int(text)

    def _refresh(self) -> Refresh:
        known: tuple[Refresh, ...] = get_args(Refresh)
        wanted = self._choice("refresh", known)
        return next((each for each in known if each == wanted), "false")

    def _fault(self, zh: str, en: str) -> None:
        self._faults.append(Fault("index.url", zh, en))
