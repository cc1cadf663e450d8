"""The five timed tests of the paper (RULES §3.5) hold in every way of delivery."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.app.rule_files import FoundTest, TestFile, find_tests
from pipeline.app.rule_tests import run_test

FILE = Path(__file__).with_name("five_timed_tests.test.yaml")
FOUND = find_tests([FILE.with_name("five_timed_tests.yaml")])


def test_there_are_five() -> None:
    assert len(FOUND) == 5
    assert TestFile.__test__ is False


@pytest.mark.parametrize("found", FOUND, ids=lambda found: found.test.name)
def test_a_history_of_the_paper_ends_as_it_says(found: FoundTest) -> None:
    failure = run_test(found)

    assert failure is None, str(failure)
