"""The address of a Kafka: what ``bus.url`` says, read once and checked."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from pipeline.errors import Fault, Misconfigured

MECHANISMS = ("SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN")
FORM = "kafka://主机:端口,…[/前缀][?client_id=…] / kafka://HOST:PORT,…[/PREFIX][?client_id=…]"
_OPTIONS = ("client_id", "sasl", "ca", "cert", "key")
_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")
_PORT = 9092


@dataclass(frozen=True)
class Address:
    """Where brokers are and how they are spoken to. *prefix* stands before the names of topics and groups."""

    servers: tuple[str, ...]
    prefix: str = ""
    client_id: str = "yuqing"
    tls: bool = False
    user: str = ""
    password: str = ""
    mechanism: str = MECHANISMS[0]
    ca: str = ""
    cert: str = ""
    key: str = ""

    def __str__(self) -> str:
        return ",".join(self.servers)  # goes into messages and logs, so without user and password

    def named(self, *words: str) -> str:
        """Return the name that Kafka knows a topic or a group by."""
        return ".".join(word for word in (self.prefix, *words) if word)


def read(url: str) -> Address:
    """Return the address that *url* means; its scheme ends in ``s`` for TLS. Raises Misconfigured with every fault."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise Misconfigured([_fault(f"读不懂：{error}", f"cannot be read: {error}")]) from error
    login, _, hosts = parts.netloc.rpartition("@")
    user, _, password = login.partition(":")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    address = Address(
        servers=tuple(_server(host) for host in hosts.split(",")),
        prefix=parts.path.removeprefix("/"),
        client_id=options.get("client_id", "yuqing"),
        tls=parts.scheme.endswith("s"),
        user=unquote(user),
        password=unquote(password),
        mechanism=options.get("sasl", MECHANISMS[0]),
        **{name: options.get(name, "") for name in ("ca", "cert", "key")},
    )
    faults = [*_unknown(options), *_wrong(address, options), *_wrong_files(address)]
    if faults:
        raise Misconfigured(faults)
    return address


def _server(host: str) -> str:
    return host if ":" in host else f"{host}:{_PORT}"


def _unknown(options: dict[str, str]) -> Iterator[Fault]:
    for name in options:
        if name not in _OPTIONS:
            near = difflib.get_close_matches(name, _OPTIONS, 1)
            yield _fault(
                f"没有选项 {name}" + (f"，是不是想写 {near[0]}？" if near else f"；可用的是 {'、'.join(_OPTIONS)}"),
                f"no option {name}" + (f"; did you mean {near[0]}?" if near else f"; there are {', '.join(_OPTIONS)}"),
            )


def _wrong(address: Address, options: dict[str, str]) -> Iterator[Fault]:
    for server in address.servers:
        host, _, port = server.rpartition(":")
        if not host or not port.isdigit() or not 0 < int(port) < 65536:
            yield _fault(f"“{server}”不是 主机:端口；写法是 {FORM}", f"{server!r} is no HOST:PORT; write {FORM}")
    for what, word in (("前缀 / prefix", address.prefix), ("client_id", address.client_id)):
        if word and not _NAME.fullmatch(word):
            yield _fault(
                f"{what} 只能用字母、数字和 . _ -：{word}", f"{what} may hold letters, digits and . _ -: {word}"
            )
    if address.mechanism not in MECHANISMS:
        yield _fault(f"sasl 应为 {'、'.join(MECHANISMS)} 之一", f"sasl is one of {', '.join(MECHANISMS)}")
    if "sasl" in options and not address.user:
        yield _fault("sasl 需要 用户:密码@", "sasl needs USER:PASSWORD@")
    if address.user and not address.password:
        yield _fault("有用户而没有密码；写法是 用户:密码@", "a user without a password; write USER:PASSWORD@")


def _wrong_files(address: Address) -> Iterator[Fault]:
    files = {name: getattr(address, name) for name in ("ca", "cert", "key")}
    for name, file in files.items():
        if file and not address.tls:
            yield _fault(f"{name} 只用于 TLS；地址应以 kafkas:// 开头", f"{name} is for TLS only; begin with kafkas://")
        elif file and not Path(file).is_file():
            yield _fault(f"没有文件 {file}（{name}）", f"there is no file {file} ({name})")
    if bool(address.cert) != bool(address.key):
        yield _fault("cert 与 key 要一起给出", "cert and key come together")


def _fault(zh: str, en: str) -> Fault:
    return Fault("bus.url", zh, en)
