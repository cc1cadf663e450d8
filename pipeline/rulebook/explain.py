"""Say in words why a text satisfies a text condition, or why not."""

from __future__ import annotations

from pipeline.rulebook.rule import Near
from pipeline.rulebook.wordtest import Found, Reading, WordTest, all_words, close


def explain_words(test: WordTest, reading: Reading) -> str:
    """Return a Chinese sentence: the words that hit, those that were voided, and what was not fulfilled."""
    live = test.live(reading)
    parts = [_listed("命中", test.hits(reading)), _voided(test, reading, live), *_unfulfilled(test, reading, live)]
    return "；".join(part for part in parts if part) or "没有命中任何词"


def _listed(label: str, words: tuple[str, ...] | list[str]) -> str:
    return f"{label}：{'、'.join(words)}" if words else ""


def _voided(test: WordTest, reading: Reading, live: Found) -> str:
    asked = set(all_words(test.condition))  # the reading may hold the words of other rules
    words = [word for word in reading.found if word in asked and word not in live]
    covers = [phrase for phrase in test.condition.except_ if phrase in reading.found]
    words = [word for word in words if word not in covers]
    by = f"（{'、'.join(covers)}）" if covers else "（不在所限字段）"
    return _listed("被屏蔽" + by, words) if words else ""


def _unfulfilled(test: WordTest, reading: Reading, live: Found) -> list[str]:
    condition = test.condition
    faults = [f"缺少其一：{_few(group)}" for group in condition.must if not any(word in live for word in group)]
    reached = sum(any(word in live for word in group) for group in condition.any)
    if condition.any and reached < condition.min:
        faults.append(f"any 需 {condition.min} 个，命中 {reached} 个")
    excluded = [word for word in condition.none if word in live]
    if excluded:
        faults.append(_listed("出现排除词", excluded))
    return faults + [_apart(near) for near in condition.near if not close(near, live, reading)]


def _apart(near: Near) -> str:
    return f"同一{'句' if near.same == 'sentence' else '字段'} {near.within} 字以内没有同时出现：{_few(near.a)} 与 {_few(near.b)}"


def _few(words: tuple[str, ...]) -> str:
    return "/".join(words[:5]) + ("…" if len(words) > 5 else "")
