from __future__ import annotations

import pytest

from pipeline.analyse.bounds import holds, is_whole, latin_alone
from pipeline.analyse.cues import Lexicon, Reading
from pipeline.analyse.names import Sure
from pipeline.text.normal import normal, squeeze


def read(text: str) -> Reading:
    folded = normal(text)
    return Lexicon({}).read_text(folded, *squeeze(folded))


def span(reading: Reading, name: str) -> tuple[int, int]:
    start = reading.squeezed.index(name)
    return start, start + len(name)


@pytest.mark.parametrize(
    ("text", "name", "held"),
    [
        ("湖东停电", "湖东", True),
        ("湖东市停电", "湖东", False),
        ("湖东市民停电", "湖东", True),
        ("湖东区停电", "湖东", False),
        ("湖东区域停电", "湖东", True),
        ("湖东新区停电", "湖东", False),
        ("湖东路堵", "湖东", False),
        ("湖东路灯坏了", "湖东", True),
        ("湖东街道市场", "湖东街道", True),
        ("西湖东路", "湖东路", False),
        ("去湖东路", "湖东路", True),
        ("等三小时", "三小", False),
        ("三小门口", "三小", True),
        ("十三小门口", "三小", False),
        ("锦湖，里面", "锦湖里", False),
        ("锦，湖，里", "锦湖里", True),
        ("锦湖 里", "锦湖里", True),
        ("社区医院", "区医院", False),
        ("去区医院", "区医院", True),
        ("翠溪12", "翠溪1", False),
    ],
)
def test_a_name_is_all_of_a_name(text: str, name: str, held: bool) -> None:
    reading = read(text)
    sure = Sure.LOCAL if name in ("三小", "区医院") else Sure.SHORT

    assert holds(reading, *span(reading, name), sure, whole=is_whole(name)) is held


@pytest.mark.parametrize(
    ("text", "alone"), [("in Jinhuli!", True), ("Jinhulight", False), ("小区jinhuli停水", True), ("aJinhuli", False)]
)
def test_latin_letters_are_a_word_of_their_own(text: str, alone: bool) -> None:
    reading = read(text)

    assert latin_alone(reading, *span(reading, "jinhuli")) is alone
