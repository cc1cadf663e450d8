from __future__ import annotations

import pytest

from pipeline.rulebook.pattern import doubtful


@pytest.mark.parametrize("pattern", ["(a+)+", "(停*水)*", "((路|街)+)*号", ".*", "^.+$", ""])
def test_what_is_hardly_meant_is_doubted(pattern: str) -> None:
    assert doubtful(pattern) is not None


@pytest.mark.parametrize(
    "pattern", ["停.{0,3}水", "[甲乙]+路", r"\d+号楼", "(?:停水|断水)+", r"(\d{1,3}\.){3}\d+", r"\p{Han}+路"]
)
def test_what_is_plain_is_not(pattern: str) -> None:
    assert doubtful(pattern) is None
