"""Read what a rule looks for: words, and comparisons on fields."""

from __future__ import annotations

from dataclasses import replace

from pipeline.rulebook.report import Report
from pipeline.rulebook.rule import Condition, Near, TextCondition, Written
from pipeline.rulebook.source import Node
from pipeline.rulebook.values import choice, flag, items, known_keys, text, whole, wrong
from pipeline.rulebook.where import Alternatives, joined, read_where
from pipeline.rulebook.words import Vocabulary
from pipeline.rulebook.wordtest import positive_words
from pipeline.text.partial import numerals
from pipeline.text.pinyin import readings, spellings

CONDITION_KEYS = ("text", "where")
TEXT_KEYS = ("fields", "must", "any", "min", "none", "except", "near", "fold", "pinyin", "exact")
NEAR_KEYS = ("a", "b", "within", "ordered", "same")
FOLDS = ("width", "case", "trad", "noise")
MAX_WITHIN = 200
MAX_PINYIN = 8
_FIELDS = {"title": "title", "text": "text", "content": "text"}


def read_condition(node: Node, words: Vocabulary, general: Alternatives, report: Report) -> Condition:
    """Return the condition in *node*; *general* holds the comparisons that the file's defaults add."""
    if not known_keys(node, CONDITION_KEYS, report):
        return Condition()
    where = joined(general, read_where(node.get("where"), report))
    written = node.get("text")
    found = _text(written, words, bool(where), report) if written is not None else None
    if found is None and not where:
        report.error(
            node.place, "E20", "没有任何条件，会匹配所有帖文", "no condition at all: it would match everything"
        )
    return Condition(found, where)


def _text(node: Node, words: Vocabulary, other: bool, report: Report) -> TextCondition | None:
    if not known_keys(node, TEXT_KEYS, report):
        return None
    fold = _fold(node.get("fold"), report)
    pinyin = words.spelled(lambda word: (word,)).plain(node.get("pinyin"))
    own = words.spelled(_Forms(frozenset(pinyin), "digit" in fold))
    condition = TextCondition(
        fields=_fields(node.get("fields"), report),
        must=own.groups(node.get("must")),
        any=own.entries(node.get("any")),
        min=1 if node.get("min") is None else whole(node.get("min"), report) or 0,
        none=own.flat(node.get("none")),
        except_=own.flat(node.get("except")),
        near=tuple(near for item in items(node.get("near"), report) if (near := _near(item, own, report))),
    )
    _check_pinyin(node.get("pinyin"), pinyin, condition, report)
    condition = replace(condition, written=_written(node, words, own, condition, fold, report))
    _check_words(condition, node, report)
    if not positive_words(condition) and not other:
        report.error(
            node.place, "E20", "只有排除词，会匹配几乎所有帖文", "only words to exclude: it matches everything"
        )
    return condition


class _Forms:
    """The further forms that a condition asks for of a word."""

    def __init__(self, pinyin: frozenset[str], digits: bool) -> None:
        self._pinyin = pinyin
        self._digits = digits

    def __call__(self, word: str) -> tuple[str, ...]:
        forms = numerals(word) if self._digits else (word,)
        if word in self._pinyin and len(word) <= MAX_PINYIN:
            forms = tuple(dict.fromkeys([*forms, *spellings(word)]))
        return forms


def _fold(node: Node | None, report: Report) -> tuple[str, ...]:
    """Return the parts of folding that are on; without a word about it all but ``digit``."""
    if node is None:
        return FOLDS
    known = (*FOLDS, "digit", "off")
    # YAML takes a bare off for false; here it can only be meant as a word.
    names = ["off" if item.raw == "off" else choice(item, known, "E06", report) for item in items(node, report)]
    found = tuple(name for name in names if name)
    if "off" in found and len(found) > 1:
        report.error(node.place, "E06", "fold 写了 off 就不能再写别的", "fold: off stands alone")
    return () if "off" in found else found


def _check_pinyin(node: Node | None, words: tuple[str, ...], condition: TextCondition, report: Report) -> None:
    if node is None:
        return
    used = {*positive_words(condition), *condition.none, *condition.except_}
    for word in words:
        if not 2 <= len(word) <= MAX_PINYIN or not any(readings(one) for one in word):
            zh = f"pinyin 里的“{word}”应是 2 到 {MAX_PINYIN} 个汉字的词，不能是单字或拼音缩写"
            report.error(node.place, "E19", zh, f"pinyin word {word!r}: 2 to {MAX_PINYIN} Chinese characters")
        elif word not in used:
            zh = f"pinyin 里的“{word}”没有出现在这条规则的词里，不起作用"
            report.error(node.place, "E19", zh, f"pinyin word {word!r} is not among the words of the rule")


def _written(
    node: Node, words: Vocabulary, own: Vocabulary, condition: TextCondition, fold: tuple[str, ...], report: Report
) -> tuple[Written, ...]:
    """Return which words count only as they are written, and how exactly."""
    exact = words.spelled(lambda word: (word,))
    used = dict.fromkeys((*positive_words(condition), *condition.none, *condition.except_))
    found = {}
    if not set(FOLDS) <= set(fold):
        parts = tuple(part for part in FOLDS if part in fold)
        found = {word: Written(word, tuple(own.originals.get(word, {word: None})), parts) for word in used}
    for word in exact.plain(node.get("exact")):
        if word not in used:
            zh = f"exact 里的“{word}”没有出现在这条规则的词里，不起作用"
            report.error(node.keys["exact"], "E13", zh, f"exact word {word!r} is not among the words of the rule")
        found[word] = Written(word, tuple(exact.originals[word]))
    return tuple(found.values())


def _fields(node: Node | None, report: Report) -> tuple[str, ...]:
    if node is None:
        return ("title", "text")
    for item in items(node, report):
        if item.raw not in _FIELDS:
            report.unknown(item.place, "E21", ("文本字段", "text field"), item.raw, _FIELDS)
    found = {_FIELDS[item.raw] for item in items(node, report) if item.raw in _FIELDS}
    return tuple(name for name in ("title", "text") if name in found) or ("title", "text")


def _near(node: Node, words: Vocabulary, report: Report) -> Near | None:
    if not known_keys(node, NEAR_KEYS, report):
        return None
    a, b = words.flat(node.get("a")), words.flat(node.get("b"))
    if not a or not b:
        report.error(node.place, "E14", "near 的 a、b 两边都要有词", "both sides of near need words")
    within = whole(node.get("within"), report)
    if within is None or not 0 < within <= MAX_WITHIN:
        report.error(node.place, "E14", f"near 的 within 应在 1 到 {MAX_WITHIN} 之间", f"within: 1 to {MAX_WITHIN}")
        return None
    same = text(node.get("same"), report) or "sentence"
    if same not in ("sentence", "field"):
        report.unknown(node.place, "E14", ("范围", "scope"), same, ("sentence", "field"))
    return Near(a, b, within, flag(node.get("ordered"), report) or False, same)


def _check_words(condition: TextCondition, node: Node, report: Report) -> None:
    positive = set(positive_words(condition))
    for word in sorted(positive & set(condition.none)):
        place = node.keys["none"]
        report.error(place, "E12", f"“{word}”既要出现又要排除", f"{word!r} is both wanted and excluded")
    known = positive | set(condition.none)
    for phrase in condition.except_:
        if not any(word in phrase for word in known):
            zh = f"屏蔽短语“{phrase}”里没有任何命中词，不起作用"
            report.error(node.keys["except"], "E13", zh, f"except phrase {phrase!r} holds no word of the rule")
    if condition.any and not 0 < condition.min <= len(condition.any):
        zh, en = f"min 应在 1 到 {len(condition.any)} 之间", f"min must be 1 to {len(condition.any)}"
        report.error(node.place, "E15", zh, en)
    if "min" in node.keys and not condition.any:
        wrong(node, "带 any 的 min", "min with any", report)
    _doubt_short_words(condition, node, report)


def _doubt_short_words(condition: TextCondition, node: Node, report: Report) -> None:
    if condition.must or condition.near or condition.min > 1:
        return
    for word in sorted({word for group in condition.any for word in group if len(word) == 1}):
        report.warn(node.keys["any"], "W01", f"单字“{word}”太常见，会误报", f"one character alone: {word!r}")
