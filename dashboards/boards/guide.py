"""What each panel means, as the guides say it: written from the spec."""

from __future__ import annotations

from collections.abc import Iterator

from dashboards.boards.spec import Board, Both, Panel, shipped

_FACES = {
    "staff": Both(zh="监测人员，逐条可看", en="for staff, item by item"),
    "leader": Both(zh="领导，只有汇总", en="for leaders, aggregates only"),
}


def chinese() -> str:
    return "\n".join(_lines("zh"))


def english() -> str:
    return "\n".join(_lines("en"))


def _lines(lang: str) -> Iterator[str]:
    for board in shipped().boards:
        yield f"### {_in(board.title, lang)}"
        yield ""
        yield f"{_in(board.about, lang)}（{_in(_FACES[board.face], lang)}）。" if lang == "zh" else _sentence(board)
        yield ""
        yield f"![{_in(board.title, lang)}](images/boards-{board.key}.png)"
        yield ""
        yield "| 面板 | 说明 |" if lang == "zh" else "| panel | what it means |"
        yield "| --- | --- |"
        yield from (_row(panel, lang) for panel in board.panels if panel.says)
        yield ""


def _sentence(board: Board) -> str:
    return f"{board.about.en} ({_FACES[board.face].en})."


def _row(panel: Panel, lang: str) -> str:
    title = panel.title.zh if lang == "zh" else f"{panel.title.en} ({panel.title.zh})"
    return f"| {title} | {_in(panel.says, lang) if panel.says else ''} |"


def _in(words: Both, lang: str) -> str:
    return words.zh if lang == "zh" else words.en
