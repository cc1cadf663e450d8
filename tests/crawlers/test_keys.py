from __future__ import annotations

import pytest

from crawlers.keys import bare, rounded


@pytest.mark.parametrize(
    ("raw", "id"),
    [
        ("'0123", "0123"),  # the nought in front is part of it
        ('="0123"', "0123"),
        ("\t202603100001\t", "202603100001"),
        ("202603100001.0", "202603100001"),
        (202603100001.0, "202603100001"),
        (202603100001, "202603100001"),
        ("QH-1.50", "QH-1.50"),
        ("1.5", "1.5"),
        (None, ""),
    ],
)
def test_what_a_spreadsheet_puts_around_an_id_is_taken_off(raw: object, id: str) -> None:
    assert bare(raw) == id
    assert not rounded(id)


@pytest.mark.parametrize("raw", ["2.0260310E+11", "2,02603E+11", "1e5", '="2.02E+11"', 2.0**53, 1.5])
def test_a_number_that_lost_digits_is_no_key(raw: object) -> None:
    assert rounded(raw)


@pytest.mark.parametrize("raw", ["12E", "E12", "QH1E5", "0123", 12.0])
def test_what_only_looks_scientific_is_a_key(raw: object) -> None:
    assert not rounded(raw)
