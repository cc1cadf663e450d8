"""What a site allows robots to read: RFC 9309, stricter where the law is (DOMAIN P-36).

404 and 410 mean "no rules"; 401, 403, 429, 5xx and silence mean "stop"; a page served as robots.txt too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote, unquote_to_bytes, urlsplit

from crawlers.charset import decode

LIMIT = 500 * 1024  # bytes that must be read at least; more is cut
_LONGEST_DELAY = timedelta(hours=1)  # a longer one asks us not to come at all, and is obeyed once an hour
_MARKUP = re.compile(r"^\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|script|meta|div)\b", re.I | re.S)


@dataclass(frozen=True)
class Rule:
    """One line of a robots.txt, as its author sees it."""

    line: int
    allow: bool
    path: str

    @property
    def words(self) -> str:
        return f"{'Allow' if self.allow else 'Disallow'}: {self.path}（robots.txt 第 {self.line} 行）"


@dataclass(frozen=True)
class _Group:
    agents: tuple[str, ...]
    rules: tuple[Rule, ...] = ()
    delay_s: float | None = None


@dataclass(frozen=True)
class Robots:
    """The rules of one host, or the reason why there are none to obey and so nothing may be read.

    *passing* says that the reason may go away by itself (a failing server, not a refusal).
    """

    groups: tuple[_Group, ...] = ()
    stop: str = ""
    passing: bool = False

    @classmethod
    def answered(cls, status: int, body: bytes, content_type: str = "") -> Robots:
        """Return the rules in the answer to ``GET /robots.txt``."""
        if status in (404, 410):
            return cls()
        if status in (401, 403):
            return cls(stop=f"robots.txt 不许读取（{status}）")
        if not 200 <= status < 300:
            return cls(stop=f"robots.txt 暂时读不到（{status}）", passing=True)
        text = decode(body[:LIMIT], None, content_type).text
        if _MARKUP.match(text):
            return cls(stop="robots.txt 的位置上是一个网页（可能是登录页或校验页）")
        return cls(groups=tuple(_groups(text)))

    @classmethod
    def silent(cls, why: str) -> Robots:
        """Return what holds when the host did not answer at all."""
        return cls(stop=f"robots.txt 暂时读不到（{why}）", passing=True)

    def forbids(self, agent: str, url: str) -> Rule | None:
        """Return the rule that forbids *url* to *agent* (a product token such as ``yuqing``)."""
        path = _path(url)
        if path == "/robots.txt":
            return None
        matching = [rule for group in self._of(agent) for rule in group.rules if _matches(rule.path, path)]
        # The longest path decides, and of two equally long ones the friendlier (RFC 9309 §2.2.2).
        rule = max(matching, key=lambda rule: (len(_normal(rule.path)), rule.allow), default=None)
        return rule if rule and not rule.allow else None

    def crawl_delay(self, agent: str) -> timedelta:
        """Return how far apart requests must be; zero if nothing is said."""
        delays = [group.delay_s for group in self._of(agent) if group.delay_s is not None]
        return min(timedelta(seconds=min(max(delays, default=0.0), 1e6)), _LONGEST_DELAY)

    def _of(self, agent: str) -> list[_Group]:
        named = [group for group in self.groups if agent.lower() in group.agents]
        return named or [group for group in self.groups if "*" in group.agents]


def _groups(text: str) -> list[_Group]:
    """Return the groups of *text*; lines that are no rule do not end one."""
    groups: list[_Group] = []
    naming = False
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        key, _, value = line.partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if key in ("user-agent", "useragent", "user agent"):
            agents = groups.pop().agents if naming else ()
            groups.append(_Group((*agents, _token(value))))
            naming = True
        elif groups and key in ("allow", "disallow", "crawl-delay"):
            groups[-1] = _with(groups[-1], key, value, number)
            naming = False
    return groups


def _token(value: str) -> str:
    """Return the product token: ``Yuqing/0.1 (x)`` is ``yuqing``."""
    match = re.match(r"\*|[A-Za-z_-]+", value)
    return match[0].lower() if match else value.lower()


def _with(group: _Group, key: str, value: str, number: int) -> _Group:
    if key == "crawl-delay":
        return _Group(group.agents, group.rules, _seconds(value) if group.delay_s is None else group.delay_s)
    if not value:  # an empty Disallow forbids nothing
        return group
    return _Group(group.agents, (*group.rules, Rule(number, key == "allow", value)), group.delay_s)


def _seconds(value: str) -> float | None:
    return float(value) if re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", value) else None


def _path(url: str) -> str:
    parts = urlsplit(url)
    return _normal((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def _normal(path: str) -> str:
    """Return *path* with the same characters escaped, so that /新闻 and /%E6%96%B0%E9%97%BB are one."""
    return "".join(map(_escaped, re.split(r"(%2[fF]|[*$?&=/])", path)))


def _escaped(piece: str) -> str:
    if piece in ("*", "$", "?", "&", "=", "/") or piece.upper() == "%2F":  # these mean something as they are
        return piece.upper()
    return quote(unquote_to_bytes(piece), safe="-._~!'(),:;@+[]")


def _matches(pattern: str, path: str) -> bool:
    """Say whether *pattern* covers *path*: ``*`` is any run, ``$`` at its end is the end of the path.

    Walks from star to star, because a pattern of many stars must not take exponential time.
    """
    pattern = _normal(pattern)
    whole = pattern.endswith("$")
    first, *others = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    for i, piece in enumerate(others):
        if whole and i == len(others) - 1:
            return len(path) - len(piece) >= at and path.endswith(piece)
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return not whole or at == len(path)
