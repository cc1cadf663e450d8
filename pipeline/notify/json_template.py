"""A JSON body written by a user, in which values can only ever be values."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, Final

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pipeline.model import Level, Notification, NotifyReason
from pipeline.notify.payload import payload

_NASTY: Final = '他说"又停水"\\n第二行\n{{ 7*7 }}'
SAMPLE: Final = Notification(
    id="0" * 32, alert="1" * 32, case="2" * 32, case_name="C-23456", receiver="样例", reason=NotifyReason.FIRST, seq=1,
    at=datetime(2026, 3, 10, 1, tzinfo=UTC), active_at=datetime(2026, 3, 10, 1, tzinfo=UTC), level=Level.L3,
    rule="sample.rule", rule_name="样例", group=("湖东街道",), title=_NASTY, text=_NASTY, summary=_NASTY, units=("desk",),
)  # fmt: skip


class JsonTemplate:
    """Renders a body in which each ``{{ value }}`` is JSON-escaped once, whatever stands in it.

    Raises ValueError, with the rendered sample, for a template that does not give JSON.
    """

    def __init__(self, source: str) -> None:
        environment = ImmutableSandboxedEnvironment(finalize=_escaped, undefined=StrictUndefined, autoescape=False)
        environment.filters["tojson"] = _json
        try:
            self._template = environment.from_string(source)
        except TemplateError as error:
            raise ValueError(f"模板写法有误：{error} / not a valid template") from error
        self.render(SAMPLE)

    def render(self, notification: Notification) -> bytes:
        """Return the body for *notification*. Raises ValueError if it is not JSON."""
        try:
            body = self._template.render(_names(notification))
        except TemplateError as error:
            raise ValueError(f"模板写法有误：{error} / the template fails") from error
        try:
            json.loads(body)
        except json.JSONDecodeError as error:
            raise ValueError(
                f"模板得不到有效的 JSON（{error}）；样例：{body} / the rendered body is not JSON"
            ) from error
        return body.encode("utf-8")


def _names(notification: Notification) -> dict[str, Any]:
    """Return what a template may name: the keys of our schema, and rule and case as things with a name."""
    return {
        **payload(notification),
        "level": notification.level.colour,
        "level_code": notification.level.value,
        "rule": {"id": notification.rule, "name": notification.rule_name},
        "case": {"id": notification.case, "name": notification.case_name},
    }


class _Json(str):
    """What ``tojson`` made. Jinja's own mark for it is also what ``safe`` gives to any text."""


def _json(value: object) -> _Json:
    return _Json(json.dumps(value, default=str))


def _escaped(value: object) -> object:
    if isinstance(value, _Json):
        return value
    if value is None or isinstance(value, bool | int | float | list | dict):
        return json.dumps(value)
    return json.dumps(str(value))[1:-1]
