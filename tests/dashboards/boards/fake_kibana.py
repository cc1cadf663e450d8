"""A small fake of Kibana: its status, spaces and import, as far as we use them. It is no Kibana."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx


class FakeKibana:
    """Answers what a Kibana would; *starting* is how many times it is not ready yet."""

    def __init__(self, starting: int = 0) -> None:
        self.starting = starting
        self.spaces: set[str] = set()
        self.objects: dict[tuple[str, str, str], dict[str, object]] = {}
        self.instead: dict[str, Callable[[], httpx.Response]] = {}
        self.logins: set[str] = set()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.logins.add(request.headers.get("authorization", ""))
        for path, answer in self.instead.items():
            if request.url.path.endswith(path):
                return answer()
        if request.url.path == "/api/status":
            return self._status()
        assert request.headers["kbn-xsrf"] == "true"
        if request.url.path == "/api/spaces/space":
            return self._space(json.loads(request.content)["id"])
        return self._import(request)

    def _status(self) -> httpx.Response:
        self.starting -= 1
        if self.starting >= 1:
            return httpx.Response(503, text="Kibana server is not ready yet")
        level = "degraded" if self.starting == 0 else "available"
        return httpx.Response(200, json={"status": {"overall": {"level": level}}})

    def _space(self, id_: str) -> httpx.Response:
        status = 409 if id_ in self.spaces else 200
        self.spaces.add(id_)
        return httpx.Response(status, json={"id": id_})

    def _import(self, request: httpx.Request) -> httpx.Response:
        _, s, space, *rest = request.url.path.split("/")
        assert (s, rest) == ("s", ["api", "saved_objects", "_import"])
        assert request.url.params["overwrite"] == "true"
        assert space in self.spaces
        body = request.content.split(b"\r\n\r\n", 1)[1].rsplit(b"\r\n--", 1)[0].decode()
        found = [json.loads(line) for line in body.splitlines()]
        self.objects |= {(space, one["type"], one["id"]): one for one in found}
        return httpx.Response(200, json={"success": True, "successCount": len(found)})
