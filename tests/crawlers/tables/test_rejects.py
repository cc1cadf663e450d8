from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.tables.rejects import RejectFile
from pipeline.errors import Unavailable
from pipeline.privacy import scrub


def rows(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.reader(text))


def test_nothing_rejected_leaves_no_file_not_even_an_old_one(tmp_path: Path) -> None:
    file = tmp_path / "rejects.csv"
    file.write_text("of last time", encoding="utf-8")

    with RejectFile(file) as rejects:
        assert rejects.path is None

    assert not file.exists()


def test_a_row_is_shown_masked_with_its_line_and_reason(tmp_path: Path) -> None:
    file = tmp_path / "new" / "rejects.csv"

    with RejectFile(file) as rejects:
        rejects.add(7, "少一列", ["停水了，联系13800138000", "x"])

    assert rejects.path == file
    assert rows(file)[1:] == [["7", "少一列", "停水了，联系[手机号]", "x"]]
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")  # so that a spreadsheet reads the Chinese


@given(st.lists(st.text(st.sampled_from("=+-@\t\r\n 停水,\"'"), max_size=6), min_size=1, max_size=3))
def test_no_cell_is_a_formula_and_the_rest_of_it_stays(tmp_path: Path, cells: list[str]) -> None:
    with RejectFile(tmp_path / "rejects.csv") as rejects:
        rejects.add(1, "少一列", cells)

    shown = rows(tmp_path / "rejects.csv")[1][2:]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in shown)
    assert all(was in (cell, cell.removeprefix("'")) for cell, was in zip(shown, map(scrub, cells), strict=True))


def test_a_file_that_cannot_be_written_stops_the_import(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    rejects = RejectFile(tmp_path / "taken" / "rejects.csv")

    with pytest.raises(Unavailable, match="拒收文件"):
        rejects.add(1, "少一列")
