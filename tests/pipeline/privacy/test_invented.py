from __future__ import annotations

import pytest

from pipeline.privacy.invented import NAMES, NUMBERS, STAYS, all_cases, cases
from pipeline.privacy.span import PLACEHOLDERS


def test_the_same_seed_makes_the_same_texts_and_another_one_others() -> None:
    assert list(all_cases(1, 2)) == list(all_cases(1, 2))
    assert list(all_cases(1, 2)) != list(all_cases(2, 2))


def test_every_class_is_among_them_and_nothing_is_wanted_where_all_must_stay() -> None:
    named = {name for case in all_cases(1, 1) for _, _, name in case.wanted}

    assert named == PLACEHOLDERS.keys() - {"SCHOOL_CLASS"}
    assert not any(case.wanted for template in STAYS for case in cases(template, 1, 1))


@pytest.mark.parametrize("template", (*NUMBERS, *NAMES))
def test_what_is_wanted_stands_in_the_text_in_order(template: str) -> None:
    for case in cases(template, 5, 1):
        at = 0
        for start, end, _ in case.wanted:
            assert at <= start < end <= len(case.text)
            at = end
