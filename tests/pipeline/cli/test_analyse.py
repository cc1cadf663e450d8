from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.pipeline.cli.terminal import Terminal

WATER = '{"id": 7, "title": "唉", "text": "锦湖里又停水了，太气人，电话13800138000"}'


def test_findings_come_in_the_order_of_the_lines_with_their_own_ids(yuqing: Terminal) -> None:
    lines = [WATER, "not json", "[1]", "", '{"id": "x"}', '{"text": "文桥办事大厅太耐心了，点赞"}']
    done = yuqing("analyse", stdin="\n".join(lines))
    water, no_json, no_object, no_text, praise = done.lines
    assert done.code == 0
    assert (water["id"], water["matter"]["topic"], water["place"]["street"]) == (7, "water", "湖东街道")
    assert all("error" in line for line in (no_json, no_object, no_text))
    assert no_text["id"] == "x"
    assert [line["line"] for line in (no_json, no_object, no_text)] == [2, 3, 5], "an empty line is counted"
    assert praise["id"].startswith("sha:")
    assert praise["sentiment"]["label"] == "pos"


def test_personal_data_are_masked_in_what_is_printed(yuqing: Terminal) -> None:
    done = yuqing("analyse", stdin=WATER)
    assert "13800138000" not in done.out
    assert "[手机号]" in done.lines[0]["masked"]["text"]


def test_what_was_hidden_is_told_by_class_and_place_and_never_in_itself(yuqing: Terminal) -> None:
    words = {"title": "主任李测试收礼", "text": "电话１３８００１３８０００，旧证640101000101001"}
    privacy = yuqing("analyse", stdin=json.dumps(words)).lines[0]["privacy"]
    body = f"{words['title']}\n{words['text']}"
    assert (privacy["title"], privacy["text"]) == ("主任[职务人员]收礼", "电话[手机号]，旧证[身份证]")
    assert privacy["classes"] == ["CN_ID15", "CN_MOBILE", "PERSON_NAME"]
    assert [body[span["start"] : span["end"]] for span in privacy["spans"]] == [
        "李测试",
        "１３８００１３８０００",
        "640101000101001",
    ]


def test_reasons_are_told_only_when_asked_for_and_stand_where_they_say(yuqing: Terminal) -> None:
    silent, told = yuqing("analyse", stdin=WATER).lines[0], yuqing("analyse", "--explain", stdin=WATER).lines[0]
    assert "why" not in json.dumps(silent)
    assert "explain" not in silent
    body = f"{told['masked']['title']}\n{told['masked']['text']}"
    for block in ("sentiment", "matter", "place"):
        assert told[block]["why"], block
        for reason in told[block]["why"]:
            assert 0 <= reason.get("start", 0) < reason["end"] <= len(body)
    weights = [reason["weight"] for reason in told["sentiment"]["why"]]
    assert min(weights) < 0, "something must speak for the negative label"
    assert silent["sentiment"]["label"] == told["sentiment"]["label"] == "neg"


def test_every_label_is_explained_in_words_with_what_carried_it(yuqing: Terminal) -> None:
    (told,) = yuqing("analyse", "--explain", stdin=WATER).lines
    lines = {line["field"]: line for line in told["explain"]}
    assert {"gate.status", "matter.topic", "matter.harm", "sentiment.label", "place.status"} <= set(lines)
    assert lines["matter.topic"]["why"][0]["cue"] == "停水"
    assert lines["matter.topic"]["label"] == told["matter"]["topic"]


def test_another_directory_knows_other_places(yuqing: Terminal, tmp_path: Path) -> None:
    other = "schema: yuqing-directory/v1\nterritory: {name: 西山区}\nplaces: [{id: a, kind: street, name: 松岭街道}]\n"
    (tmp_path / "other.yaml").write_text(other, encoding="utf-8")
    done = yuqing("analyse", "--directory", "other.yaml", stdin='{"text": "松岭街道停水了"}')
    assert done.lines[0]["place"]["street"] == "松岭街道"
    assert yuqing("analyse", "--directory", "nowhere.yaml").code == 2


def test_nothing_is_written_by_analysing(yuqing: Terminal, tmp_path: Path) -> None:
    yuqing("analyse", stdin=WATER)
    assert list(tmp_path.iterdir()) == []


def test_half_characters_and_posts_without_words_are_read(yuqing: Terminal) -> None:
    done = yuqing("analyse", stdin='{"id": 1, "text": "\\ud800停水"}\n{"id": 2, "text": ""}')
    half, wordless = done.lines
    assert (half["matter"]["topic"], wordless["gate"]["status"]) == ("water", "insufficient_text")


JUNK = {
    "digits": "1" * 10_000_000,
    "strokes": "1-" * 20_000,
    "brackets": "(" * 1_000_000,
    "denials": "不" * 1_000_000,
    "marks": "停" + "\u0301" * 1_000_000,
    "halves": "\ud800" * 100_000,
    "controls": "".join(map(chr, range(1, 0x3000))) * 20,
    "streets": "湖东街道" * 100_000,
    "children": "孩子王小测，煤气味，" * 10_000,
    "companies": "宏远" * 200_000 + "公司",
}


@pytest.mark.parametrize("kind", JUNK)
def test_junk_is_answered_and_the_next_line_too(yuqing: Terminal, kind: str) -> None:
    done = yuqing("analyse", stdin=json.dumps({"id": kind, "text": JUNK[kind]}) + "\n" + WATER)

    junk, water = done.lines
    assert junk["id"] == kind
    assert (water["id"], water["matter"]["topic"]) == (7, "water")


def test_a_post_of_no_event_is_one_by_itself(yuqing: Terminal) -> None:
    lines = ['{"id": 1, "text": "今天的晚霞真美"}', '{"id": 2, "text": "晚饭吃了面条，真香"}', WATER]
    one, two, water = (line["event"] for line in yuqing("analyse", stdin="\n".join(lines)).lines)
    assert one["kind"] == two["kind"] == "alone"
    assert len({one["id"], two["id"], water["id"]}) == 3
