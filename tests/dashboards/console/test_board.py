"""The board: numbers only, and no small ones."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from dashboards.console.board import FEWEST, shown
from tests.build import minute
from tests.dashboards.console.district import District, a_doc, an_alert


@given(st.integers(0, 10_000))
def test_a_number_from_one_to_four_is_never_told(n: int) -> None:
    assert shown(n) == (n if n == 0 or n >= FEWEST else None)


def test_no_word_of_a_post_or_case_is_on_the_board(district: District) -> None:
    district.say(*(a_doc(f"p{n}", f"锦湖里停水 {n}", at=minute(-n)) for n in range(6)))
    district.warn(an_alert())

    told = json.dumps(district.client().get("/api/board").json(), ensure_ascii=False)

    for words in ("停水", "reason", "title", "text", "url", "C-"):
        assert words not in told


def test_small_cells_are_hidden_and_no_parameter_changes_that(district: District) -> None:
    district.say(
        *(a_doc(f"p{n}", at=minute(-1)) for n in range(7)),
        *(a_doc(f"q{n}", at=minute(-1), street="文桥街道") for n in range(4)),
    )
    client = district.client()

    told = client.get("/api/board").json()

    assert [(row["street"], row["n"]) for row in told["hot"]] == [("湖东街道", 7), ("文桥街道", None)]
    assert client.get("/api/board?q=place.street:文桥街道&range=1h").json() == told


def test_sealed_cases_are_not_counted_on_the_board(district: District) -> None:
    district.warn(
        an_alert("open", "L2"), an_alert("secret", "L2", sealed=True), an_alert("report", "L1", accusation=True)
    )

    assert district.client().get("/api/board").json()["levels"] == {"L1": 0, "L2": 1, "L3": 0, "L4": 0}


def test_the_board_page_holds_no_place_for_a_post(district: District) -> None:
    page = district.client().get("/board")

    assert page.status_code == 200 and "posts" not in page.text
