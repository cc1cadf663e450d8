"""What is left of a press article when the desk has understood it (SC-12, P-37)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline.app import App
from pipeline.ledger import tables
from pipeline.model import Kind, matters
from pipeline.settings import Settings
from tests.articles import NEUTRAL, REQUESTS, an_article
from tests.flow.telling import said
from tests.pipeline.cli.terminal import Terminal, terminal

TROUBLES = {
    3_100: "3号楼加装的电梯停用两个月了，老人下楼难。",
    15_200: "改造收费不公开，问了几次没人解释。",
    27_400: "文桥路的道路开挖不围挡，走路提心吊胆。",
}
READERS = """  - id: level.readers
    name: 读的人多
    owner: 值班台
    status: stable
    level: blue
    match: {where: {kind: article}}
    type: growth
    metric: engagement.view
    delta: 500
    timeframe: 30m
"""
"""A rule that keeps the post as it came, to know it again when only its counts come."""
TITLE, URL = "青湖区老旧小区改造走笔", "https://paper.example.com/1"


@pytest.fixture
def yuqing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return terminal(tmp_path, monkeypatch, capsys)


@pytest.fixture
def app(yuqing: Terminal, tmp_path: Path) -> App:
    """A desk that has read the article, and opened a case for each of its matters."""
    (tmp_path / "requests.yaml").write_text(REQUESTS + READERS, encoding="utf-8")
    (tmp_path / "yuqing.toml").write_text('rules = ["requests.yaml"]', encoding="utf-8")
    more = {
        "title": TITLE,
        "url": URL,
        "kind": "article",
        "source.class": "wechat",
        "source": "paper",
        "engagement.view": 7,
    }
    row = {**said(an_article(TROUBLES)), **more}
    (tmp_path / "paper.jsonl").write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    assert yuqing("import", "paper.jsonl").code == 0
    return App(Settings(home=tmp_path / "data"))


def test_title_link_outlet_and_an_excerpt_that_shows_each_matter(app: App) -> None:
    (hit,) = app.index.search("parts.topic:housing AND parts.topic:market AND parts.topic:traffic").hits
    post = hit.post.post
    assert (post.title, post.url, post.source.id, post.kind) == (TITLE, URL, "paper", Kind.ARTICLE)
    assert post.text == f"…{'…'.join(TROUBLES.values())}…"
    assert len(post.text) <= 200
    assert [part.begins - len(TITLE) - 1 for part in hit.post.parts] == list(TROUBLES)
    assert [alone.post.text for _, alone in matters(hit.post)] == list(TROUBLES.values())
    app.close()


def test_no_sentence_of_the_rest_stands_in_the_index_or_on_the_ledger(app: App) -> None:
    with app.ledger.transaction() as connection:
        rows = [row for table in tables.metadata.sorted_tables for row in connection.execute(sa.select(table))]
    ledger = "".join(
        str(cell, "utf-8", "replace") if isinstance(cell, bytes) else str(cell) for row in rows for cell in row
    )
    (hit,) = app.index.search("*").hits
    assert "level.readers" in ledger
    assert "收费不公开" in ledger
    for sentence in NEUTRAL:
        assert sentence not in ledger + str(hit.post)
        assert app.index.search(sentence.rstrip("。").replace("，", " ")).total == 0
    app.close()
