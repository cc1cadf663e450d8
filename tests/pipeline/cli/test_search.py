from __future__ import annotations

from pathlib import Path

import pytest

from tests.pipeline.cli.terminal import Terminal, recording


@pytest.fixture
def filled(yuqing: Terminal, tmp_path: Path) -> Terminal:
    yuqing("import", str(recording(tmp_path, ["锦湖里停水了", "文桥停水了", "今天天气好"])))
    return yuqing


def test_hits_are_printed_as_asked(filled: Terminal) -> None:
    assert "锦湖里" in filled("search", "停水").out
    assert {hit["place"]["street"] for hit in filled("search", "停水", "--format", "json").json} == {
        "湖东街道",
        "文桥街道",
    }
    assert len(filled("search", "*", "--most", "1", "--format", "csv").out.splitlines()) == 2


def test_counts_are_printed_by_field_and_by_time(filled: Terminal) -> None:
    assert "2026-03-10" in filled("search", "*", "--agg", "day").out
    buckets = filled("search", "停水", "--agg", "place.street", "--format", "csv").out
    assert "湖东街道,1" in buckets


def test_a_span_of_time_leaves_the_rest_out(filled: Terminal) -> None:
    span = ("--since", "2026-03-10T19:01:00+08:00", "--until", "2026-03-10 19:02")
    (hit,) = filled("search", "*", *span, "--format", "json").json
    assert "文桥" in hit["text"]
    assert filled("search", "*", "--until", "2026年3月9日", "--format", "json").json == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("停水 AND (",), "query:1:"),
        (("nosuch:1",), "nosuch"),
        (("*", "--agg", "nosuch"), "nosuch"),
        (("*", "--since", "哪天"), "--since"),
    ],
)
def test_what_cannot_be_asked_is_told_with_its_place(yuqing: Terminal, words: tuple[str, ...], told: str) -> None:
    done = yuqing("search", *words)
    assert done.code == 2
    assert told in done.err
