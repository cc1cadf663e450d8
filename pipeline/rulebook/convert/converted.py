"""What came of a conversion: rules as they are written in our files, and what was left behind."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import yaml

from pipeline.errors import Fault, Misconfigured
from pipeline.model import FIELDS

_SLUG = re.compile(r"[^a-z0-9_]+")
_SPANS = {"weeks": 7 * 86_400, "days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "m"), (1, "s"))


@dataclass(frozen=True)
class Lost:
    """Something of the original that our rule does not say: *what* it is, and why.

    With *whole* the rule it belongs to was not converted at all, because without this it would mean something else.
    """

    what: str
    zh: str
    en: str
    whole: bool = False

    def __str__(self) -> str:
        return f"{self.what}：{self.zh} / {self.en}"


@dataclass(frozen=True)
class Converted:
    rules: tuple[Mapping[str, Any], ...]
    lost: tuple[Lost, ...]


class Unlike(Exception):
    """The rule at hand cannot be said in our words; carries why."""

    def __init__(self, what: str, zh: str, en: str) -> None:
        super().__init__(what)
        self.lost = Lost(what, zh, en, whole=True)


class Plain(yaml.SafeDumper):
    """Writes what stands twice in a rule twice: our files have no aliases."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def as_yaml(converted: Converted, owner: str) -> str:
    """Return a rule file. Its rules are in shadow, and want examples before they load: nobody can invent those."""
    rules = [{**rule, "examples": {"match": [], "no_match": []}} for rule in converted.rules]
    tree = {"schema": "yuqing-rule/v1", "defaults": {"owner": owner, "timezone": "Asia/Shanghai"}, "rules": rules}
    head = [
        "# yaml-language-server: $schema=../docs/schema/yuqing-rule-v1.json",
        "# 转换而来。先给每条规则补上例句（examples），再把 status 改成 stable；改之前只记录，不通知。",
        "# Converted. Add examples to each rule, then make its status stable; until then it is recorded, not notified.",
        *(f"# 没有转换 / left behind: {one}" for one in converted.lost),
    ]
    body = yaml.dump(tree, Dumper=Plain, allow_unicode=True, sort_keys=False, width=110)
    return "\n".join(line.replace("\n", " ") for line in head) + "\n" + body


def documents(written: str, system: str) -> list[dict[str, Any]]:
    """Return the YAML documents of *written*. Raises Misconfigured."""
    try:
        found = [one for one in yaml.safe_load_all(written) if one is not None]
    except yaml.YAMLError as error:
        raise Misconfigured([Fault(system, f"不是 YAML：{error}", f"not YAML: {error}")]) from None
    wrong = [one for one in found if not isinstance(one, dict)]
    if wrong or not found:
        raise Misconfigured([Fault(system, "不是规则文件", "this is no rule file")])
    return found


def slug(system: str, name: str) -> str:
    """Return an id for a rule of that *name*; a name without Latin letters gets its hash."""
    words = _SLUG.sub("_", name.lower()).strip("_")[:40]
    return f"{system}.{words if len(words) >= 3 else sha256(name.encode()).hexdigest()[:8]}"


def field(name: object) -> str:
    """Return *name*, one of our fields. Raises Unlike for any other."""
    if str(name) not in FIELDS:
        raise Unlike(
            str(name), "我们没有这个字段，请改成字段表里的名字再转换", "we have no such field: rename it first"
        )
    return str(name)


def span(value: object, what: str) -> str:
    """Return ``{minutes: 10}`` as 10m. Raises Unlike."""
    parts = value if isinstance(value, dict) else {}
    if not parts or any(unit not in _SPANS or not isinstance(n, int | float) for unit, n in parts.items()):
        raise Unlike(what, f"看不懂的时长：{value}", f"not a length of time: {value}")
    seconds = sum(_SPANS[unit] * n for unit, n in parts.items())
    if seconds <= 0 or seconds != int(seconds):
        raise Unlike(what, f"时长应是正的整秒：{value}", f"not a positive number of whole seconds: {value}")
    size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0)
    return f"{int(seconds) // size}{unit}"


def whole_number(value: object, what: str) -> int:
    """Return *value*, a positive whole number. Raises Unlike."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise Unlike(what, f"应为正整数：{value}", f"not a positive whole number: {value}")
    return value


def names(value: object) -> list[str]:
    """Return one field or several, by our names. Raises Unlike."""
    several: Iterable[object] = value if isinstance(value, list) else [value]
    return [field(one) for one in several]


def in_shadow(rule_id: str, name: str, **keys: object) -> dict[str, Any]:
    """Return a rule that is recorded and not notified, without the keys that say nothing."""
    given = {key: value for key, value in keys.items() if value not in (None, "", [], {})}
    head = {"id": rule_id, "name": name or rule_id, "status": "experimental", "level": "blue"}
    return head | given | {"annotations": {"summary": f"{name or rule_id}：{{{{ doc.text | truncate(40) }}}}"}}


def told_apart(rules: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    """Return *rules* with ids that differ."""
    seen: dict[str, int] = {}
    apart = []
    for rule in rules:
        seen[rule["id"]] = seen.get(rule["id"], 0) + 1
        number = seen[rule["id"]]
        apart.append(rule if number == 1 else {**rule, "id": f"{rule['id']}_{number}"})
    return tuple(apart)
