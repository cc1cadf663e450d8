from __future__ import annotations

import pytest

from pipeline.analyse import harm
from pipeline.analyse.cues import Lexicon, Reading
from pipeline.text.normal import normal, squeeze

LEXICON = Lexicon.read()


def reading(text: str) -> Reading:
    return LEXICON.read_text(normal(text), *squeeze(normal(text)))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("没有人溺水", "denied"),
        ("社区消防演练，模拟楼道起火", "rehearsed"),
        ("电影里大楼着火那段真好看", "told"),
        ("去年这里着火了", "past"),
        ("楼道堆满杂物，万一着火怎么办", "supposed"),
        ("昨天着火了，已经扑灭", "over"),
        ("网上说着火了，官方已辟谣", "disproved"),
        ("笑到昏迷不醒", "figurative"),
        ("请问着火后如何自救", "named"),
    ],
)
def test_what_takes_a_word_of_danger_back_is_named(text: str, name: str) -> None:
    (weighed, *_) = harm.weighed(reading(text))
    assert weighed.doubt is not None
    assert weighed.name == name


@pytest.mark.parametrize(
    "text", ["楼上着火了", "不是演练，真的着火了", "刚看完电影出来，影院着火了", "不知道是不是着火了"]
)
def test_what_happens_is_not_taken_back(text: str) -> None:
    assert [one.cue.word for one in harm.weighed(reading(text)) if one.doubt is None]
