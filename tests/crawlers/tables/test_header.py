from __future__ import annotations

from pathlib import Path

import pytest

from crawlers.tables.header import FIRST_LINES, find_header, read_mapping, tidy
from pipeline.errors import Misconfigured


def test_the_row_with_most_known_columns_is_the_header() -> None:
    lines = ["内容说明;本月诉求\n", "* 工单编号;诉求内容（必填）;受理时间：;市民姓名\n", "1;停水;2026-03-10;无\n"]

    header = find_header(lines, {"诉求内容(必填)": "text"})

    assert header
    assert (header.line, header.delimiter) == (2, ";")
    assert header.columns == ("工单编号", "诉求内容(必填)", "受理时间", "市民姓名")
    assert header.fields == ("工单编号", "text", "受理时间", "")
    assert header.dropped == ("市民姓名",)


def test_a_personal_column_is_dropped_even_if_it_is_mapped() -> None:
    header = find_header(["内容,联系电话\n"], {"联系电话": "author"})

    assert header
    assert header.fields == ("内容", "")


def test_of_two_rows_alike_the_first_is_the_header() -> None:
    header = find_header(["标题,内容\n", "标题,内容\n"], {})

    assert header
    assert header.line == 1


def test_a_table_of_columns_we_do_not_know_has_no_header() -> None:
    assert find_header(["甲,乙\n"], {}) is None
    assert find_header([], {}) is None
    assert find_header(["注\n"] * FIRST_LINES + ["标题,内容\n"], {}) is None  # so far down it is data


@pytest.mark.parametrize("column", ["*诉求 内容：", '"诉求内容"', "\ufeff诉求内容", "诉求内容＊"])
def test_marks_around_a_name_are_no_part_of_it(column: str) -> None:
    assert tidy(column) == "诉求内容"


def a_mapping(folder: Path, text: str) -> Path:
    file = folder / "map.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_mapping_names_columns_as_they_stand_in_the_table(tmp_path: Path) -> None:
    assert read_mapping(a_mapping(tmp_path, '"反映问题（详情）": text\n2026: title\n')) == {
        "反映问题(详情)": "text",
        "2026": "title",
    }


def test_every_wrong_line_of_a_mapping_is_told(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured) as caught:
        read_mapping(a_mapping(tmp_path, "甲: txet\n手机号: text\n乙: 天气\n"))

    assert [fault.place.rsplit(": ", 1)[1] for fault in caught.value.faults] == ["甲", "手机号", "乙"]
    assert "text" in caught.value.faults[0].zh


@pytest.mark.parametrize("text", ["- text\n", "text\n", "", "a: [\n"])
def test_what_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(Misconfigured):
        read_mapping(a_mapping(tmp_path, text))
