from __future__ import annotations

import pytest

from pipeline.rulebook.explain import explain_words
from pipeline.rulebook.rule import Near, TextCondition
from pipeline.rulebook.wordtest import Reading, WordTest, all_words, search
from pipeline.text.normal import normal, squeeze


def explained(condition: TextCondition, text: str, *others: str) -> str:
    squeezed, offsets = squeeze(normal(text))
    found = search([*all_words(condition), *others], squeezed, offsets)
    return explain_words(WordTest(condition), Reading(squeezed, offsets, 0, found))


@pytest.mark.parametrize(
    ("condition", "text", "words"),
    [
        (TextCondition(any=(("停水",),)), "停水了", "命中：停水"),
        (TextCondition(none=("通知",)), "来水了", "没有命中任何词"),
        (TextCondition(must=(("停水", "断水"),)), "停电", "缺少其一：停水/断水"),
        (TextCondition(must=(tuple("甲乙丙丁戊己"),)), "停电", "缺少其一：甲/乙/丙/丁/戊…"),
        (TextCondition(any=(("停水",), ("停电",)), min=2), "停水", "命中：停水；any 需 2 个，命中 1 个"),
        (TextCondition(any=(("停水",),), none=("通知",)), "停水通知", "命中：停水；出现排除词：通知"),
        (
            TextCondition(any=(("停水",),), fields=("title",)),
            "停水",
            "被屏蔽（不在所限字段）：停水；any 需 1 个，命中 0 个",
        ),
        (
            TextCondition(near=(Near(("停水",), ("投诉",), 3, same="field"),)),
            "停水",
            "命中：停水；同一字段 3 字以内没有同时出现：停水 与 投诉",
        ),
    ],
)
def test_the_reason_is_said_in_one_sentence(condition: TextCondition, text: str, words: str) -> None:
    assert explained(condition, text) == words


def test_words_of_other_rules_are_not_mentioned() -> None:
    condition = TextCondition(any=(("停水",),), except_=("暂停水果",))

    assert "停电" not in explained(condition, "暂停水果，停电", "停电")
