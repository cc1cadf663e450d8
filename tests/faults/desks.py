"""Settings of a real desk whose world is on this machine and not always well."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import httpx
import sqlalchemy as sa

from pipeline.app import App
from pipeline.ledger import tables
from pipeline.notify.casebook import Notice
from pipeline.notify.records import read_notice
from tests.live import LiveDesk


def a_config(folder: Path, port: int, *, more: str = "", **top: str) -> Path:
    """Write a settings file; *top* are keys of the first level, *more* is what comes after them."""
    config = folder / "yuqing.toml"
    keys = {"home": '"data"', "log_level": '"info"', **top}
    lines = [f"{key} = {value}" for key, value in keys.items()]
    config.write_text("\n".join([*lines, f"console.port = {port}", more]), encoding="utf-8")
    return config


def a_feed(id_: str, url: str) -> str:
    """Return a source that is read every second."""
    return f"""
[[sources]]
id = "{id_}"
connector = "feed"
class = "forum"
url = "{url}"
every = "1s"
gap = "100ms"
deadline = "5s"
"""


def a_receiver(name: str, url: str) -> str:
    return f"""
[[receivers]]
name = "{name}"
kind = "webhook"
url = "{url}"
"""


def found(desk: LiveDesk, query: str) -> int:
    """Return how many posts the search finds, -1 while nobody answers."""
    try:
        answer = httpx.get(f"{desk.page}/api/search", params={"q": query}, timeout=5)
    except httpx.TransportError:
        return -1
    return int(answer.json()["total"]) if answer.is_success else -1


def sources(desk: LiveDesk) -> Mapping[str, Mapping[str, object]]:
    """Return what the page says of each source."""
    try:
        answer = httpx.get(f"{desk.page}/api/sources", timeout=5)
    except httpx.TransportError:
        return {}
    return {source["id"]: source for source in answer.json()["sources"]}


def parts(desk: LiveDesk) -> Mapping[str, Mapping[str, object]]:
    """Return what the health page says of each part."""
    try:
        answer = httpx.get(f"{desk.page}/healthz", timeout=5)
    except httpx.TransportError:
        return {}
    return {part["name"]: part for part in answer.json()["parts"]}


def untold(notice: Notice) -> bool:
    """Say whether people have still to hear of an alert: of a request in its unit's queue they do not."""
    return notice.waiting and not notice.alert.queued


def notices(app: App) -> list[Notice]:
    """Return what notify remembers of every alert, those of no case too."""
    with app.ledger.transaction() as connection:
        return [read_notice(body) for body in connection.execute(sa.select(tables.notice.c.body)).scalars()]
