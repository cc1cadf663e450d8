from __future__ import annotations

import re
import shutil
from datetime import datetime
from html import escape
from pathlib import Path

import pytest

from dashboards.boards import page as pages
from dashboards.boards.command import main
from dashboards.boards.page import begins, page, picture, tall
from dashboards.boards.spec import Board, shipped
from pipeline.errors import Unavailable
from pipeline.index.elastic.gateway import Gateway
from tests.dashboards.boards.conftest import PREFIX
from tests.dashboards.boards.district import ENDS, ZONE
from tests.live import do_without

PNG = b"\x89PNG"


@pytest.mark.parametrize("board", shipped().boards, ids=lambda board: board.key)
def test_a_board_is_drawn_with_what_the_live_server_holds(filled: Gateway, board: Board) -> None:
    html = page(board, filled, PREFIX, ENDS, ZONE)

    assert all(escape(panel.title.zh) in html for panel in board.panels if panel.kind != "words")
    assert "没有数据" not in html
    assert "<script" not in html
    assert not re.search(r'(?:src|href)="(?!#)', html), "nothing from elsewhere"


def test_a_leaders_board_shows_no_text_of_any_item(filled: Gateway) -> None:
    texts = [hit["_source"]["text"] for hit in filled.search(f"{PREFIX}-search", {"size": 500})["hits"]["hits"]]
    html = "".join(page(board, filled, PREFIX, ENDS, ZONE) for board in shipped().boards if board.face == "leader")

    assert len(texts) > 100
    assert not [text for text in texts if len(text) > 6 and text in html]


@pytest.mark.parametrize(
    ("since", "begun"),
    [
        ("now-7d/d", "2026-03-01T00:00:00+08:00"),
        ("now-12h", "2026-03-07T20:00:00+08:00"),
        ("now-1w", "2026-03-01T08:00:00+08:00"),
    ],
)
def test_a_span_begins_where_kibana_would_begin_it(since: str, begun: str) -> None:
    assert begins(since, ENDS, ZONE) == datetime.fromisoformat(begun)


def test_a_span_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="last week"):
        begins("last week", ENDS, ZONE)


def test_a_picture_is_taken(tmp_path: Path) -> None:
    if not any(map(shutil.which, pages._BROWSERS)):
        do_without("no Chromium here")

    picture("<h1>看板</h1>", tmp_path / "images" / "board.png", (640, 200))

    assert (tmp_path / "images" / "board.png").read_bytes().startswith(PNG)


def test_without_a_browser_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "_BROWSERS", ("no-such-browser",))

    with pytest.raises(FileNotFoundError, match="缺少 chromium"):
        picture("", tmp_path / "board.png", (640, 200))


def test_a_browser_that_takes_no_picture_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "_BROWSERS", ("true",))

    with pytest.raises(Unavailable, match="没有拍成"):
        picture("", tmp_path / "board.png", (640, 200))


def test_a_browser_that_hangs_is_ended_with_its_children_and_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first one never comes to an end, and neither does the child that holds its mouth open."""
    once, browser = tmp_path / "once", tmp_path / "browser"
    browser.write_text(
        f"""#!/bin/sh
if mkdir {once}; then tail -f /dev/null & tail -f /dev/null; fi
for word in "$@"; do case "$word" in --screenshot=*) echo picture > "${{word#--screenshot=}}";; esac; done
""",
        encoding="utf-8",
    )
    browser.chmod(0o755)
    monkeypatch.setattr(pages, "_BROWSERS", (str(browser),))
    monkeypatch.setattr(pages, "_PATIENCE_S", 1.0)

    picture("<h1>看板</h1>", tmp_path / "board.png", (640, 200))

    assert once.exists()
    assert (tmp_path / "board.png").read_text(encoding="utf-8") == "picture\n"


def test_a_board_with_controls_is_taller() -> None:
    assert tall(shipped().board("overview-staff")) > tall(shipped().board("overview-leader"))


def test_the_command_draws_all_boards(filled: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboards.boards.command.connected", lambda address: filled._wire)
    monkeypatch.setattr("dashboards.boards.command.closing", lambda opened: _Left(opened))
    monkeypatch.setattr(
        "dashboards.boards.command.picture", lambda html, file, size: file.write_text(html, encoding="utf-8")
    )

    assert (
        main(
            [
                "preview",
                "--search",
                f"elasticsearch://127.0.0.1:1/{PREFIX}",
                "--until",
                ENDS.isoformat(),
                "--to",
                str(tmp_path),
            ]
        )
        == 0
    )
    assert len(list(tmp_path.glob("boards-*.png"))) == 8
    assert main(["preview"]) == 1


class _Left:
    """What is shared by tests is left open."""

    def __init__(self, opened: Gateway) -> None:
        self._opened = opened

    def __enter__(self) -> Gateway:
        return self._opened

    def __exit__(self, *_: object) -> None:
        pass
