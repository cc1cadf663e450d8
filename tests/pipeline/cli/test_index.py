"""``yuqing index`` on either kind of index."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from pipeline.index import open_index
from pipeline.index.elastic.address import Address
from pipeline.index.elastic.documents import documents
from pipeline.index.elastic.gateway import Gateway, Write
from tests.contracts.index_posts import a_post
from tests.live import free_port
from tests.pipeline.cli.terminal import Terminal
from tests.pipeline.index.elastic.conftest import gateway, prefix, server, url  # noqa: F401 # fixtures


def written(where: str) -> None:
    index = open_index(where)
    index.write([a_post("a", "停水", at="2026-01-05"), a_post("b", "停水", at="2026-03-05")])
    index.close()


@pytest.mark.usefixtures("gateway")
def test_an_index_on_a_server_is_made_shown_and_rebuilt(
    yuqing: Terminal,
    url: str,  # noqa: F811 # the fixture
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("YUQING_INDEX__URL", url)

    assert "索引已就绪" in yuqing("index", "init").out
    assert yuqing("index", "status", "--format", "json").json["documents"] == 0
    written(url)
    assert "已重建 2 条" in yuqing("index", "reindex").out
    told = yuqing("index").out
    assert "2026-01-05" in told
    assert "2026-03-05" in told
    assert yuqing("index", "status", "--format", "json").json["generation"] == 2
    assert yuqing("search", "停水", "--format", "json").json[0]["id"] == "b"


def test_the_embedded_index_is_made_shown_and_rebuilt(
    yuqing: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = f"sqlite:///{tmp_path / 'some' / 'index.db'}"
    monkeypatch.setenv("YUQING_INDEX__URL", where)

    assert yuqing("index", "init").code == 0
    assert "—" in yuqing("index").out
    written(where)
    assert "已重建 2 条" in yuqing("index", "reindex").out
    assert yuqing("index", "status", "--format", "json").json["documents"] == 2
    assert yuqing("search", "停水", "--format", "json").json[0]["id"] == "b"


def test_a_server_that_is_away_is_told(yuqing: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YUQING_INDEX__URL", f"opensearch://127.0.0.1:{free_port()}")

    done = yuqing("index", "status")

    assert done.code == 1
    assert "index:" in done.err


def test_an_index_that_was_lost_is_filled_again_from_the_bus(yuqing: Terminal, tmp_path: Path) -> None:
    rows = "".join(f'{{"id": "{n}", "text": "文桥街道第{n}盏路灯不亮"}}\n' for n in range(7))
    (tmp_path / "rows.jsonl").write_text(rows, encoding="utf-8")
    assert yuqing("import", str(tmp_path / "rows.jsonl"), "--source", "lamps").code == 0
    before = yuqing("search", "路灯", "--format", "json").json
    for file in (tmp_path / "data").glob("index.db*"):
        file.unlink()

    assert "7 条都在索引里" in yuqing("index", "refill").out
    assert "7 条都在索引里" in yuqing("index", "refill").out
    assert yuqing("search", "路灯", "--format", "json").json == before
    assert len(before) == 7


def test_posts_of_another_edition_are_told_with_the_remedy(
    yuqing: Terminal,
    url: str,  # noqa: F811 # the fixture
    gateway: Gateway,  # noqa: F811 # the fixture
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("YUQING_INDEX__URL", url)
    assert "index reindex" not in yuqing("check").out
    written(url)
    assert "index reindex" not in yuqing("check").out + yuqing("index").out
    (name,) = [
        one.name for one in gateway.indices("*-posts-v1-2026.03") if one.name.startswith(Address.read(url).prefix)
    ]
    older = msgspec.json.decode(documents(a_post("b", "停水", at="2026-03-05"))[0]) | {"token_version": "older"}
    gateway.bulk([Write(name, "b", older, version=1 << 40)])
    gateway.refresh(name)

    for told in (yuqing("check").out, yuqing("index").out):
        assert "有 1 条帖文是另一版切词写进去的" in told
        assert "yuqing index reindex" in told
    assert yuqing("check").code == 0, "a warning"
    yuqing("index", "reindex")
    assert "index reindex" not in yuqing("check").out
