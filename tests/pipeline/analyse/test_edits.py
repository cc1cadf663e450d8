from __future__ import annotations

import random

from pipeline.analyse.edits import NINE, clusters_of, copies_found

WORDS = "楼道路灯积水噪音燃气管线车站学校医院市场门口老人孩子晚上早晨邻居物业城管消防热线维修答复拖延损坏堵塞危险投诉"
TEXTS = ["，".join("".join(random.Random(n * 9 + m).sample(WORDS, 9)) for m in range(9)) + "。" for n in range(60)]


def test_copies_of_invented_texts_are_found_and_the_others_stay_alone() -> None:
    found = copies_found(TEXTS)

    assert found.copies == 30 * len(NINE)
    assert found.recall >= 0.97
    assert found.precision >= 0.99
    assert found.by_edit["prefix"] == found.by_edit["link and mention"] == 1


def test_the_same_seed_makes_the_same_copies() -> None:
    assert copies_found(TEXTS[:8], seed=3) == copies_found(TEXTS[:8], seed=3)


def test_each_text_is_known_by_the_first_that_says_the_same() -> None:
    assert clusters_of([TEXTS[0], TEXTS[1], TEXTS[0] + "!"], batch=2) == [0, 1, 0]
