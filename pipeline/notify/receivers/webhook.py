"""Post messages to a web address."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Annotated, Any, ClassVar, Final
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, field_validator

from pipeline.model import Notification
from pipeline.notify.json_template import JsonTemplate
from pipeline.notify.notifier import Accepted, Ambiguous, Answer, Limited, Notifier, Permanent, Transient
from pipeline.notify.payload import payload
from pipeline.settings import Duration

_LONGEST_WAIT_S: Final = 3600.0
_LONGEST_ANSWER: Final = 64 * 1024
# A gateway in between gave up: what is behind it may have the message.
_GATEWAY: Final = frozenset({502, 504})
_LATER: Final = frozenset({408, 425})
_GONE: Final = frozenset({404, 410})


class Accept(BaseModel):
    """Which answer in the body means that the message was taken: many services refuse with HTTP 200."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: str = Field(description="答复 JSON 中的字段，如 errcode")
    equals: str | int = Field(default=0, description="等于此值才算送达")
    limited: tuple[str | int, ...] = Field(default=(), description="这些值表示发得太快，等一分钟再发")
    permanent: tuple[str | int, ...] = Field(default=(), description="这些值表示永远不会成功，如密钥错误")

    def judge(self, body: bytes, host: str) -> Answer:
        """Judge an answer with HTTP 2xx; what cannot be read is no success."""
        code = _value(body, self.field)
        if code is None:
            return Transient(f"{host} 的答复里读不到 {self.field}")
        if code == str(self.equals):
            return Accepted(f"{self.field}={code}")
        words = f"{host} 拒收：{self.field}={code[:40]}"
        if code in map(str, self.limited):
            return Limited(words, 60.0)
        if code in map(str, self.permanent):
            return Permanent(words, "请按对方文档查这个代码，改好地址、密钥或关键词")
        return Transient(words)


class WebhookReceiver(Notifier):
    """把预警以 JSON 发到一个网址；可用 body 写成对方要的格式，用 accept 写明怎样的答复才算送达。"""

    name: ClassVar[str] = "webhook"

    url: str = Field(description="网址，http:// 或 https://")
    headers: Mapping[str, str] = Field(default_factory=dict, description="附加的请求头")
    body: str | None = Field(default=None, description="JSON 模板；留空则发送 yuqing-notification/v1")
    accept: Accept | None = Field(default=None, description="怎样的答复才算送达；留空则 HTTP 2xx 即可")
    timeout: Annotated[Duration, Field(gt=timedelta(0), le=timedelta(seconds=30), description="最多等多久")] = (
        timedelta(seconds=10)
    )

    _http: httpx.Client | None = PrivateAttr(default=None)
    _template: JsonTemplate | None = PrivateAttr(default=None)

    @field_validator("url")
    @classmethod
    def _is_web_address(cls, url: str) -> str:
        try:
            address = httpx.URL(url)
            right = address.scheme in ("http", "https") and bool(address.host)
        except (httpx.InvalidURL, ValueError):  # the latter: a name that no domain can have
            right = False
        if not right:
            raise ValueError("应为 http:// 或 https:// 开头的网址 / not a web address")
        return url

    @field_validator("headers")
    @classmethod
    def _is_ascii(cls, headers: Mapping[str, str]) -> Mapping[str, str]:
        if not all(name.isascii() and value.isascii() and value.isprintable() for name, value in headers.items()):
            raise ValueError("请求头只能用英文字符 / headers must be ASCII")
        return headers

    @field_validator("body")
    @classmethod
    def _gives_json(cls, body: str | None) -> str | None:
        if body is not None:
            JsonTemplate(body)
        return body

    def send(self, notification: Notification) -> Answer:
        try:
            content = self._content(notification)
        except ValueError as error:
            return Permanent(str(error)[:200], "请修改这个接收方的 body 模板")
        headers = {"content-type": "application/json; charset=utf-8", "idempotency-key": notification.id}
        try:
            with self._client().stream(
                "POST", self.url, content=content, headers={**headers, **self.headers}
            ) as answer:
                return self._judge(answer, _beginning(answer))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            return Transient(f"连不上 {self._host}：{type(error).__name__}")
        except httpx.LocalProtocolError as error:
            return Permanent(f"请求发不出去：{error}", "请检查 url 和 headers")
        except httpx.HTTPError as error:  # the body may have left
            return Ambiguous(f"{self._host} 没有答复：{type(error).__name__}")

    def close(self) -> None:
        if self._http is not None:
            self._http.close()

    def _judge(self, answer: httpx.Response, body: bytes) -> Answer:
        status, host = answer.status_code, self._host
        if answer.is_success:
            return self.accept.judge(body, host) if self.accept else Accepted(f"HTTP {status}")
        words = f"{host} 答复 HTTP {status}"
        if status == 429:
            return Limited(words, _retry_after_s(answer.headers))
        if status in _GATEWAY:
            return Ambiguous(words)
        if answer.is_server_error or status in _LATER:
            return Transient(words)
        remedy = "网址已失效，请在 yuqing.toml 中更换" if status in _GONE else "请检查网址、密钥和请求格式"
        return Permanent(words, remedy)

    def _content(self, notification: Notification) -> bytes:
        if self.body is None:
            return json.dumps(payload(notification)).encode()
        if self._template is None:
            self._template = JsonTemplate(self.body)
        return self._template.render(notification)

    def _client(self) -> httpx.Client:
        if self._http is None:
            # No proxy from the environment: the address in the settings is the whole truth.
            self._http = httpx.Client(timeout=self.timeout.total_seconds(), trust_env=False)
        return self._http

    @property
    def _host(self) -> str:
        return urlsplit(self.url).hostname or ""  # paths of webhooks are secrets


def _value(body: bytes, field: str) -> str | None:
    try:
        tree: Any = json.loads(body.decode("utf-8-sig"))
    except ValueError:
        return None
    value = tree.get(field) if isinstance(tree, dict) else None
    return None if value is None or isinstance(value, dict | list) else str(value)


def _beginning(answer: httpx.Response) -> bytes:
    """Return the answer's body, cut where no honest answer is longer."""
    body = b""
    for chunk in answer.iter_bytes():
        body += chunk
        if len(body) > _LONGEST_ANSWER:
            break
    return body


def _retry_after_s(headers: httpx.Headers) -> float:
    """Return the seconds that a Retry-After asks for; a minute if it says nothing.

    A date is compared with the answer's own date: both are by the other side's clock.
    """
    asked = headers.get("retry-after", "")
    try:
        seconds = float(asked)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(asked) - parsedate_to_datetime(headers.get("date", ""))).total_seconds()
        except (ValueError, TypeError):
            return 60.0
    return min(max(seconds, 1.0), _LONGEST_WAIT_S) if math.isfinite(seconds) else _LONGEST_WAIT_S
