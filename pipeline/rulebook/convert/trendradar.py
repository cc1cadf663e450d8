"""TrendRadar's ``frequency_words.txt``: groups of words for titles.

A blank line ends a group. Its lines: ``word`` (any of these), ``+word`` (all of these), ``!word`` (none of these),
``/expression/``, ``@10`` (show at most), ``=> name``, ``[name]``, ``# comment``. ``[GLOBAL_FILTER]`` begins words that no
title may have, ``[WORD_GROUPS]`` the groups. Case does not count.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import re2

from pipeline.errors import Fault, Misconfigured
from pipeline.rulebook.convert.converted import Converted, Lost, Unlike, in_shadow, slug, told_apart

_SECTION = re.compile(r"\[(GLOBAL_FILTER|WORD_GROUPS)\]")
_NAME = re.compile(r"\[(.+)\]")
_EXPRESSION = re.compile(r"/(.+)/[a-z]*")
_ALTERNATIVES = re.compile(r"[^\\^$.?*+()\[\]{}]+")  # words and | between them
_LATIN = re.compile(r"^[a-z]|[a-z]$", re.IGNORECASE)


@dataclass
class _Group:
    name: str = ""
    any: list[str] = field(default_factory=list)
    must: list[str] = field(default_factory=list)
    none: list[str] = field(default_factory=list)
    expressions: list[str] = field(default_factory=list)
    most: str = ""

    @property
    def called(self) -> str:
        return self.name or "、".join([*self.any, *self.must, *self.expressions][:3])


def convert(written: str) -> Converted:
    """Return the groups as rules on titles. Raises Misconfigured if there is none."""
    filters, groups = _read(written)
    if not groups:
        raise Misconfigured([Fault("trendradar", "没有任何词组", "there is no group of words")])
    rules: list[dict[str, Any]] = []
    lost: list[Lost] = []
    for group in groups:
        if group.most:
            lost.append(
                Lost(f"{group.called} {group.most}", "条数上限：我们按人数和间隔通知", "a cap on how many are shown")
            )
        try:
            rules.append(
                in_shadow(slug("trendradar", group.called), group.called, match=_match(group, filters), type="any")
            )
        except Unlike as unlike:
            lost.append(unlike.lost)
    return Converted(told_apart(rules), tuple(lost))


def _read(written: str) -> tuple[list[str], list[_Group]]:
    filters: list[str] = []
    groups = [_Group()]
    filtering = False
    for line in map(str.strip, written.splitlines()):
        if section := _SECTION.fullmatch(line):
            filtering = section[1] == "GLOBAL_FILTER"
            groups.append(_Group())
        elif filtering and line and not line.startswith("#"):
            filters.append(line.removeprefix("!"))
        elif not line:
            groups.append(_Group())
        elif not line.startswith("#"):
            _take(line, groups[-1])
    return filters, [group for group in groups if group.any or group.must or group.expressions]


def _take(line: str, group: _Group) -> None:
    word, _, label = (part.strip() for part in line.partition("=>"))
    group.name = label or group.name
    if name := _NAME.fullmatch(word):
        group.name = name[1]
    elif expression := _EXPRESSION.fullmatch(word):
        plain = _ALTERNATIVES.fullmatch(expression[1])
        if plain and all(part.strip() for part in expression[1].split("|")):
            group.any += expression[1].split("|")  # /华为|鸿蒙/ is two words
        else:
            group.expressions.append(expression[1])
    elif re.fullmatch(r"@\d+", word):
        group.most = word
    elif word[:1] in ("+", "!"):
        (group.must if word[0] == "+" else group.none).append(word[1:].strip())
    elif word:
        group.any.append(word)


def _match(group: _Group, filters: list[str]) -> dict[str, Any]:
    """Return the condition of *group*. Raises Unlike if no condition of ours means the same."""
    excluded = [*group.none, *filters]
    plain = not group.expressions and not any(_LATIN.search(word) for word in (*group.any, *group.must, *excluded))
    if plain:
        text = {
            "fields": ["title"], "must": group.must, "any": group.any, "none": excluded,
            "fold": ["case"],  # to the letter, as it was: not across signs or scripts
        }  # fmt: skip
        return {"text": {key: value for key, value in text.items() if value}}
    # A Latin word of ours stands alone, theirs may be a part of another: only an expression says the same.
    if group.must or excluded:
        zh = "正则或以字母开头结尾的词，与 +、! 一起，没有同义的写法"
        raise Unlike(group.called, zh, "expressions and Latin words beside + or ! cannot be said alike")
    pattern = "(?i)" + "|".join([*map(re.escape, group.any), *group.expressions])
    return {"where": {"title|re": _checked(pattern, group)}}


def _checked(pattern: str, group: _Group) -> str:
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options)
    except re2.error:
        zh = "这个正则不能在线性时间里判断（如前后断言）"
        raise Unlike(f"{group.called} /{pattern}/", zh, "this expression needs more than linear time") from None
    return pattern
