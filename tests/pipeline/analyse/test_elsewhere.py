from __future__ import annotations

import pytest

from pipeline.analyse.elsewhere import foreign, passing, reaches


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("海榆市停电", False),
        ("在海榆市停电", False),
        ("从海榆市来", True),
        ("海榆市来的车", True),
        ("海榆市牌照", True),
        ("跟海榆市比", True),
        ("海榆市人民医院", False),
    ],
)
def test_where_someone_comes_from_is_not_where_it_happened(text: str, passes: bool) -> None:
    start = text.index("海榆市")

    assert passing(text, start, start + 3) is passes


@pytest.mark.parametrize(
    ("text", "tight", "loose"),
    [
        ("海榆市湖东", True, True),
        ("海榆市的湖东", True, True),
        ("海榆市青山区湖东", True, True),
        ("海榆市今天湖东", False, True),
        ("海榆市，我们湖东", False, False),
        ("海榆市来的车压坏湖东", False, False),
        ("湖东不是海榆市", False, False),
    ],
)
def test_another_territory_takes_along_what_follows_it(text: str, tight: bool, loose: bool) -> None:
    start, ours = text.index("海榆市"), text.index("湖东")

    assert reaches(text, start, start + 3, ours, loose=False) is tight
    assert reaches(text, start, start + 3, ours, loose=True) is loose


@pytest.mark.parametrize(
    ("text", "elsewhere"),
    [
        ("新安市湖东", True),
        ("白鹿区的湖东", True),
        ("我们小区湖东", False),
        ("全市湖东", False),
        ("开发区湖东", False),
        ("湖东", False),
    ],
)
def test_a_city_that_no_directory_tells_is_not_ours(text: str, elsewhere: bool) -> None:
    assert foreign(text, text.index("湖东"), set()) is elsewhere


def test_a_city_of_ours_is_ours() -> None:
    assert not foreign("澄州市湖东", 3, {3})
