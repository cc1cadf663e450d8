"""Read rule files: the sound rules, and every fault of every file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from pipeline.directory import Directory
from pipeline.errors import Fault
from pipeline.rulebook.assemble import INHERITED, Assembler, Defaults
from pipeline.rulebook.examples import run_examples
from pipeline.rulebook.lint import lint, lint_book
from pipeline.rulebook.report import Report
from pipeline.rulebook.rule import Rule
from pipeline.rulebook.source import Node, load
from pipeline.rulebook.values import known_keys, wrong
from pipeline.rulebook.where import read_where
from pipeline.rulebook.words import Vocabulary

SHIPPED = Path(str(files("rules")))
SCHEMA = "yuqing-rule/v1"
OTHER_SCHEMAS = ("yuqing-platform/v1", "yuqing-directory/v1")
FILE_KEYS = ("schema", "defaults", "lists", "variants", "rules")
DEFAULT_KEYS = (*INHERITED, "match")
SHARED_TEXT_KEYS = ("fields", "none", "except", "fold")


@dataclass(frozen=True)
class Rulebook:
    """The rules that were found sound, and the faults of all files. A fault in one rule spares the others."""

    rules: tuple[Rule, ...]
    faults: tuple[Fault, ...] = ()
    by_id: Mapping[str, Rule] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_id", {rule.id: rule for rule in self.rules})

    @property
    def errors(self) -> tuple[Fault, ...]:
        return tuple(fault for fault in self.faults if not fault.warning)

    @classmethod
    def read(cls, paths: Sequence[Path] = (), directory: Directory | None = None) -> Rulebook:
        """Return the rules in *paths*, files or folders (default: the shipped ones).

        With a *directory*, places that it does not know are warned of. Test files (``*.test.yaml``) and
        files of our other schemas are passed over.
        """
        report = Report()
        rules: dict[str, Rule] = {}
        for file in _files(paths or [SHIPPED], report):
            for rule in _rules(file, report, directory):
                _enter(rule, rules, report)
        before = len(report.faults)
        lint_book(rules.values(), report)
        circular = {fault.place for fault in report.faults[before:] if not fault.warning}
        rules = {id_: rule for id_, rule in rules.items() if rule.place not in circular}
        return cls(tuple(rules.values()), tuple(sorted(report.faults, key=_position)))


def check(paths: Sequence[Path] = (), directory: Directory | None = None) -> list[Fault]:
    """Return every fault of the rule files in *paths*, warnings among them."""
    return list(Rulebook.read(paths, directory).faults)


def _position(fault: Fault) -> tuple[str, int, int]:
    file, line, column = fault.place.rsplit(":", 2)
    return file, int(line), int(column)


def _files(paths: Sequence[Path], report: Report) -> Iterable[Path]:
    for path in paths:
        if path.is_dir():
            found = sorted(file for file in path.rglob("*") if file.suffix in (".yaml", ".yml"))
            yield from (file for file in found if not file.name.endswith((".test.yaml", ".test.yml")))
        elif path.exists():
            yield path
        else:
            report.error(f"{path}:1:1", "E01", "没有这个规则文件或目录", "there is no such rule file or folder")


def _rules(file: Path, report: Report, directory: Directory | None) -> Iterable[Rule]:
    """Return the sound rules of *file*; none if what they all share (its form, defaults, variants) is wrong."""
    before = report.errors
    root = load(file, report)
    if root is None or not _ours(root, report):
        return
    known_keys(root, FILE_KEYS, report)
    words = Vocabulary(root, file.parent, report)
    assembler = Assembler(words, _defaults(root.get("defaults"), report), report)
    usable = report.errors == before
    for node in _list(root, report):
        rule = assembler.rule(node)
        if rule is not None and _sound(rule, report, directory) and usable:
            yield rule


def _ours(root: Node, report: Report) -> bool:
    """Say whether the file holds rules. One without, or with an unknown schema, is a mistake; report it."""
    if root.tag != "map":
        wrong(root, "键值表", "a mapping", report)
        return False
    schema = root.get("schema")
    if schema is None:
        report.error(root.place, "E04", f"缺少“schema: {SCHEMA}”", f"'schema: {SCHEMA}' is missing")
        return False
    if schema.raw not in (SCHEMA, *OTHER_SCHEMAS):
        report.unknown(schema.place, "E06", ("格式版本", "schema"), schema.raw, (SCHEMA, *OTHER_SCHEMAS))
    return schema.raw == SCHEMA


def _list(root: Node, report: Report) -> tuple[Node, ...]:
    rules = root.get("rules")
    if rules is None:
        report.error(root.place, "E04", "缺少“rules”", "'rules' is missing")
        return ()
    if rules.tag != "list":
        wrong(rules, "列表", "a list", report)
    return rules.items


def _defaults(node: Node | None, report: Report) -> Defaults:
    if node is None or not known_keys(node, DEFAULT_KEYS, report):
        return Defaults()
    match = node.get("match")
    shared = match is not None and known_keys(match, ("text", "where"), report)
    where = read_where(match.get("where"), report) if match is not None and shared else ()
    words = match.get("text") if match is not None else None
    if words is not None:
        known_keys(words, SHARED_TEXT_KEYS, report)
    return Defaults(node, where)


def _sound(rule: Rule, report: Report, directory: Directory | None) -> bool:
    before = report.errors
    lint(rule, report, directory)
    for result in run_examples([rule]):
        if not result.passed:
            zh = f"示例“{result.text}”{'应命中而未命中' if result.wanted else '不应命中却命中'}。{result.why}"
            en = f"example {result.text!r} {'should match' if result.wanted else 'should not match'}"
            report.error(rule.place, "E62", zh, en)
    return report.errors == before


def _enter(rule: Rule, rules: dict[str, Rule], report: Report) -> None:
    first = rules.setdefault(rule.id, rule)
    if first is not rule:
        zh, en = f"编号 {rule.id} 已用于 {first.place}", f"id {rule.id} is already used at {first.place}"
        report.error(rule.place, "E05", zh, en)
