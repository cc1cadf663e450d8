from __future__ import annotations

import pytest

from dashboards.boards import guide
from dashboards.boards.command import ROOT
from dashboards.boards.spec import Board, shipped


@pytest.mark.parametrize(("name", "words"), [("dashboards.md", guide.chinese()), ("dashboards.en.md", guide.english())])
def test_the_guide_says_what_each_panel_means(name: str, words: str) -> None:
    assert words.strip() in (ROOT.parent / "docs" / name).read_text(encoding="utf-8"), "run: make docs"


@pytest.mark.parametrize("board", shipped().boards, ids=lambda board: board.key)
def test_each_board_has_a_picture_that_is_not_heavy(board: Board) -> None:
    key = board.key
    assert f"images/boards-{key}.png" in guide.chinese()
    assert 10_000 < (ROOT.parent / "docs" / "images" / f"boards-{key}.png").stat().st_size < 200_000
