"""The sources that somebody wrote into the settings, each with its connector, or every fault in them."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from pydantic import BaseModel, TypeAdapter, ValidationError

import crawlers.connectors
from crawlers import Connector, SourceCard
from pipeline.errors import Fault, Misconfigured, guess
from pipeline.model import SourceClass, digest
from pipeline.settings import SourceSettings, duration, time_zone, wrong

_FILE = "yuqing.toml"


@dataclass(frozen=True)
class OpenSource:
    """A source ready to be visited; *fingerprint* changes when somebody changes its options."""

    card: SourceCard
    connector: Connector
    fingerprint: str


@cache
def connectors() -> Mapping[str, type[Connector]]:
    """Return every connector there is, by name: the classes with a ``fetch`` in ``crawlers/connectors``."""
    found: dict[str, type[Connector]] = {}
    for module in pkgutil.iter_modules(crawlers.connectors.__path__):
        for thing in vars(importlib.import_module(f"crawlers.connectors.{module.name}")).values():
            name = getattr(thing, "name", None)
            if isinstance(thing, type) and hasattr(thing, "fetch") and isinstance(name, str):
                found[name] = thing
    return found


def open_sources(
    sources: Sequence[SourceSettings], *, zone: str = "Asia/Shanghai", home: Path | None = None, file: str = _FILE
) -> list[OpenSource]:
    """Return the sources that are enabled. Raises Misconfigured with every fault of all of them.

    *zone* holds for sources that name none. A connector that has a field ``zone``, ``source`` (its own
    id) or ``home`` is given it.
    """
    faults: list[Fault] = []
    opened: list[OpenSource] = []
    for id_, uses in Counter(source.id for source in sources).items():
        if uses > 1:
            faults.append(Fault(f"{file}: sources.{id_}", "来源编号重复", "this source id is used twice"))
    for source in sources:
        try:
            opened.append(
                _open(source, {"zone": zone, "source": source.id, "home": home}, f"{file}: sources.{source.id}")
            )
        except Misconfigured as error:
            faults += error.faults
    if faults:
        raise Misconfigured(faults)
    enabled = {source.id for source in sources if source.enabled}
    return [source for source in opened if source.card.id in enabled]


def _open(source: SourceSettings, given: Mapping[str, object], place: str) -> OpenSource:
    kind = connectors().get(source.connector)
    if kind is None:
        names = sorted(connectors())
        raise Misconfigured([_unknown(f"{place}.connector", source.connector, names, "连接器", "connector")])
    options = source.options
    faults: list[Fault] = []
    every = _every(options.pop("every", None), f"{place}.every", faults)
    zone = str(options.get("zone", given["zone"]))
    faults += _zone_faults(zone, f"{place}.zone") + _class_faults(source, f"{place}.class")
    fields = field_names(kind)
    if "zone" not in fields:
        options.pop("zone", None)
    faults += [
        _unknown(f"{place}.{key}", key, sorted(fields | {"every"}), "选项", "option")
        for key in options
        if key not in fields
    ]
    known = {key: value for key, value in options.items() if key in fields}
    known = {key: value for key, value in given.items() if key in fields and value is not None} | known
    connector = _built(kind, known, place, faults)
    if faults or connector is None:
        raise Misconfigured(faults)
    card = SourceCard(source.id, source.connector, SourceClass(source.class_), kind.access, every, zone)
    written = msgspec.json.encode(source.options, enc_hook=str, order="sorted").decode()
    return OpenSource(card, connector, digest(source.connector, written))


def field_names(kind: type[Connector]) -> set[str]:
    """Return the options of a connector: a pydantic model or a dataclass."""
    if issubclass(kind, BaseModel):
        return {field.alias or name for name, field in kind.model_fields.items()}
    return {field.name for field in dataclasses.fields(kind)} if dataclasses.is_dataclass(kind) else set()


def _built(kind: type[Connector], options: Mapping[str, Any], place: str, faults: list[Fault]) -> Connector | None:
    try:
        return TypeAdapter(kind).validate_python(options)
    except ValidationError as error:
        for item in error.errors():
            faults.append(Fault(".".join([place, *map(str, item["loc"])]), *wrong(item)))
        return None


def _unknown(place: str, name: str, names: Sequence[str], zh: str, en: str) -> Fault:
    hint = guess(name, names, or_all=True)
    return Fault(place, f"没有叫 {name} 的{zh}{hint[0]}", f"unknown {en} {name}{hint[1]}")


def _every(value: object, place: str, faults: list[Fault]) -> timedelta:
    try:
        every = timedelta(minutes=5) if value is None else duration(value)
    except ValueError as error:
        faults.append(Fault(place, str(error), str(error)))
        return timedelta(minutes=5)
    if every <= timedelta(0):
        faults.append(Fault(place, "应大于零", "must be more than nothing"))
    return every


def _zone_faults(zone: str, place: str) -> list[Fault]:
    try:
        time_zone(zone)
    except ValueError:
        return [
            Fault(
                place, f"没有这个时区：{zone}（应写成 Asia/Shanghai）", f"unknown time zone {zone}; write Asia/Shanghai"
            )
        ]
    return []


def _class_faults(source: SourceSettings, place: str) -> list[Fault]:
    classes = [item.value for item in SourceClass]
    return [] if source.class_ in classes else [_unknown(place, source.class_, classes, "来源类别", "class")]
