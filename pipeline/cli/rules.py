"""``yuqing rules``: the officer's workbench for rules."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from rich.progress import Progress

from pipeline.app import App
from pipeline.app.backtest import Backtest, backtest, difference, judged
from pipeline.errors import Fault, Misconfigured
from pipeline.match.matcher import Matcher
from pipeline.model import Alert, AnalysedPost, Level, Manner, Match, Post, Turn, matters
from pipeline.notify import routes
from pipeline.notify.routing import route
from pipeline.rulebook.convert import as_yaml, convert
from pipeline.settings import Settings, duration

_MOST_GROUPS = 10
_MOST_SHOWN = 20


class _Label(msgspec.Struct):
    """A line of a labelled list."""

    id: str
    wanted: bool = True


def explain(settings: Settings, rule: str, post: str, text: str) -> None:
    """Print why *rule* did or did not match a post of the index, or a *text* of one's own."""
    with closing(App(settings)) as app:
        if rule not in app.rulebook.by_id:
            raise Misconfigured([Fault(rule, "没有这条规则", "there is no such rule")])
        doc = _analysed(app, text) if text else app.index.get(post)
        if doc is None:
            raise Misconfigured([Fault(post, "索引里没有这条帖文", "the index has no such post")])
        matcher = Matcher(app.rulebook.rules)
        found = [match for match in matcher.match([doc]) if match.rule == rule]
        lines = [matcher.explain(_asked(doc, found), rule)]
        lines += [f"其中一件：{match.part}" for match in found if match.part]
        lines += _counted(app, matcher, rule, doc, found[0].group) if found else []
    sys.stdout.write("\n".join(lines) + "\n")


def print_backtest(settings: Settings, rule: str, since: str, labelled: Path | None, format: str) -> None:
    """Print what *rule* would have said of the posts of the index since then."""
    labels = _labels(labelled)
    with closing(App(settings)) as app:
        until = datetime.now(UTC)
        start = until - _span(since)
        found = _run(settings, app, start, until, [rule])
        zone = app.zone
    average, worst = found.per_shift(start, until, zone)
    told = {
        "rule": rule, "since": start.astimezone(zone).isoformat(timespec="minutes"), "posts": found.posts,
        "matched": len(found.matched[rule]), "alerts": len(found.alerts),
        "per_shift": round(average, 2), "worst_shift": worst, "late": sum(alert.late for alert in found.alerts),
        "levels": dict(Counter(alert.level.value for alert in found.alerts)),
        "groups": dict(Counter("、".join(alert.group) for alert in found.alerts).most_common(_MOST_GROUPS)),
    }  # fmt: skip
    if labelled is not None:
        result = judged(found.matched[rule], labels)
        told |= {
            "precision": result.precision, "recall": result.recall, "missed": result.missed, "wrong": result.wrong,
        }  # fmt: skip
    _say(told, _BACKTEST, format)


def print_difference(settings: Settings, old: Path, new: Path, since: str, format: str) -> None:
    """Print what would appear and disappear if the rules of *old* became those of *new*."""
    with closing(App(settings)) as app:
        until = datetime.now(UTC)
        start = until - _span(since)
        before, after = (
            _run(settings.model_copy(update={"rules": [path]}), app, start, until, []) for path in (old, new)
        )
        zone = app.zone
    changed = difference(before, after)
    told = {
        "posts": after.posts,
        "alerts_before": len(before.alerts), "alerts_after": len(after.alerts),
        "appear": [_line(alert, zone) for alert in changed.more],
        "disappear": [_line(alert, zone) for alert in changed.fewer],
        "matched_more": [f"{rule} {post}" for rule, post in changed.matched_more],
        "matched_fewer": [f"{rule} {post}" for rule, post in changed.matched_fewer],
    }  # fmt: skip
    _say(told, _DIFFERENCE, format)


def print_route(settings: Settings, rule: str, level: str, topic: str, place: Sequence[str], format: str) -> None:
    """Print who would hear an alert of *rule*: the units it is routed to, and the receivers that want it."""
    with closing(App(settings)) as app:
        found = app.rulebook.by_id.get(rule)
        if found is None:
            raise Misconfigured([Fault(rule, "没有这条规则", "there is no such rule")])
        told_level = _level(level) if level else found.level
        alert = _an_alert(rule, found.manner, told_level, topic, tuple(place))
        units = {unit.id: unit.name for unit in app.directory.units}
        routed = route(alert, app.directory)
        wanting = [
            name
            for name, wanted in routes(app.receivers).items()
            if not alert.queued and (not wanted or found.manner.route in wanted)
        ]
    told = {
        "rule": rule, "level": told_level.value, "route": found.manner.route,
        "lead": units.get(routed.lead, routed.lead), "co": [units.get(unit, unit) for unit in routed.co],
        "receivers": wanting, "shadow": found.shadow,
    }  # fmt: skip
    _say(told, _ROUTE, format)


def import_rules(file: Path, form: str, owner: str) -> int:
    """Print *file*, of the system *form*, as a rule file of ours, and say what could not be converted."""
    try:
        written = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured([Fault(str(file), f"读不出来：{error}", f"cannot be read: {error}")]) from None
    converted = convert(form, written)
    sys.stdout.write(as_yaml(converted, owner))
    for lost in converted.lost:
        sys.stderr.write(f"{'未转换' if lost.whole else '未带过来'} {lost}\n")
    whole = sum(lost.whole for lost in converted.lost)
    sys.stderr.write(
        f"转换 {len(converted.rules)} 条，{whole} 条没有同义的写法 / {len(converted.rules)} converted, {whole} not\n"
    )
    return 1 if not converted.rules else 0


def _run(settings: Settings, app: App, since: datetime, until: datetime, only: Sequence[str]) -> Backtest:
    with Progress(disable=not sys.stderr.isatty(), transient=True) as bar:
        task = bar.add_task("回测 / back-testing", total=None)
        return backtest(
            settings, app.index, since, until, only, lambda done, of: bar.update(task, completed=done, total=of)
        )


def _asked(doc: AnalysedPost, found: Sequence[Match]) -> AnalysedPost:
    """Return what of *doc* hit first: a long article is asked about matter by matter."""
    return next((alone for about, alone in matters(doc) if found and about == found[0].part), doc)


def _analysed(app: App, text: str) -> AnalysedPost:
    now = datetime.now(UTC)
    tree = {"id": "u5:typed", "native_id": "typed", "rev": "typed", "source": {"id": "typed"}, "text": text}
    post = msgspec.convert({**tree, "published": {"at": now}, "fetched_at": now}, Post)
    return app.analyst.analyse([post])[0]


def _counted(app: App, matcher: Matcher, rule: str, doc: AnalysedPost, group: tuple[str, ...]) -> Iterable[str]:
    """Say what the window of *doc* held, as far as the index knows; only of rules that count."""
    span = app.rulebook.by_id[rule].timeframe
    if not span:
        return
    at = doc.post.at
    voices: set[str] = set()
    after: str | None = None
    while True:
        page = app.index.search("*", since=at - span, until=at + timedelta(milliseconds=1), most=500, after=after)
        docs = [hit.post for hit in page.hits if at - span < hit.post.post.at <= at]
        voices |= {match.member for match in matcher.match(docs) if match.rule == rule and match.group == group}
        after = page.after
        if after is None:
            break
    shown = "、".join(group) or "（不分组）"
    yield f"窗口 {_short(span)} 内，{shown}：{len(voices)} 个不同的 {app.rulebook.by_id[rule].count_by}"


def _an_alert(rule: str, manner: Manner, level: Level, topic: str, places: tuple[str, ...]) -> Alert:
    now = datetime.now(UTC)
    return Alert(
        id="route-test", turn_id="route-test", turn=Turn.OPENED, rule=rule, rule_rev="", rule_name=rule, level=level,
        active_at=now, last_at=now, at=now, topic=topic, places=places, manner=manner,
    )  # fmt: skip


def _span(written: str) -> timedelta:
    try:
        return duration(written)
    except ValueError:
        raise Misconfigured([Fault("--since", "应写成 30d、12h", "write 30d or 12h")]) from None


def _level(written: str) -> Level:
    try:
        return Level.read(written)
    except KeyError:
        raise Misconfigured([Fault("--level", "可取：L1 L2 L3 L4", "one of L1 L2 L3 L4")]) from None


def _labels(file: Path | None) -> dict[str, bool]:
    if file is None:
        return {}
    try:
        lines = [msgspec.json.decode(line, type=_Label) for line in file.read_bytes().splitlines() if line.strip()]
    except (OSError, msgspec.DecodeError) as error:
        zh, en = '应是每行一个 {"id": …, "wanted": true}', 'write {"id": …, "wanted": true} on each line'
        raise Misconfigured([Fault(str(file), f"{zh}：{error}", f"{en}: {error}")]) from None
    return {label.id: label.wanted for label in lines}


def _line(alert: Alert, zone: ZoneInfo) -> str:
    at = alert.at.astimezone(zone).isoformat(timespec="minutes")
    return f"{at} {alert.level.value} {alert.rule} {'、'.join(alert.group)}".rstrip()


_BACKTEST = {
    "rule": "规则", "since": "从", "posts": "帖文", "matched": "匹配", "alerts": "提醒", "per_shift": "平均每班（8 小时）",
    "worst_shift": "最多的一班", "late": "其中补报", "levels": "级别", "groups": "分组",
    "precision": "查准", "recall": "查全", "missed": "漏掉的", "wrong": "误报的",
}  # fmt: skip
_DIFFERENCE = {
    "posts": "帖文", "alerts_before": "原来提醒", "alerts_after": "改后提醒", "appear": "新增提醒", "disappear": "消失提醒",
    "matched_more": "新增匹配", "matched_fewer": "不再匹配",
}  # fmt: skip
_ROUTE = {
    "rule": "规则", "level": "级别", "route": "路由", "lead": "主办", "co": "协办", "receivers": "接收者", "shadow": "只记录不通知",
}  # fmt: skip


def _say(told: Mapping[str, object], names: Mapping[str, str], format: str) -> None:
    if format == "json":
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
        return
    for key, value in told.items():
        sys.stdout.write(f"{names[key]} / {key}: {_shown(value)}\n")


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "、".join(f"{key or '（不分组）'} {count}" for key, count in value.items()) or "–"
    if isinstance(value, list | tuple):
        shown = "".join(f"\n  {one}" for one in value[:_MOST_SHOWN])
        more = f"\n  …共 {len(value)} / of {len(value)}" if len(value) > _MOST_SHOWN else ""
        return (shown + more) or "–"
    return "–" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)


def _short(span: timedelta) -> str:
    hours = span / timedelta(hours=1)
    return f"{hours:g}h" if hours >= 1 else f"{span / timedelta(minutes=1):g}m"
