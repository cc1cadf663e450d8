"""``yuqing check`` and ``yuqing test-rules``: what people wrote, checked before it runs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import msgspec
from rich.progress import Progress

from crawlers.push import push_sources
from crawlers.sources import open_sources
from pipeline import settings as settings_file
from pipeline.app.rule_files import FoundTest, find_tests
from pipeline.app.rule_tests import WAYS, Failure, run_test
from pipeline.bus.open import open_bus
from pipeline.directory import Directory
from pipeline.errors import Fault, Misconfigured, Unavailable
from pipeline.index import open_index, outdated
from pipeline.ledger import Ledger
from pipeline.notify import open_receivers
from pipeline.rulebook import Rulebook, Status, run_examples
from pipeline.rulebook.lint import lint_words
from pipeline.rulebook.report import Report
from pipeline.settings import Settings
from pipeline.text.compiled import slow, uncompiled

T = TypeVar("T")


def check_all(config: Path | None, rules: Sequence[Path] | None, format: str, lang: str) -> int:
    faults = _faults(config, rules)
    _print(faults, format, lang)
    return 1 if any(not fault.warning for fault in faults) else 0


def _faults(config: Path | None, rules: Sequence[Path] | None) -> list[Fault]:
    faults = slow(uncompiled())
    read = _gather(faults, lambda: settings_file.salvaged(config))
    if read is None:
        return faults
    settings, wrong = read
    faults += wrong
    _gather(faults, lambda: push_sources(open_sources(settings.sources, zone=settings.timezone, home=settings.home)))
    _gather(faults, lambda: open_receivers(settings.receivers, settings.home))
    faults += _store_faults(settings)
    directory = _gather(faults, lambda: Directory.read(settings.directory))
    paths = rules or settings.rules
    book = _gather(faults, lambda: Rulebook.read(paths, directory))
    if book is None:
        return faults
    return faults + list(book.faults) + _beyond_the_files(book, settings) + _test_faults(book, paths)


def _beyond_the_files(book: Rulebook, settings: Settings) -> list[Fault]:
    """Return what only shows beside the settings and a dictionary."""
    report = Report()
    kept = settings.bus.retention
    for rule in book.rules:
        lint_words(rule, report)
        if rule.allowed_lateness > kept:
            zh = f"allowed_lateness 比消息的保留时长（bus.retention，{kept}）还长"
            report.error(rule.place, "E33", zh, f"allowed_lateness is longer than bus.retention ({kept})")
    return report.faults


def _test_faults(book: Rulebook, paths: Sequence[Path]) -> list[Fault]:
    """Return what is wrong with the timed tests beside the rules, and which stable rules have none."""
    try:
        found = find_tests(paths)
    except Misconfigured as error:
        return [replace(fault, code="E63") for fault in error.faults]
    report = Report()
    for one in found:
        if one.test.rule not in book.by_id and not book.errors:
            report.unknown(f"{one.file}: {one.test.name}", "E63", ("规则", "rule"), one.test.rule, book.by_id)
    tested = {one.test.rule for one in found}
    for rule in book.rules:
        if rule.status is Status.STABLE and rule.id not in tested:
            zh = f"规则 {rule.id} 是 stable，却没有计时测试（{{文件名}}.test.yaml）"
            report.warn(rule.place, "E64", zh, f"stable rule {rule.id} has no timed test beside it")
    return report.faults


def _store_faults(settings: Settings) -> list[Fault]:
    """Return what is wrong with bus, index and ledger. Files of our own are not opened: that would make them."""
    opens: Mapping[str, tuple[str, Callable[[str], object]]] = {
        "bus.url": (settings.bus_url, _ask_bus),
        "index.url": (settings.index_url, _ask_index),
        "ledger.url": (settings.ledger_url, Ledger.open),
    }
    faults: list[Fault] = []
    for place, (url, opened) in opens.items():
        if url.startswith("sqlite:"):
            continue
        try:
            _gather(faults, lambda opened=opened, url=url: opened(url))  # type: ignore[misc] # bound for the loop
        except Unavailable as error:
            faults.append(Fault(place, f"现在连不上：{error}", f"cannot be reached now: {error}", warning=True))
    return faults


def _ask_bus(url: str) -> None:
    with closing(open_bus(url)) as bus:
        _ = bus.id  # opening speaks to nobody


def _ask_index(url: str) -> None:
    # Here, because they bring the drivers of search servers, which nothing else needs to be checked.
    from pipeline.index.elastic.address import Address
    from pipeline.index.elastic.documents import other_editions
    from pipeline.index.elastic.drivers import connected
    from pipeline.index.elastic.gateway import Gateway

    open_index(url).close()  # finds what is written wrong, and speaks to nobody
    address = Address.read(url)
    with closing(Gateway(connected(address))) as gateway:
        search = f"{address.prefix}-search"  # asks, and makes nothing
        stale = gateway.count(search, other_editions()) if gateway.aliased(search) else 0
    if fault := outdated(stale):
        raise Misconfigured([fault])


def _gather(faults: list[Fault], read: Callable[[], T]) -> T | None:
    try:
        return read()
    except Misconfigured as error:
        faults += error.faults
        return None


def _print(faults: Sequence[Fault], format: str, lang: str) -> None:
    if format == "json":
        rows = [
            {"place": f.place, "code": f.code, "warning": f.warning, "message": f.zh if lang == "zh" else f.en}
            for f in faults
        ]
        sys.stdout.write(msgspec.json.encode(rows).decode() + "\n")
        return
    for fault in faults:
        if format == "github":
            sys.stdout.write(_github(fault, lang) + "\n")
        else:
            kind = {"zh": ("错误", "警告"), "en": ("error", "warning")}[lang][fault.warning]
            sys.stdout.write(f"{kind} {fault.say(lang)}\n")
    if format == "text":
        errors = sum(not fault.warning for fault in faults)
        words = {
            "zh": f"{errors} 处错误，{len(faults) - errors} 处警告",
            "en": f"{errors} errors, {len(faults) - errors} warnings",
        }
        sys.stdout.write(words[lang] + "\n")


def _github(fault: Fault, lang: str) -> str:
    """Return the fault as a workflow command: ``::error file=…,line=…::words``."""
    file, _, rest = fault.place.partition(":")
    line = rest.partition(":")[0].strip()
    column = rest.partition(":")[2]
    place = (
        f"file={file}" + (f",line={line}" if line.isdigit() else "") + (f",col={column}" if column.isdigit() else "")
    )
    words = (fault.zh if lang == "zh" else fault.en).replace("%", "%25").replace("\n", "%0A")
    return f"::{'warning' if fault.warning else 'error'} {place}::{fault.code} {words}"


def run_rule_tests(settings: Settings, paths: Sequence[Path], names: Sequence[str]) -> int:
    """Run examples and timed tests; return 0 if all hold."""
    book = Rulebook.read(paths, Directory.read(settings.directory))
    chosen = [rule for rule in book.rules if not names or rule.id in names]
    examples = run_examples(chosen)
    timed = [found for found in find_tests(paths) if not names or found.test.rule in names]
    complaints = [
        *(f"不符 {result}" for result in examples if not result.passed),
        *(f"不符 {failure}" for failure in _timed(timed)),
        *(f"错误 {fault.say()}" for fault in book.errors),
        *(f"错误 {name}：没有这条规则 / no such rule" for name in sorted(set(names) - {rule.id for rule in chosen})),
    ]
    for complaint in complaints:
        sys.stdout.write(complaint + "\n")
    sys.stdout.write(
        f"{len(chosen)} 条规则，{len(examples)} 个例句，{len(timed)} 个计时测试（各 {len(WAYS)} 种送法），"
        f"{len(complaints)} 处不符 / {len(complaints)} do not hold\n"
    )
    return 1 if complaints else 0


def _timed(tests: Sequence[FoundTest]) -> Iterator[Failure]:
    with Progress(disable=not sys.stderr.isatty(), transient=True) as bar:
        for found in bar.track(tests, description="计时测试 / timed tests"):
            if failure := run_test(found):
                yield failure
