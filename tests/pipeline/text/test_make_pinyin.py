from __future__ import annotations

from pipeline.text.make_pinyin import TABLE, characters, lines


def test_a_line_has_those_that_are_read_so_first_and_those_that_can_be() -> None:
    known = {"行": ["xing", "hang", "heng"], "航": ["hang"], "〇": []}

    assert lines(known, known.__getitem__) == ["hang 航 行\n", "xing 行 \n"]


def test_the_table_has_every_common_character_once_or_twice() -> None:
    rows = [line.split(" ") for line in TABLE.read_text(encoding="utf-8").splitlines()]
    first = "".join(row[1] for row in rows)

    assert len(first) == len(set(first))
    assert set(first) == set(characters())
