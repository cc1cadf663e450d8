from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.privacy.checks import has_date, has_region, id18_holds, luhn_holds, organisation_holds, uscc_holds

# Numbers of the standards' own examples, of nobody.
ID18 = "11010519491231002x"
CARD = "4111111111111111"
USCC = "91350100m000100y43"


def test_the_examples_of_the_standards_hold() -> None:
    assert id18_holds(ID18)
    assert luhn_holds(CARD)
    assert uscc_holds(USCC)


@given(st.integers(0, 16), st.sampled_from("0123456789"))
def test_one_wrong_digit_of_an_identity_number_is_noticed(place: int, digit: str) -> None:
    changed = f"{ID18[:place]}{digit}{ID18[place + 1 :]}"

    assert id18_holds(changed) is (changed == ID18)


@given(st.integers(0, 15), st.sampled_from("0123456789"))
def test_one_wrong_digit_of_a_card_is_noticed(place: int, digit: str) -> None:
    changed = f"{CARD[:place]}{digit}{CARD[place + 1 :]}"

    assert luhn_holds(changed) is (changed == CARD)


@given(st.integers(0, 17), st.sampled_from("0123456789abcdefghjklmnpqrtuwxy"))
def test_one_wrong_character_of_an_organisation_is_noticed(place: int, letter: str) -> None:
    changed = f"{USCC[:place]}{letter}{USCC[place + 1 :]}"

    assert uscc_holds(changed) is (changed == USCC)


def test_nine_digits_of_an_organisation_hold_and_one_wrong_digit_is_noticed() -> None:
    assert organisation_holds("000000019")  # 3 7 9 10 5 8 4 2: the last weight alone, 11 - 2
    assert not organisation_holds("000000018")
    assert organisation_holds("000000000")


def test_a_letter_that_no_code_uses_is_no_organisation() -> None:
    assert not uscc_holds("91350100i000100y43")


@pytest.mark.parametrize(
    ("digits", "century", "is_day"),
    [
        ("20000229", "", True),
        ("19000229", "", False),  # no leap year
        ("490230", "19", False),
        ("491231", "19", True),
        ("21000101", "", False),  # nobody is born then
        ("17991231", "", False),
    ],
)
def test_a_date_is_a_day_that_exists_and_somebody_alive_may_be_born_on(digits: str, century: str, is_day: bool) -> None:
    assert has_date(digits, century) is is_day


def test_an_identity_number_begins_with_a_province() -> None:
    assert has_region("540102")
    assert not has_region("990102")
