"""A rule file as a tree in which every node knows its line and column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from pipeline.rulebook.report import Report

MAX_BYTES = 1_000_000
MAX_DEPTH = 24
FILE_TAG = "!file"
_TAG = "tag:yaml.org,2002:"
_TAGS = ("str", "int", "float", "bool", "null", "timestamp", "merge", "value")
# Control, zero-width and direction characters: nobody sees them, and a word that holds one never hits.
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\xad\u200b-\u200f\u2028-\u202e\u2060\ufeff]")
_SECRET = re.compile(
    r"(?i)\b(?:pass(?:word|wd)|secret|access_?token|api_?key|app_?secret)\b[\"']?\s*[:=]\s*[\"']?[^\s\"'{}]{6,}"
    r"|\bAKIA[0-9A-Z]{16}\b|[?&](?:key|access_token|token)=[\w-]{16,}|-----BEGIN [A-Z ]*PRIVATE KEY"
)
_TAB = re.compile(r"^ *\t", re.MULTILINE)
_FULL_WIDTH = re.compile(r"^\s*(?:- )?[\w.|]+(：)|^ *(\u3000)", re.MULTILINE)
_QUOTES = re.compile(r"^[“”‘’「『].*|.*[“”‘’」』]$")


@dataclass(frozen=True)
class Node:
    """A mapping (*entries*), a list (*items*) or a scalar (*raw*, with *tag* ``str``, ``int``, ``bool`` …)."""

    place: str
    tag: str
    raw: str = ""
    entries: Mapping[str, Node] = field(default_factory=dict)
    items: tuple[Node, ...] = ()
    keys: Mapping[str, str] = field(default_factory=dict)  # the place of each key

    def get(self, key: str) -> Node | None:
        return self.entries.get(key)


def load(file: Path, report: Report) -> Node | None:
    """Return the tree of *file*, or None after reporting why there is none."""
    text = _text(file, report)
    if text is None or not _clean(file, text, report):
        return None
    try:
        if not _harmless(file, text, report):
            return None
        root = yaml.compose(text, yaml.CSafeLoader)
    except yaml.YAMLError as error:
        _not_yaml(file, text, error, report)
        return None
    if root is None:
        report.error(f"{file}:1:1", "E01", "文件是空的", "the file is empty")
        return None
    return _node(file, root, report, "")


def _text(file: Path, report: Report) -> str | None:
    try:
        if file.stat().st_size > MAX_BYTES:
            report.error(f"{file}:1:1", "E01", "文件超过 1 MB，请拆开", "the file is larger than 1 MB; split it")
            return None
        raw = file.read_bytes()
    except OSError as error:
        report.error(f"{file}:1:1", "E01", f"读不了这个文件：{error.strerror}", f"cannot read it: {error.strerror}")
        return None
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        report.error(f"{file}:{line}:{column}", "E10", "不是 UTF-8 编码，请另存为 UTF-8", "not UTF-8")
        return None


def _clean(file: Path, text: str, report: Report) -> bool:
    before = report.errors
    for found in _INVISIBLE.finditer(text):
        name = f"U+{ord(found.group()):04X}"
        report.error(_at(file, text, found.start()), "E10", f"有看不见的字符 {name}", f"invisible character {name}")
    for found in _TAB.finditer(text):
        report.error(_at(file, text, found.end() - 1), "E01", "缩进用了制表符，请改用空格", "tab in the indentation")
    for found in _SECRET.finditer(text):
        zh = "像是密码、令牌或带密钥的地址；规则文件里不能有，请放进 secrets"
        report.error(_at(file, text, found.start()), "E59", zh, "looks like a password, token or keyed address")
    return report.errors == before


def _harmless(file: Path, text: str, report: Report) -> bool:
    """Say whether the file is safe to compose: not too deep, no aliases (they can multiply without end)."""
    depth, before = 0, report.errors
    for event in yaml.parse(text, yaml.CSafeLoader):
        place = _mark(file, event)
        if isinstance(event, yaml.AliasEvent):
            zh = "不支持 YAML 别名（& 和 *）；以 * 开头的词请加引号"
            report.error(place, "E01", zh, "YAML aliases are not supported; quote a word that starts with *")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            report.error(place, "E01", f"嵌套超过 {MAX_DEPTH} 层", f"nested deeper than {MAX_DEPTH}")
            break
    return report.errors == before


def _not_yaml(file: Path, text: str, error: yaml.YAMLError, report: Report) -> None:
    # A full-width colon or space is no YAML syntax; the parser complains a line or more later.
    wide = list(_FULL_WIDTH.finditer(text))
    for found in wide:
        _wide(_at(file, text, found.start(found.lastindex or 0)), report)
    if not wide:
        mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
        place = f"{file}:{mark.line + 1}:{mark.column + 1}" if mark else f"{file}:1:1"
        problem = getattr(error, "problem", None) or str(error)
        report.error(place, "E01", f"不是有效的 YAML：{problem}", f"not valid YAML: {problem}")


def _wide(place: str, report: Report) -> None:
    report.error(place, "E08", "用了全角冒号或全角空格，请改成半角", "full-width colon or space used as syntax")


def _node(file: Path, node: yaml.Node, report: Report, path: str) -> Node:
    """Return the tree of *node*; *path* is the keys that lead there, ``match.text.any``, from its rule."""
    place = _mark(file, node)
    if isinstance(node, yaml.MappingNode):
        return _mapping(file, node, place, report, path)
    if isinstance(node, yaml.SequenceNode):
        return Node(place, "list", items=tuple(_node(file, item, report, path) for item in node.value))
    tag = node.tag.removeprefix(_TAG)
    if tag not in _TAGS and node.tag != FILE_TAG:
        report.error(place, "E01", f"不支持 YAML 标签 {node.tag}", f"YAML tag {node.tag} is not supported")
    if tag == "str" and isinstance(node, yaml.ScalarNode) and _QUOTES.match(node.value) and not node.style:
        zh, en = "引号要用半角；如果引号是词的一部分，请在外面再加半角引号", "full-width quotes used as syntax"
        report.error(place, "E08", zh, en)
    return Node(place, tag, raw=node.value)


def _mapping(file: Path, node: yaml.MappingNode, place: str, report: Report, path: str) -> Node:
    entries: dict[str, Node] = {}
    keys: dict[str, str] = {}
    for key, value in node.value:
        where = _mark(file, key)
        if not isinstance(key, yaml.ScalarNode):
            report.error(where, "E01", "键应为一个词", "a key must be one word")
            continue
        if "：" in key.value or "\u3000" in key.value:
            _wide(where, report)
        if key.value in entries:
            report.error(where, "E01", f"“{key.value}”写了两次", f"{key.value!r} is given twice")
            continue
        inner = f"{path}.{key.value}" if path and path != "rules" else key.value
        report.called(where, inner)
        report.called(_mark(file, value), inner)
        entries[key.value], keys[key.value] = _node(file, value, report, inner), where
    return Node(place, "map", entries=entries, keys=keys)


def _mark(file: Path, node: yaml.Node | yaml.Event) -> str:
    mark = node.start_mark
    return f"{file}:{mark.line + 1}:{mark.column + 1}" if mark else f"{file}:1:1"


def _at(file: Path, text: str, offset: int) -> str:
    return f"{file}:{text.count(chr(10), 0, offset) + 1}:{offset - text.rfind(chr(10), 0, offset)}"
