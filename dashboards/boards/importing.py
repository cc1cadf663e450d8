"""Brings the boards into a running Kibana: waits until it is ready, makes a space for each face, imports.

Doing it again replaces what is there and doubles nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import httpx

from pipeline.errors import Fault, Misconfigured, Unavailable

READY_WITHIN_S: Final = 300.0
_PAUSE_S: Final = 2.0
_SPACES: Final[Mapping[str, tuple[str, str]]] = {
    "staff": ("值守", "监测人员的看板，逐条可看"),
    "leader": ("领导", "只有汇总数的看板"),
}
_NAMES: Final = {"staff": "staff", "leader": "leaders"}


@dataclass
class Kibana:
    """One Kibana. *pause* waits for seconds, *clock* tells how many have passed."""

    http: httpx.Client
    pause: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = field(default=time.monotonic)

    @classmethod
    def at(cls, url: str, user: str = "", password: str = "") -> Kibana:
        """Return the Kibana at *url* (``http://user:password@host:5601``). Raises Misconfigured."""
        try:
            parts = urlsplit(url)
            sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            sound = False
        if not sound:
            words = ("应写成 http://主机:5601", "write http://HOST:5601")
            raise Misconfigured([Fault("--kibana", *words)])
        host = parts.netloc.rpartition("@")[2]
        login = (user or unquote(parts.username or ""), password or unquote(parts.password or ""))
        client = httpx.Client(
            base_url=f"{parts.scheme}://{host}{parts.path.rstrip('/')}",
            auth=login if login[0] else None,
            headers={"kbn-xsrf": "true"},
            timeout=60,
            trust_env=False,
        )
        return cls(client)

    def wait(self, within_s: float = READY_WITHIN_S) -> None:
        """Return when Kibana says that it is available. Raises Unavailable if that takes too long."""
        give_up = self.clock() + within_s
        while (state := self._state()) != "available":
            if self.clock() >= give_up:
                raise Unavailable(f"Kibana 在 {within_s:.0f} 秒内没有就绪（{state}） / Kibana did not get ready")
            self.pause(_PAUSE_S)

    def bring(self, face: str, content: str, prefix: str) -> int:
        """Import *content* into the space of *face* and return how many objects there are now.

        Raises Misconfigured for what Kibana refuses, Unavailable if it is away.
        """
        space = f"{prefix}-{_NAMES[face]}"
        self._make_space(space, face)
        answer = self._ask(
            "POST", f"/s/{space}/api/saved_objects/_import", params={"overwrite": "true"},
            files={"file": (f"{face}.ndjson", content.encode(), "application/ndjson")},
        )  # fmt: skip
        said = answer.json()
        if not said.get("success"):
            raise Misconfigured([_refused(face, error) for error in said.get("errors", [])] or [_unclear(face)])
        return int(said["successCount"])

    def _make_space(self, space: str, face: str) -> None:
        name, about = _SPACES[face]
        body = {"id": space, "name": name, "description": about}
        answer = self._send("POST", "/api/spaces/space", json=body)
        if answer.status_code == httpx.codes.CONFLICT:
            return  # it is there, perhaps with a name of the unit's own
        _judge(answer)

    def _state(self) -> str:
        try:
            answer = self._send("GET", "/api/status")
        except Unavailable as error:
            return str(error)
        if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            _judge(answer)
        try:
            return str(answer.json()["status"]["overall"]["level"])
        except (ValueError, KeyError, TypeError):
            return f"HTTP {answer.status_code}"

    def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        answer = self._send(method, path, **more)
        _judge(answer)
        return answer

    def _send(self, method: str, path: str, **more: Any) -> httpx.Response:
        try:
            return self.http.request(method, path, **more)
        except httpx.TransportError as error:
            raise Unavailable(f"连不上 Kibana / Kibana cannot be reached: {error}") from error


def _judge(answer: httpx.Response) -> None:
    """Raises Misconfigured if asking again would not help, else Unavailable, unless *answer* says yes."""
    if answer.is_success:
        return
    if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        words = ("用户名或口令不对，或没有 kibana_admin 权限", "wrong user or password, or not allowed (kibana_admin)")
        raise Misconfigured([Fault("--kibana", *words)])
    said = answer.text[:300]
    if answer.is_server_error or answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
        raise Unavailable(f"Kibana 暂不可用 / Kibana is away: {answer.status_code} {said}")
    place = f"Kibana {answer.status_code}"
    raise Misconfigured([Fault(place, f"不接受：{said}", f"refused: {said}")])


def _refused(face: str, error: Mapping[str, Any]) -> Fault:
    reason = error.get("error", {})
    words = f"{reason.get('type', '')} {reason.get('message', '')} {reason.get('references', '')}".strip()
    place = f"{face}.ndjson: {error.get('type')} {error.get('id')}"
    return Fault(place, f"没有导入：{words}", f"not imported: {words}")


def _unclear(face: str) -> Fault:
    return Fault(f"{face}.ndjson", "没有导入，也没有说原因", "not imported, and no reason given")
