"""Grafana's dashboards for operators: how the stages, the way of a warning, the bus and the sources do.

Content is for Kibana and the console: here are numbers about the machine, never about what residents said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from dashboards.boards.objects import PREFIX

SOURCE: Final = {"type": "prometheus", "uid": "prometheus"}
_SCHEMA: Final = 39

Query = tuple[str, str]
"""An expression, and the legend of its series."""


@dataclass(frozen=True)
class Chart:
    """One panel: *warn* is from where on it is red."""

    zh: str
    en: str
    queries: Sequence[Query]
    unit: str = "short"
    width: int = 12
    kind: Literal["timeseries", "stat"] = "timeseries"
    warn: float | None = None


@dataclass(frozen=True)
class Sheet:
    """One dashboard: rows of charts."""

    id: str
    zh: str
    en: str
    rows: Sequence[Sequence[Chart]]


def _p95(metric: str, by: str = "") -> str:
    labels = f"{by}, le" if by else "le"
    return f"histogram_quantile(0.95, sum by ({labels}) (rate({metric}_bucket[5m])))"


_ALERT_PATH: Final = (
    Chart("判定用时 P95", "Decision P95", [("yuqing:decision_delay_seconds:p95_5m", "P95")], "s", 6, "stat", 60),
    Chart("送达用时 P95", "Delivery P95", [("yuqing:accept_delay_seconds:p95_5m", "P95")], "s", 6, "stat", 120),
    Chart("失败通知", "Dead messages", [('max(yuqing_outbox_rows{state="dead"})', "dead")], "short", 6, "stat", 1),
    Chart("一小时重启", "Restarts in an hour", [("sum(increase(yuqing_worker_restarts_total[1h]))", "restarts")],
          "short", 6, "stat", 3),
)  # fmt: skip

SHEETS: Final = (
    Sheet("operators", "值守：各环节与预警线", "Desk: stages and the way of a warning", (
        _ALERT_PATH,
        (
            Chart("各环节吞吐", "Messages a stage reads", [("yuqing:stage_messages:rate5m", "{{stage}}")], "ops"),
            Chart("各环节积压", "Lag of each stage (Kafka or SQLite)",
                  [("yuqing:stage_lag_messages:max", "{{stage}}")], warn=10_000),
        ),
        (
            Chart("判定与送达用时 P95", "Decision and delivery P95", [
                ("yuqing:decision_delay_seconds:p95_5m", "判定 / decision"),
                ("yuqing:accept_delay_seconds:p95_5m", "送达 / delivery"),
            ], "s"),
            Chart("一批用时 P95", "Batch P95", [("yuqing:stage_batch_seconds:p95_5m", "{{stage}}")], "s"),
        ),
        (
            Chart("发件箱", "Outbox", [("max by (state) (yuqing_outbox_rows)", "{{state}}")]),
            Chart("通知结果", "Notifications by outcome",
                  [("sum by (receiver, outcome) (increase(yuqing_notifications_total[15m]))", "{{receiver}} {{outcome}}")]),
        ),
        (
            Chart("预警", "Alert turns", [("sum by (level, turn) (increase(yuqing_alerts_total[1h]))", "{{level}} {{turn}}")]),
            Chart("重启与搁置", "Restarts and set aside", [
                ("sum by (worker) (increase(yuqing_worker_restarts_total[15m]))", "重启 {{worker}}"),
                ("sum by (stage) (increase(yuqing_stage_set_aside_total[15m]))", "搁置 {{stage}}"),
            ], warn=1),
        ),
    )),
    Sheet("sources", "采集：信源", "Collection: sources", (
        (
            Chart("各信源帖文", "Posts by source", [("yuqing:posts_collected:rate5m * 60", "{{source}}")], "cpm"),
            Chart("访问结果", "Visits by outcome",
                  [("sum by (outcome) (increase(yuqing_fetches_total[15m]))", "{{outcome}}")]),
        ),
        (
            Chart("发布到采集 P95", "Published to collected P95",
                  [(_p95("yuqing_collect_delay_seconds", "source"), "{{source}}")], "s"),
            Chart("采集异常", "Odd things met",
                  [("sum by (source, kind) (increase(yuqing_collect_warnings_total[1h]))", "{{source}} {{kind}}")]),
        ),
    )),
    Sheet("dependencies", "依赖：Kafka、检索、账本", "Dependencies: Kafka, search, ledger", (
        (
            Chart("在应答的部分", "Parts that answer", [('up{job="yuqing"}', "{{part}}")], width=12),
            Chart("因依赖不可用而重试", "Retried: a dependency was away",
                  [("sum by (stage) (increase(yuqing_stage_unavailable_total[5m]))", "{{stage}}")], warn=5),
        ),
        (
            Chart("Kafka 未确认字节", "Unacknowledged bytes", [("sum(yuqing_bus_unacked_bytes)", "bytes")], "bytes"),
            Chart("Kafka 生产者重建、再均衡、漏读", "Rebuilds, rebalances, missed", [
                ("sum(increase(yuqing_bus_producer_rebuilds_total[30m]))", "重建 / rebuilds"),
                ("sum by (group) (increase(yuqing_bus_rebalances_total[30m]))", "再均衡 {{group}}"),
                ("sum by (group) (increase(yuqing_bus_missed_messages_total[30m]))", "漏读 {{group}}"),
            ]),
        ),
        (
            Chart("入库积压", "Search behind", [('yuqing:stage_lag_messages:max{stage="index"}', "index")], warn=50_000),
            Chart("入库吞吐", "Documents indexed", [('yuqing:stage_messages:rate5m{stage="index"}', "index")], "ops"),
        ),
    )),
)  # fmt: skip


def sheets() -> dict[str, dict[str, Any]]:
    """Return every dashboard by its file's name."""
    return {f"{sheet.id}.json": _dashboard(sheet) for sheet in SHEETS}


def queries() -> list[str]:
    """Return every expression that a dashboard asks Prometheus."""
    return [expr for sheet in SHEETS for row in sheet.rows for chart in row for expr, _ in chart.queries]


def _dashboard(sheet: Sheet) -> dict[str, Any]:
    panels: list[dict[str, Any]] = []
    y = 0
    for row in sheet.rows:
        x, height = 0, max(4 if chart.kind == "stat" else 8 for chart in row)
        for chart in row:
            panels.append(_panel(len(panels) + 1, chart, {"x": x, "y": y, "w": chart.width, "h": height}))
            x += chart.width
        y += height
    return {
        "uid": f"{PREFIX}-{sheet.id}",
        "title": f"{sheet.zh} / {sheet.en}",
        "tags": [PREFIX],
        "timezone": "browser",
        "schemaVersion": _SCHEMA,
        "version": 1,
        "editable": False,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "links": [{"type": "dashboards", "tags": [PREFIX], "title": "值守 / desk", "asDropdown": False}],
        "templating": {"list": []},
        "annotations": {"list": []},
        "panels": panels,
    }


def _panel(number: int, chart: Chart, grid: dict[str, int]) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    if chart.warn is not None:
        steps.append({"color": "red", "value": chart.warn})
    defaults: dict[str, Any] = {"unit": chart.unit, "min": 0, "thresholds": {"mode": "absolute", "steps": steps}}
    if chart.kind == "timeseries" and chart.warn is not None:
        defaults["custom"] = {"thresholdsStyle": {"mode": "dashed"}}
    return {
        "id": number,
        "type": chart.kind,
        "title": f"{chart.zh} / {chart.en}",
        "datasource": SOURCE,
        "gridPos": grid,
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": _options(chart),
        "targets": [
            {"refId": chr(65 + place), "datasource": SOURCE, "expr": expr, "legendFormat": legend}
            for place, (expr, legend) in enumerate(chart.queries)
        ],
    }


def _options(chart: Chart) -> dict[str, Any]:
    if chart.kind == "stat":
        return {"colorMode": "value", "graphMode": "area", "reduceOptions": {"calcs": ["lastNotNull"], "values": False}}
    return {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi", "sort": "desc"}}
