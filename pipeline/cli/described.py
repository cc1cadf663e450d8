"""Settings, verbs, plug-ins, metrics, fields and rule keys in their own words, as Markdown for the guides."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import typer
from prometheus_client import CollectorRegistry
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from crawlers.sources import connectors
from pipeline.cli.verbs import yuqing
from pipeline.metrics import Metrics
from pipeline.model import FIELDS
from pipeline.model.schema import MESSAGES
from pipeline.notify.registry import kinds
from pipeline.rulebook.codes import CODES
from pipeline.rulebook.schema import SECTIONS
from pipeline.settings import PREFIX, ReceiverSettings, Settings, SourceSettings

GIVEN = frozenset({"home", "source"})  # options that the desk fills in, not people
_UNITS = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))
_OPTION_HEAD = ("键 / key", "类型 / type", "默认 / default", "说明 / meaning")


def settings() -> str:
    """Describe every key of ``yuqing.toml`` with the environment variable that overrides it."""
    parts = [_table((*_OPTION_HEAD, "环境变量 / environment"), _setting_rows(Settings, ""))]
    for name, section in (("[[sources]]", SourceSettings), ("[[receivers]]", ReceiverSettings)):
        parts += [f"### `{name}`", _table(_OPTION_HEAD, _option_rows(section))]
    return "\n\n".join(parts)


def _setting_rows(model: type[BaseModel], prefix: str) -> Iterator[Sequence[str]]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _setting_rows(kind, f"{name}.")
        elif not _holds_models(kind):
            variable = PREFIX + (prefix + name).replace(".", "__").upper()
            yield f"`{prefix}{name}`", _type(kind), _default(field), field.description or "", f"`{variable}`"


def _holds_models(kind: object) -> bool:
    return any(isinstance(item, type) and issubclass(item, BaseModel) for item in get_args(kind))


def _option_rows(model: type[BaseModel]) -> Iterator[Sequence[str]]:
    for name, field in model.model_fields.items():
        key = field.alias or name
        if key not in GIVEN:
            yield f"`{key}`", _type(field.annotation), _default(field), field.description or ""


def verbs() -> str:
    """Describe every verb with its arguments and options."""
    parts = []
    for name, command in _flat(_commands()):
        takes = [parameter for parameter in command.params if parameter.param_type_name == "argument"]
        usage = " ".join(["yuqing", name, *(_shown(parameter) for parameter in takes), "[OPTIONS]"])
        parts += [f"### `{usage}`", inspect.cleandoc(command.help or "")]
        parts.append(_table(("选项 / option", "默认 / default", "说明 / meaning"), _parameter_rows(command)))
    return "\n\n".join(parts)


def verbs_short() -> str:
    """List the verbs, one line each."""
    rows = ((f"`yuqing {name}`", inspect.cleandoc(command.help or "")) for name, command in _commands().items())
    return _table(("命令 / verb", "做什么 / does"), rows)


def _flat(commands: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every command that does something, those of groups by both their words: ``rules explain``."""
    for name, command in commands.items():
        if inner := getattr(command, "commands", None):
            yield from _flat(inner, f"{above}{name} ")
        else:
            yield f"{above}{name}", command


def _commands() -> Mapping[str, Any]:
    return typer.main.get_command(yuqing).commands  # type: ignore[attr-defined,no-any-return] # typer's own classes


def _shown(parameter: Any) -> str:
    name = str(parameter.metavar or parameter.name).strip("[].").upper()
    name = f"{name}…" if parameter.nargs == -1 else name
    return name if parameter.required else f"[{name}]"


def _parameter_rows(command: Any) -> Iterator[Sequence[str]]:
    for parameter in command.params:
        option = parameter.param_type_name == "option"
        names = ", ".join(f"`{name}`" for name in [*parameter.opts, *parameter.secondary_opts])
        shown = names if option else f"`{_shown(parameter)}`"
        yield shown, _value(parameter.default) if option and not parameter.is_flag else "", parameter.help or ""


def connector_pages() -> str:
    """Describe every connector with its options."""
    return _plugins(connectors())


def receiver_pages() -> str:
    """Describe every kind of receiver with its options."""
    return _plugins(kinds())


def _plugins(found: Mapping[str, type]) -> str:
    parts = []
    for name, plugin in sorted(found.items()):
        parts += [f"### `{name}`", inspect.cleandoc(plugin.__doc__ or "")]
        parts += [_table(_OPTION_HEAD, _option_rows(plugin))] if issubclass(plugin, BaseModel) else []
        parts += list(_parts_of_options(plugin)) if issubclass(plugin, BaseModel) else []
    return "\n\n".join(parts)


def _parts_of_options(plugin: type[BaseModel]) -> Iterator[str]:
    """Describe the options that are tables themselves, such as ``accept`` of the webhook."""
    for name, field in plugin.model_fields.items():
        for kind in (field.annotation, *get_args(field.annotation)):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield f"`{name}`："
                yield _table(_OPTION_HEAD, _option_rows(kind))


def metrics() -> str:
    """Describe every metric with its labels."""
    rows = []
    for collector in vars(Metrics(CollectorRegistry())).values():
        (family,) = collector.describe()
        name = f"{family.name}_total" if family.type == "counter" else family.name
        labels = "、".join(f"`{label}`" for label in collector._labelnames)  # no public way to ask for them
        rows.append((f"`{name}`", family.type, labels, family.documentation))
    return _table(("指标 / metric", "类型 / type", "标签 / labels", "说明 / meaning"), rows)


def fields() -> str:
    """Describe every field of an analysed post."""
    rows = (
        (f"`{field.name}`", field.type.value, field.zh, " ".join(f"`{value}`" for value in field.values))
        for field in FIELDS.values()
    )
    return _table(("字段 / field", "类型 / type", "含义", "可取的值 / values"), rows)


def rule_keys() -> str:
    """Describe every key of a rule file."""
    parts = []
    for section, keys in SECTIONS.items():
        rows = ((f"`{key.name}`", key.zh, key.en) for key in keys)
        parts += [f"### `{section or '文件 / the file'}`", _table(("键 / key", "含义", "meaning"), rows)]
    return "\n\n".join(parts)


def rule_codes() -> str:
    """List every code of the linter."""
    rows = ((f"`{code}`", meaning.zh, meaning.en, meaning.finder.value) for code, meaning in CODES.items())
    return _table(("代码 / code", "含义", "meaning", "谁发现 / found by"), rows)


def messages() -> str:
    """List the published schemas."""
    rows = (
        (f"[`{name}`](schema/{name}.json)", inspect.cleandoc(kind.__doc__ or "").partition("\n\n")[0])
        for name, kind in MESSAGES.items()
    )
    return _table(("消息 / message", "说明 / meaning"), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(words: str) -> str:
    return " ".join(words.split()).replace("|", "\\|").replace("<", "&lt;")


def _type(kind: object) -> str:
    """Say in a word what a setting takes."""
    if get_origin(kind) is Literal:
        return " ".join(f"`{choice}`" for choice in get_args(kind))
    if get_origin(kind) in (Union, UnionType):
        return " / ".join(_type(choice) for choice in get_args(kind) if choice is not type(None))
    if get_origin(kind) in (list, tuple):
        return f"[{_type(get_args(kind)[0])}]"
    if isinstance(kind, type) and issubclass(kind, Enum):
        return " ".join(f"`{choice.value}`" for choice in kind)
    names = {str: "文字 text", int: "整数 integer", float: "数 number", bool: "true/false", Path: "路径 path"}
    names |= {timedelta: "时长 duration", SecretStr: "文字 text"}
    return names.get(kind, "表 table" if _is_table(kind) else "文字 text")  # type: ignore[call-overload,no-any-return] # any hint


def _is_table(kind: object) -> bool:
    origin = get_origin(kind) or kind
    return isinstance(origin, type) and issubclass(origin, BaseModel | Mapping)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**必填 required**"
    return _value(field.get_default(call_default_factory=True))


def _value(value: object) -> str:
    if value in (None, "", (), [], {}, PydanticUndefined) or isinstance(value, SecretStr):
        return ""
    if isinstance(value, timedelta):
        return f"`{_span(value)}`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value.value if isinstance(value, Enum) else value}`"


def _span(value: timedelta) -> str:
    seconds = value.total_seconds()
    for size, unit in _UNITS:
        if seconds >= size and seconds % size == 0:
            return f"{int(seconds // size)}{unit}"
    return f"{seconds:g}s"
