from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.tables.delimited import STRAY, Line, Reader, encoding_of, split


def rows(text: str, columns: int = 3) -> list[Line]:
    return list(Reader(iter(text.splitlines(keepends=True)), ",", columns, before=1))


def test_a_quoted_line_break_belongs_to_its_cell_and_the_next_row_knows_its_line() -> None:
    first, second = rows('a,"早\r\n晚",c\r\nd,e,f\r\n')

    assert (first.number, first.cells) == (2, ("a", "早\n晚", "c"))
    assert second.number == 4


@pytest.mark.parametrize(
    "stray",
    ['1,"没人修,x\r\n', '1,"没人"修,x\r\n', '1,x,"没人修\r\n'],
)
def test_a_stray_quote_costs_its_own_row_only(stray: str) -> None:
    text = "0,好,x\r\n" + stray + '2,好,x\r\n3,"他说""好""",x\r\n4,好,"y"\r\n'

    found = rows(text)

    assert [line.number for line in found] == [2, 3, 4, 5, 6]
    assert [line.number for line in found if line.fault] == [3]
    assert found[3].cells == ("3", '他说"好"', "x")


def test_two_stray_quotes_do_not_pair_up_over_the_rows_between() -> None:
    found = rows('1,"坏,x\n2,好,x\n3,坏",x\n')

    assert [line.cells[0] for line in found] == ["1", "2", "3"]
    assert found[1] == Line(3, ("2", "好", "x"))


def test_a_surplus_comma_shifts_nothing() -> None:
    [surplus, short, right] = rows("1,积水,,x\n2,x\n3,好,x\n")

    assert surplus.fault.startswith("列数不对：4 列，表头 3 列")
    assert short.fault
    assert not right.fault


def test_a_quote_inside_a_cell_is_a_character() -> None:
    assert rows('1,他说"好"的,x\n')[0].cells == ("1", '他说"好"的', "x")


def test_empty_lines_are_no_rows_but_count() -> None:
    assert [line.number for line in rows("\n1,2,3\n\n,,\n4,5,6\n")] == [3, 6]


@given(st.lists(st.lists(st.text(alphabet='a,"\n中;'), min_size=3, max_size=3), min_size=1, max_size=6))
def test_what_a_good_writer_writes_is_read_back(table: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(table)
    lines = io.StringIO(out.getvalue(), newline="")
    read = [line.cells for line in Reader(iter(lines), ",", 3) if not line.fault]

    kept = [tuple(row) for row in table if any(cell.strip() for cell in row)]
    if not any(_looks_like_a_row(cell) for row in table for cell in row):
        assert read == kept


def _looks_like_a_row(cell: str) -> bool:
    """Say whether a line inside *cell* may be taken for a row of its own; then its row is rejected, not guessed."""
    return cell.count(",") >= 1 and "\n" in cell


@given(st.text(alphabet='ab,"'))
def test_splitting_never_fails(line: str) -> None:
    cells = split(line, ",")
    assert cells is None or cells is STRAY or len(cells) >= 1


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("gb18030", "gb18030"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
def test_the_bytes_say_which_encoding_it_is(tmp_path: Path, encoding: str, found: str) -> None:
    file = tmp_path / "t.csv"
    file.write_bytes("id,time,content\r\nQH1,2026-03-10,锦湖里停水𠮷\r\n".encode(encoding))

    assert encoding_of(file) == found


def test_a_chinese_byte_far_down_still_counts(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_bytes(b"id,text\n" * 300_000 + "锦湖里停水".encode("gb18030"))

    assert encoding_of(file) == "gb18030"
