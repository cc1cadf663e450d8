from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.privacy import Masker
from pipeline.privacy import numbers as numbers_
from pipeline.privacy.checks import id18_holds, uscc_holds
from pipeline.privacy.numbers import numbers
from tests.pipeline.privacy.expressions import assert_the_same

ID18 = "11010519491231002x"  # the standard's own example
CARD = "6222020000000000000"


def found(text: str) -> list[tuple[str, str]]:
    return [(text[start:end], name) for start, end, name in numbers(text)]


@pytest.mark.parametrize("gap", ["", " ", "-", "·", " -"])
def test_an_identity_number_in_groups_is_one_span(gap: str) -> None:
    grouped = gap.join((ID18[:6], ID18[6:10], ID18[10:12], ID18[12:14], ID18[14:]))

    assert (grouped, "CN_ID18") in found(f"号{grouped},在这里")


def test_over_a_line_end_only_a_check_digit_or_the_usual_groups_join_a_number() -> None:
    assert "CN_ID18" in {name for _, name in found(f"{ID18[:6]}\n{ID18[6:]}")}
    assert "CN_ID_SUSPECT" not in {name for _, name in found(f"{ID18[:6]}\n{ID18[6:-1]}1\n2")}
    assert "CN_MOBILE" not in {name for _, name in found("13800\n138000")}
    assert "CN_MOBILE" in {name for _, name in found("138\n0013\n8000")}


def test_an_identity_number_that_is_an_organisations_code_too_is_taken_for_the_first() -> None:
    start = "11010519491231"
    wanted = (f"{start}{last:04}" for last in range(10_000))
    both = next(one for one in wanted if id18_holds(one) and uscc_holds(one))

    assert {name for _, name in found(both)} == {"CN_ID18", "USCC"}
    assert Masker().mask("", both).text == "[身份证]"


@pytest.mark.parametrize(
    ("text", "classes"),
    [
        (f"13800138000{ID18}", ["CN_MOBILE", "CN_ID18"]),
        (f"{ID18}13800138000", ["CN_ID18", "CN_MOBILE"]),
        ("1380013800013900139000", ["CN_MOBILE", "CN_MOBILE"]),
        ("13800138000 13900139000", ["CN_MOBILE", "CN_MOBILE"]),
        ("138 0013 8000 139 0013 9000", ["CN_MOBILE", "CN_MOBILE"]),
        ("2026 0310 1902 1234 567", []),  # one number of an order, and no mobile in its middle
        ("2026031013800138000123", []),
        ("3.13800138000", []),
    ],
)
def test_numbers_side_by_side_are_told_apart(text: str, classes: list[str]) -> None:
    assert [name for _, name in found(text)] == classes


def test_a_wrong_check_digit_is_suspect_and_an_organisation_is_neither() -> None:
    assert found("110105194912310021") == [("110105194912310021", "CN_ID_SUSPECT")]
    assert found("91350100m000100y43") == [("91350100m000100y43", "USCC")]


def test_digits_of_another_script_break_nothing_and_hide_nothing() -> None:
    mixed = "11010519491231" + "٠٠٢x"  # arabic-indic digits

    assert (mixed, "CN_ID18") in found(mixed)


@pytest.mark.parametrize(
    ("text", "masked"),
    [("卡号:1234567890123", True), ("单号:4111111111111111", False), ("4111111111111111", True), ("4111111111111112", False)],
)  # fmt: skip
def test_the_word_before_it_tells_a_card_from_an_order(text: str, masked: bool) -> None:
    assert ("BANK_CARD" in {name for _, name in found(text)}) is masked


@pytest.mark.parametrize(
    "number", ["138-0013-8000", "1380 0138 000", "+86 13800138000", "138oo138ooo", "1-3-8-0-0-1-3-8-0-0-0"]
)
def test_a_mobile_number_is_one_however_it_is_grouped(number: str) -> None:
    assert (number, "CN_MOBILE") in found(f"打{number}")


def test_eleven_digits_inside_a_longer_row_are_no_mobile() -> None:
    assert "CN_MOBILE" not in {name for _, name in found("2138001380001")}


@pytest.mark.parametrize(("text", "number"), [("电话:8123456", "8123456"), ("010-88886666", "010-88886666")])
def test_a_landline_needs_its_area_or_the_word(text: str, number: str) -> None:
    assert found(text) == [(number, "CN_LANDLINE")]
    assert found("8123456") == []


@given(st.text(st.sampled_from("0123456789xX٠٣๓ -·*+8613京号单卡\n"), max_size=40))
def test_whatever_digits_somebody_writes_spans_lie_inside_the_text(text: str) -> None:
    assert all(0 <= start < end <= len(text) for start, end, _ in numbers(text.lower()))


AREA = r"(?:10|2\d|[3-9]\d{2})"
# As one would write them: each looks back before it reads a letter, which costs at every letter of a text.
PLAIN = {
    "_LETTERED": (r"(?<![0-9a-z])[1li][3-9][0-9oli]{9}(?![0-9a-z])", ["1", "l", "3", "o", "a", "京", "38oo138ooo"]),
    "_USCC": (
        r"(?<![0-9a-z])[0-9a-hj-npqrtuwxy]{2}\d{6}[0-9a-hj-npqrtuwxy]{10}(?![0-9a-z])",
        ["9", "i", "京", "\n", "٣", "1440300", "708461136t"],
    ),
    "_LANDLINE": (
        rf"(?<![0-9a-z.])(?:\(0{AREA}\)|0{AREA}|(?:\+|00)?86[\- ]\(?{AREA}\)?)(?:[\-—–―/]|[ ])?[ ]?"
        r"(?:\d{7,8}|\d{3,4}[\- ]\d{4}|\d{4}[\- ]\d{3})(?:-\d{1,4})?(?![\d元万]| \d{2,3}(?!\d))",
        ["(0", "010", "00", "+", "86", "-", " ", "10", "25", "8765 4321", "8765432", ")", "a", ".", "\n", "元"],
    ),
}


@pytest.mark.parametrize("name", PLAIN)
@settings(deadline=None)
@given(data=st.data())
def test_an_expression_that_reads_before_it_looks_back_finds_the_same(name: str, data: st.DataObject) -> None:
    assert_the_same(getattr(numbers_, name), *PLAIN[name], data)
