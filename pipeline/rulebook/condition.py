"""Read what a rule looks for: words, and comparisons on fields."""

from __future__ import annotations

from pipeline.rulebook.report import Report
from pipeline.rulebook.rule import Condition, Near, TextCondition
from pipeline.rulebook.source import Node
from pipeline.rulebook.values import flag, items, known_keys, text, texts, whole, wrong
from pipeline.rulebook.where import Alternatives, joined, read_where
from pipeline.rulebook.words import Vocabulary
from pipeline.rulebook.wordtest import positive_words

CONDITION_KEYS = ("text", "where")
TEXT_KEYS = ("fields", "must", "any", "min", "none", "except", "near", "fold", "pinyin", "exact")
NEAR_KEYS = ("a", "b", "within", "ordered", "same")
FOLDS = ("width", "case", "trad", "noise")
MAX_WITHIN = 200
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
    _refuse_unsupported(node, report)
    condition = TextCondition(
        fields=_fields(node.get("fields"), report),
        must=words.groups(node.get("must")),
        any=words.entries(node.get("any")),
        min=1 if node.get("min") is None else whole(node.get("min"), report) or 0,
        none=words.flat(node.get("none")),
        except_=words.flat(node.get("except")),
        near=tuple(near for item in items(node.get("near"), report) if (near := _near(item, words, report))),
    )
    _check_words(condition, node, report)
    if not positive_words(condition) and not other:
        report.error(
            node.place, "E20", "只有排除词，会匹配几乎所有帖文", "only words to exclude: it matches everything"
        )
    return condition


def _refuse_unsupported(node: Node, report: Report) -> None:
    # Ignoring these would lose matches or make false ones, so the rule is refused.
    for key in ("pinyin", "exact"):
        if node.get(key) is not None:
            en = f"'{key}' is not supported yet; write the spellings as variants"
            report.error(node.keys[key], "", f"“{key}”尚未支持，可把各种写法列进 variants", en)
    fold = node.get("fold")
    if fold is not None and set(texts(fold, report)) != set(FOLDS):
        zh = f"目前只支持 fold: [{', '.join(FOLDS)}]（默认）"
        report.error(fold.place, "", zh, "only the default fold is supported yet")


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
