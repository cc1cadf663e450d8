"""Answers: JSON, and refusals in two languages."""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from pipeline.errors import Misconfigured, Rejected, Unavailable

Trouble = Misconfigured | Rejected | Unavailable


def answer(body: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")


def refusal(status: int, zh: str, en: str, place: str = "") -> Response:
    return answer({"zh": zh, "en": en, **({"place": place} if place else {})}, status)


def explained(error: Trouble) -> Response:
    """Return what *error* says: wrong words 400, not allowed now 409, something is away 503."""
    if isinstance(error, Misconfigured):
        fault = error.faults[0]
        return refusal(400, fault.zh, fault.en, fault.place)
    if isinstance(error, Rejected):
        zh, _, en = str(error).partition(" / ")
        return refusal(409, zh, en or zh)
    return refusal(503, "暂时不可用，请稍后再试", f"unavailable: {error}")
