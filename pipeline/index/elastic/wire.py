"""How one request reaches a search server: what a client library has to give us, and no more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

Method = Literal["GET", "POST", "PUT", "DELETE", "HEAD"]


@dataclass(frozen=True)
class Answer:
    """What the server said: its status, and its JSON object (empty if it said none; a list stands in ``rows``)."""

    status: int
    body: Mapping[str, Any]


def answer(status: int, body: object) -> Answer:
    """Return what a client library handed over as an Answer."""
    if isinstance(body, Mapping):
        return Answer(status, body)
    return Answer(status, {"rows": body} if isinstance(body, list) else {"error": str(body)} if body else {})


class Wire(Protocol):
    """One request, one answer, whatever its status.

    Every adapter promises: hosts are tried in turn; a server that cannot be reached or does not answer in time
    raises Unavailable. A request may reach the servers twice, so that it must bear that.
    """

    def ask(
        self,
        method: Method,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
        lines: bool = False,
    ) -> Answer:
        """Send *body* as JSON, or as one JSON document a line if *lines*."""

    def close(self) -> None: ...
