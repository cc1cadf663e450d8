"""Our own preview of a board: the spec drawn as a page with real numbers, for those who have no Kibana at hand."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from dashboards.boards import ask
from dashboards.boards.documents import VIEWS
from dashboards.boards.draw import drawn, listed
from dashboards.boards.spec import COLUMNS, Board, Panel
from pipeline.errors import Unavailable

WIDTH: Final = 1280
_MARGIN: Final = 16
_ROW: Final = 22  # pixels of one row of the grid
_BAR: Final = 90  # what a headless window keeps for itself
_UNITS: Final = {"h": "hours", "d": "days", "w": "weeks"}
_TRIES: Final = 3
_PATIENCE_S: Final = 60.0
"""A picture takes two seconds; one in some hundred times the browser never begins."""
_BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "chrome")
_FLAGS: Final = (
    "--headless --no-sandbox --disable-gpu --hide-scrollbars --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage --lang=zh-CN "
    "--run-all-compositor-stages-before-draw --virtual-time-budget=3000 --force-device-scale-factor=0.75"
).split()  # no sandbox: it runs as root in containers, and shows only our own page
_STYLE: Final = """
* { box-sizing: border-box } body { margin: 0; padding: 16px; background: #f1f0ec; color: #1a1a17;
font: 13px/1.45 "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif }
h1 { font-size: 20px; margin: 0 } h1 small { font-weight: 400; color: #6b6a62; font-size: 13px; margin-left: 10px }
header { display: flex; align-items: baseline; justify-content: space-between; margin: 0 4px 12px }
header span { color: #6b6a62 }
.controls { display: flex; gap: 8px; margin: 0 4px 10px } .controls span { background: #fff; border: 1px solid #d3d2cb;
border-radius: 6px; padding: 4px 12px; color: #4d4c46; flex: 1 }
main { display: grid; grid-template-columns: repeat(48, 1fr); grid-auto-rows: 22px; gap: 0 }
section { padding: 4px } section > div { background: #fff; border: 1px solid #e0dfd9; border-radius: 8px; height: 100%;
padding: 8px 12px; overflow: hidden; position: relative }
h2 { font-size: 13px; margin: 0 0 6px; font-weight: 600; white-space: nowrap; overflow: hidden; text-overflow: ellipsis } h2 small { color: #8b8a82; font-weight: 400; margin-left: 6px }
section.words > div { background: none; border: 0; padding: 6px 4px; color: #4d4c46 }
.metric { font-size: 36px; line-height: 1.3; margin: 6px 0 0; font-weight: 600; font-variant-numeric: tabular-nums }
.metric small { font-size: 12px; font-weight: 400; color: #6b6a62; margin-left: 10px }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums }
th { text-align: left; white-space: nowrap; font-weight: 500; color: #6b6a62; border-bottom: 1px solid #d3d2cb; padding: 2px 8px 3px 0 }
td { border-bottom: 1px solid #eeede9; padding: 3px 8px 3px 0; white-space: nowrap } .n { text-align: right }
.cloud { display: flex; flex-wrap: wrap; gap: 4px 16px; align-items: baseline; justify-content: center; margin: 18px 0 }
.empty { color: #8b8a82; text-align: center; margin-top: 30px } .link { color: #2253b4 } a { color: #2253b4 }
svg { display: block } svg text { font-size: 11px; fill: #4d4c46 } svg text.light { fill: #fff }
.rule { stroke: #e7e6e1 }
"""


class Search(Protocol):
    """Who answers searches; ``pipeline.index.elastic.gateway.Gateway`` does."""

    def search(self, target: str, body: Mapping[str, Any]) -> dict[str, Any]: ...


def page(board: Board, search: Search, prefix: str, until: datetime, zone: ZoneInfo) -> str:
    """Return *board* as it looks at *until*. Raises Unavailable if the search server is away."""
    since = begins(board.since, until, zone)
    sections = "".join(_section(board, panel, search, prefix, (since, until), zone) for panel in board.panels)
    columns = VIEWS[board.view].columns
    controls = "".join(f"<span>{escape(columns[name].zh)}　任意</span>" for name in board.controls)
    span = f"{since.astimezone(zone):%Y-%m-%d} 至 {until.astimezone(zone):%Y-%m-%d %H:%M}"
    title = f"<h1>{escape(board.title.zh)}<small>{escape(board.about.zh)}</small></h1><span>{span}</span>"
    filters = f'<div class="controls">{controls}</div>' if controls else ""
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(board.title.zh)}</title>'
        f"<style>{_STYLE}</style></head><body><header>{title}</header>{filters}<main>{sections}</main></body></html>"
    )


def begins(since: str, until: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment that ``now-7d/d`` means at *until*."""
    found = re.fullmatch(r"now-(\d+)([hdw])(/d)?", since)
    if found is None:
        raise ValueError(since)
    start = until.astimezone(zone) - timedelta(**{_UNITS[found[2]]: int(found[1])})
    return start.replace(hour=0, minute=0, second=0, microsecond=0) if found[3] else start


def tall(board: Board) -> int:
    """Return how many pixels a picture of *board* needs."""
    rows = max(panel.grid.y + panel.grid.h for panel in board.panels)
    return rows * _ROW + 72 + (40 if board.controls else 0)


def picture(html: str, file: Path, size: tuple[int, int]) -> None:
    """Write what *html* looks like into *file*. Raises FileNotFoundError without a browser."""
    program = next((path for name in _BROWSERS if (path := shutil.which(name))), None)
    if program is None:
        raise FileNotFoundError("缺少 chromium / no chromium")
    for _ in range(_TRIES):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            source, shot = Path(folder) / "board.html", Path(folder) / "board.png"
            source.write_text(html, encoding="utf-8")
            asked = [
                f"--user-data-dir={folder}/profile",
                f"--window-size={size[0]},{size[1] + _BAR}",
                f"--screenshot={shot}",
            ]
            said = _browse([program, *_FLAGS, *asked, source.as_uri()])
            if shot.exists():
                file.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(shot, file)
                return
    raise Unavailable(f"浏览器没有拍成 / the browser took no picture: {said[-300:]!r}")


def _browse(command: Sequence[str]) -> bytes:
    """Let a browser do what it is asked, and end it with all its processes if it hangs; return what it complained of."""
    browser = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)  # noqa: S603
    try:
        return browser.communicate(timeout=_PATIENCE_S)[1]
    except subprocess.TimeoutExpired:
        os.killpg(browser.pid, signal.SIGKILL)
        return browser.communicate()[1]


def _section(
    board: Board, panel: Panel, search: Search, prefix: str, span: tuple[datetime, datetime], zone: ZoneInfo
) -> str:
    grid = panel.grid
    place = (
        f"grid-column:{grid.x + 1}/span {grid.w};grid-row:{grid.y + 1}/span {grid.h}"
    )  # fmt: skip
    if panel.kind == "words":
        return f'<section class="words" style="{place}"><div>{_markdown(panel.markdown)}</div></section>'
    answer = search.search(VIEWS[panel.view].pattern(prefix), ask.body(panel, *span, zone.key))
    width, height = int((WIDTH - 2 * _MARGIN) / COLUMNS * grid.w) - 36, grid.h * _ROW - 52
    inside = (
        listed(panel, ask.hits(answer), zone, most=min(grid.h - 3, 9))
        if panel.kind == "list"
        else drawn(panel, ask.rows(panel, answer), width, height, zone)
    )
    title = f"<h2>{escape(panel.title.zh)}<small>{escape(panel.title.en)}</small></h2>"
    return f'<section class="panel" style="{place}"><div>{title}{inside}</div></section>'


def _markdown(words: str) -> str:
    """Return bold words and links as HTML: all that the boards' texts use."""
    bold = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", escape(words))
    return re.sub(r"\[(.+?)\]\((.+?)\)", r'<a href="\2">\1</a>', bold)
