from __future__ import annotations

from pathlib import Path

import pytest

from crawlers.tables.rows import TableRow, table
from pipeline.errors import Misconfigured


def a_table(folder: Path, text: str, name: str = "orders.csv") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def rows(file: Path) -> list[TableRow]:
    return list(table(file, {}).rows)


def test_an_empty_cell_is_no_value_and_an_author_is_not_shown(tmp_path: Path) -> None:
    (row,) = rows(a_table(tmp_path, "编号,作者,内容,标题\n1,u1,停水, \n"))

    assert row.fields == {"编号": "1", "作者": "u1", "内容": "停水"}
    assert row.shown == ("1", "停水", " ")


def test_of_a_row_that_broke_nothing_is_shown_that_may_have_slid_out_of_a_personal_column(tmp_path: Path) -> None:
    file = a_table(tmp_path, "编号,标题,市民姓名,内容,状态,渠道\n1,甲,张三,停水,已受理,热线,多\n2,甲,张三\n")

    surplus, short = rows(file)

    assert surplus.fields is short.fields is None
    assert "张三" not in surplus.shown + short.shown
    assert "1" in surplus.shown


def test_line_numbers_count_what_stands_above_the_header(tmp_path: Path) -> None:
    (row,) = rows(a_table(tmp_path, "三月诉求\n\n编号,内容\n1,停水\n"))

    assert row.line == 4


def test_columns_of_a_recording_may_be_named_too(tmp_path: Path) -> None:
    file = a_table(tmp_path, '{"话": "停水"}\n{\n', "orders.jsonl")

    good, bad = table(file, {"话": "text"}).rows

    assert good.fields == {"text": "停水"}
    assert (bad.line, bad.fields, bool(bad.reason)) == (2, None, True)


@pytest.mark.parametrize("name", ["orders.xlsx", "orders.XLS", "orders.parquet.gz", "orders.csv.gz", "nowhere.csv"])
def test_what_cannot_be_read_says_so_before_anything_is_read(tmp_path: Path, name: str) -> None:
    if name != "nowhere.csv":
        a_table(tmp_path, "", name)

    with pytest.raises(Misconfigured) as caught:
        table(tmp_path / name, {})

    assert caught.value.faults[0].place == name


def test_a_table_without_a_known_column_asks_for_a_map(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="--map"):
        table(a_table(tmp_path, "甲,乙\n1,2\n"), {})
