"""Draws one panel's answer as HTML and SVG: no script, nothing from elsewhere."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any, Final
from zoneinfo import ZoneInfo

from dashboards.boards.ask import Row
from dashboards.boards.documents import TIME, VIEWS, Column
from dashboards.boards.spec import Measure, Panel

Pieces = list[str]
_COLOURS: Final = (
    "#3f6fb5", "#d98a3d", "#4f9d8a", "#b5566b", "#7d6bb0", "#9a8f3c", "#5b8fa8", "#a86f4c", "#6f8f52", "#8a8a84",
)  # fmt: skip
_MEANT: Final[Mapping[str, str]] = {
    "L1": "#d92d34", "L2": "#e8640c", "L3": "#d9a400", "L4": "#3069d6", "neg": "#d2556b", "neu": "#b9b8b1",
    "pos": "#3b9d8b", "负面": "#d2556b", "中性": "#b9b8b1", "正面": "#3b9d8b", "L1 红": "#d92d34",
    "L2 橙": "#e8640c", "L3 黄": "#d9a400", "L4 蓝": "#3069d6", "in_time": "#3b9d8b", "late": "#d9a400",
    "overdue": "#d92d34", "running": "#5b8fa8", "none": "#b9b8b1",
}  # fmt: skip
_EMPTY: Final = '<p class="empty">没有数据</p>'
_LONG: Final = 42  # characters of a cell


def drawn(panel: Panel, rows: Sequence[Row], width: int, height: int, zone: ZoneInfo) -> str:
    """Return *panel* with what *rows* say, in *width* × *height* pixels."""
    if not rows:
        return _EMPTY
    named = [
        Row(tuple(_word(panel, place, key, zone) for place, key in enumerate(row.keys)), row.numbers) for row in rows
    ]
    colours = _colours(panel, rows, named)
    match panel.kind:
        case "metric":
            return _metric(panel, named[0])
        case "table":
            return _table(panel, named)
        case "cloud":
            return _cloud(named)
        case "pie":
            return _pie(named, colours, width, height)
        case "heatmap":
            return _heatmap(named, width, height)
        case "rows":
            return _rows(named, colours, width, height)
        case "line":
            return _lines(panel, named, colours, width, height)
        case _:
            return _bars(named, colours, width, height)


def listed(panel: Panel, documents: Sequence[Mapping[str, Any]], zone: ZoneInfo, most: int = 12) -> str:
    """Return the first of *documents* as a table of the panel's columns."""
    view = VIEWS[panel.view]
    columns = [view.columns[name] for name in (TIME, *panel.columns)]
    head = "".join(f"<th>{escape(column.zh)}</th>" for column in columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{_value(column, _of(document, column.name), zone)}</td>" for column in columns) + "</tr>"
        for document in documents[:most]
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if documents else _EMPTY


def _of(document: Mapping[str, Any], name: str) -> object:
    if name in document:
        return document[name]
    found: object = document
    for step in name.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _value(column: Column, value: object, zone: ZoneInfo) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return escape("、".join(str(one) for one in value))
    if column.type == "time":
        return f"{datetime.fromisoformat(str(value)).astimezone(zone):%m-%d %H:%M}"
    if column.seconds or isinstance(value, int | float):
        return number(float(str(value)), seconds=column.seconds)
    text = column.values.get(str(value), str(value))
    shown = escape(text[:_LONG] + ("…" if len(text) > _LONG else ""))
    return f'<span class="link">{shown}</span>' if column.link else shown


def number(value: float | None, *, seconds: bool = False) -> str:
    """Return *value* as people write it; a length of time in its own unit."""
    if value is None:
        return "–"
    if seconds:
        return _span(value)
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def _span(seconds: float) -> str:
    for unit, size in (("天", 86400), ("小时", 3600), ("分", 60)):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} 秒"


def _word(panel: Panel, place: int, key: str, zone: ZoneInfo) -> str:
    split = panel.split[place]
    if split.time:
        at = datetime.fromisoformat(key).astimezone(zone)
        return f"{at:%m-%d}" if at.hour == 0 else f"{at:%m-%d %H}时"
    return VIEWS[panel.view].columns[split.field].values.get(key, key)


def _colours(panel: Panel, rows: Sequence[Row], named: Sequence[Row]) -> dict[str, str]:
    """Return the colour of each series: what it means where it means something, else one after the other."""
    place = len(panel.split) - 1
    if place < 0:
        return {}
    codes = dict.fromkeys((row.keys[place], word.keys[place]) for row, word in zip(rows, named, strict=True))
    return {
        word: _MEANT.get(code, _MEANT.get(word, _COLOURS[n % len(_COLOURS)])) for n, (code, word) in enumerate(codes)
    }


def _measure(panel: Panel, value: float | None, measure: Measure) -> str:
    column = VIEWS[panel.view].columns.get(measure.field)
    return number(value, seconds=bool(column and column.seconds and measure.what != "unique"))


def _metric(panel: Panel, row: Row) -> str:
    first, *rest = zip(_shown(panel, row), panel.measures, strict=True)
    more = "".join(f"<small>{escape(one.label.zh)} {shown}</small>" for shown, one in rest)
    return f'<p class="metric">{first[0]}{more}</p>'


def _shown(panel: Panel, row: Row) -> list[str]:
    """Return the numbers of *row* as words; a sum of nothing but untold numbers is untold, and not nought."""
    untold = any(one.field == "withheld" and n for one, n in zip(panel.measures, row.numbers, strict=True))
    return [
        "—" if untold and one.field == "n" and not n else _measure(panel, n, one)
        for one, n in zip(panel.measures, row.numbers, strict=True)
    ]


def _table(panel: Panel, rows: Sequence[Row]) -> str:
    view = VIEWS[panel.view]
    heads = [view.columns[split.field or TIME].zh for split in panel.split]
    head = "".join(f"<th>{escape(word)}</th>" for word in heads)
    head += "".join(f'<th class="n">{escape(one.label.zh)}</th>' for one in panel.measures)
    body = "".join(
        "<tr>"
        + "".join(f"<td>{escape(key)}</td>" for key in row.keys)
        + "".join(f'<td class="n">{shown}</td>' for shown in _shown(panel, row))
        + "</tr>"
        for row in rows[:20]
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cloud(rows: Sequence[Row]) -> str:
    most = max(_n(row) for row in rows) or 1.0
    words = "".join(
        f'<span style="font-size:{14 + 26 * math.sqrt(_n(row) / most):.0f}px;color:{_COLOURS[place % 6]}">'
        f"{escape(row.keys[0])}</span>"
        for place, row in enumerate(rows)
    )
    return f'<p class="cloud">{words}</p>'


def _n(row: Row) -> float:
    return row.numbers[0] or 0.0


def _svg(width: int, height: int, pieces: Pieces) -> str:
    return f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">{"".join(pieces)}</svg>'


def _text(x: float, y: float, words: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _box(x: float, y: float, width: float, height: float, colour: str, more: str = "") -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{max(height, 0):.1f}" fill="{colour}" {more}/>'


def _legend(colours: Mapping[str, str], x: float, height: int) -> Pieces:
    pieces: Pieces = []
    for place, (word, colour) in enumerate(list(colours.items())[: height // 18]):
        pieces += [_box(x, 6 + place * 18, 10, 10, colour, 'rx="2"'), _text(x + 16, 15 + place * 18, word)]
    return pieces


def _legend_width(colours: Mapping[str, str]) -> int:
    return 30 + 13 * min(max((len(word) for word in colours), default=0), 9)


def _axis(left: int, right: float, top: int, bottom: float, most: float) -> Pieces:
    pieces: Pieces = []
    for part in (0.0, 0.5, 1.0):
        y = bottom - part * (bottom - top)
        pieces.append(f'<line x1="{left}" x2="{right:.0f}" y1="{y:.1f}" y2="{y:.1f}" class="rule"/>')
        pieces.append(_text(left - 6, y + 4, f"{most * part:,.0f}", "end"))
    return pieces


def _bars(rows: Sequence[Row], colours: Mapping[str, str], width: int, height: int) -> str:
    stacks: dict[str, list[tuple[str, float]]] = {}
    for row in rows:
        stacks.setdefault(row.keys[0], []).append((row.keys[-1], _n(row)))
    right = width - _legend_width(colours) if len(rows[0].keys) > 1 else width
    left, top, bottom = 46, 10, height - 22
    most = max(sum(n for _, n in stack) for stack in stacks.values()) or 1.0
    step = (right - left) / len(stacks)
    pieces = _axis(left, right, top, bottom, most)
    for place, (word, stack) in enumerate(stacks.items()):
        x, y = left + place * step + step * 0.15, float(bottom)
        for series, n in sorted(stack, key=lambda one: list(colours).index(one[0])):
            tall = n / most * (bottom - top)
            y -= tall
            pieces.append(_box(x, y, step * 0.7, tall, colours[series]))
        if place % max(1, math.ceil(len(stacks) * 62 / (right - left))) == 0:
            pieces.append(_text(x + step * 0.35, height - 6, word, "middle"))
    legend = _legend(colours, right + 10, height) if len(rows[0].keys) > 1 else []
    return _svg(width, height, pieces + legend)


def _rows(rows: Sequence[Row], colours: Mapping[str, str], width: int, height: int) -> str:
    stacks: dict[str, list[tuple[str, float]]] = {}
    for row in rows:
        stacks.setdefault(row.keys[0], []).append((row.keys[-1], _n(row)))
    split = len(rows[0].keys) > 1
    left, right = 112, width - 44
    most = max(sum(n for _, n in stack) for stack in stacks.values()) or 1.0
    top = 22 if split else 4
    step = min(30.0, (height - top) / len(stacks))
    pieces: Pieces = []
    for place, (word, stack) in enumerate(stacks.items()):
        x, y = float(left), top + place * step
        for series, n in stack:
            wide = n / most * (right - left)
            pieces.append(_box(x, y + step * 0.15, wide, step * 0.7, colours[series] if split else _COLOURS[0]))
            x += wide
        pieces += [_text(left - 8, y + step * 0.66, word[:8], "end"),
                   _text(x + 5, y + step * 0.66, f"{sum(n for _, n in stack):,.0f}")]  # fmt: skip
    if split:
        x = left * 1.0
        for word, colour in list(colours.items())[:5]:
            pieces += [_box(x, 3, 10, 10, colour, 'rx="2"'), _text(x + 14, 12, word)]
            x += 26 + 13 * len(word)
    return _svg(width, height, pieces)


def _lines(panel: Panel, rows: Sequence[Row], colours: Mapping[str, str], width: int, height: int) -> str:
    times = list(dict.fromkeys(row.keys[0] for row in rows))
    series: dict[str, dict[str, float]] = {}
    for row in rows:
        for measure, n in zip(panel.measures, row.numbers, strict=True):
            name = row.keys[1] if len(row.keys) > 1 else measure.label.zh
            if n is not None:
                series.setdefault(name, {})[row.keys[0]] = n
    shades = {name: colours.get(name, _COLOURS[place % len(_COLOURS)]) for place, name in enumerate(series)}
    left, top, bottom, right = 46, 10, height - 22, width - _legend_width(shades)
    most = max((n for points in series.values() for n in points.values()), default=1.0) or 1.0
    step = (right - left - 20) / max(len(times) - 1, 1)
    pieces = _axis(left, right, top, bottom, most)
    for name, points in series.items():
        spots = [
            (left + 10 + times.index(at) * step, bottom - n / most * (bottom - top)) for at, n in points.items()
        ]  # fmt: skip
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        pieces.append(f'<polyline points="{path}" fill="none" stroke="{shades[name]}" stroke-width="2"/>')
        pieces += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{shades[name]}"/>' for x, y in spots]
    for place in range(0, len(times), max(1, math.ceil(len(times) * 62 / (right - left)))):
        pieces.append(_text(left + 10 + place * step, height - 6, times[place], "middle"))
    return _svg(width, height, pieces + _legend(shades, right + 10, height))


def _pie(rows: Sequence[Row], colours: Mapping[str, str], width: int, height: int) -> str:
    total = sum(_n(row) for row in rows) or 1.0
    radius = min(height, width * 0.55) / 2 - 6
    around, turned = 2 * math.pi * radius * 0.72, 0.0
    x, y = radius + 6, height / 2
    pieces: Pieces = []
    for row in rows:
        share = _n(row) / total
        pieces.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius * 0.72:.1f}" fill="none" stroke="{colours[row.keys[0]]}" '
            f'stroke-width="{radius * 0.5:.1f}" stroke-dasharray="{share * around:.2f} {around:.2f}" '
            f'transform="rotate({turned * 360 - 90:.2f} {x:.1f} {y:.1f})"/>'
        )
        turned += share
    shares = {f"{row.keys[0]} {_n(row) / total:.0%}": colours[row.keys[0]] for row in rows}
    return _svg(width, height, pieces + _legend(shares, 2 * radius + 24, height))


def _heatmap(rows: Sequence[Row], width: int, height: int) -> str:
    columns = list(dict.fromkeys(row.keys[0] for row in rows))
    lines = list(dict.fromkeys(row.keys[1] for row in rows))
    lines = sorted(lines) if all(line.isdigit() for line in lines) else lines
    left, bottom = 100, height - 22
    most = max(_n(row) for row in rows) or 1.0
    wide, tall = (width - left) / len(columns), bottom / len(lines)
    pieces: Pieces = []
    for row in rows:
        x, y = left + columns.index(row.keys[0]) * wide, lines.index(row.keys[1]) * tall
        shade = f'fill-opacity="{0.06 + 0.94 * _n(row) / most:.2f}" rx="2"'
        pieces.append(_box(x + 1, y + 1, wide - 2, tall - 2, "#3f6fb5", shade))
        if tall >= 15 and wide >= 24 and _n(row):
            dark = ' class="light"' if _n(row) / most > 0.55 else ""
            pieces.append(
                f'<text x="{x + wide / 2:.1f}" y="{y + tall / 2 + 4:.1f}" text-anchor="middle"{dark}>{_n(row):,.0f}</text>'
            )
    every = max(1, math.ceil(12 / tall))
    pieces += [
        _text(left - 8, n * tall + tall / 2 + 4, word[:7], "end") for n, word in enumerate(lines) if n % every == 0
    ]
    apart = max(1, math.ceil(62 / wide))
    pieces += [
        _text(left + n * wide + wide / 2, height - 6, word[:7], "middle")
        for n, word in enumerate(columns)
        if n % apart == 0
    ]
    return _svg(width, height, pieces)
