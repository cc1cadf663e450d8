from __future__ import annotations

from pipeline.analyse.make_common_words import common


def test_a_word_is_common_that_stands_in_enough_texts() -> None:
    texts = ["今天 幸福 abc", "幸福 幸福 安康", "幸福 今天"]

    assert common(texts, str.split, enough=2) == ["今天", "幸福"]
