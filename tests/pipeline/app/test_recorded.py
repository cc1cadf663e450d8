from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from pipeline.app.recorded import recorded
from pipeline.errors import Misconfigured
from pipeline.settings import Settings


def a_file(folder: Path, *rows: object, name: str = "posts.jsonl") -> Path:
    file = folder / name
    file.write_text(
        "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows), encoding="utf-8"
    )
    return file


def row(name: str, hour: int, fetched: int | None = None, **more: object) -> dict[str, object]:
    times = {"published": f"2026-03-10T{hour:02}:00:00+08:00"}
    if fetched is not None:
        times["fetched"] = f"2026-03-10T{fetched:02}:00:00+08:00"
    return {"id": name, "text": f"停水 {name}", **times, **more}


def test_posts_come_by_the_hour_of_collection_over_all_files(tmp_path: Path) -> None:
    first = a_file(tmp_path, row("late", 8, fetched=14), row("untold", 10))
    second = a_file(tmp_path, row("early", 9, fetched=9), name="more.jsonl")
    posts = recorded([first, second], Settings(home=tmp_path))
    assert [post.native_id for post in posts] == ["early", "untold", "late"]
    assert posts[1].fetched_at == posts[1].published.at, "a row without an hour counts as collected when published"


def test_what_cannot_be_read_is_left_out_and_personal_data_are_masked(tmp_path: Path) -> None:
    file = a_file(tmp_path, "not json", row("a", 8, text="电话13800138000"), {"id": "empty"}, "[1]")
    (post,) = recorded([file], Settings(home=tmp_path))
    assert "13800138000" not in post.text


def test_sources_and_packed_files_are_kept_apart(tmp_path: Path) -> None:
    file = a_file(tmp_path, row("a", 8, source="bbs"), row("a", 8, source="weibo"))
    packed = tmp_path / "posts.jsonl.gz"
    packed.write_bytes(gzip.compress(file.read_bytes()))
    posts = recorded([packed], Settings(home=tmp_path))
    assert len({post.id for post in posts}) == 2
    assert not (tmp_path / "bus").exists()


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="nowhere"):
        recorded([tmp_path / "nowhere.jsonl"], Settings(home=tmp_path))
