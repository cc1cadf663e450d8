from __future__ import annotations

from pathlib import Path

from tests.pipeline.cli.terminal import CASE_TEXT, Terminal, recording


def test_one_line_is_printed_for_each_message(yuqing: Terminal, tmp_path: Path) -> None:
    done = yuqing("replay", str(recording(tmp_path, ["今天天气好", CASE_TEXT])))
    assert done.code == 0
    (line,) = done.lines
    assert {"at", "rule", "group", "level", "reason", "case", "units", "late"} <= set(line)
    assert (line["rule"], line["level"], line["at"]) == ("gas.danger", "orange", "2026-03-10T19:01:00+08:00")
    assert not (tmp_path / "data").exists(), "a rehearsal touches nothing"


def test_options_of_delivery_change_nothing(yuqing: Terminal, tmp_path: Path) -> None:
    file = str(recording(tmp_path, [CASE_TEXT, *(f"湖东{n}号楼停水了" for n in range(12))]))
    plain = yuqing("replay", file).out
    options = ["--batch", "2", "--shuffle", "3", "--twice", "--kill-every", "5"]
    assert yuqing("replay", file, *options).out == plain != ""


def test_rules_of_a_file_of_ones_own_are_used_instead(yuqing: Terminal, tmp_path: Path) -> None:
    file = str(recording(tmp_path, [CASE_TEXT]))
    broken = tmp_path / "rules.yaml"
    broken.write_text("schema: yuqing-rule/v1\nrules: [{id: x}]\n", encoding="utf-8")
    done = yuqing("replay", file, "--rules", str(broken))
    assert done.code == 2
    assert "rules.yaml:2" in done.err


def test_a_file_that_is_not_there_is_told(yuqing: Terminal) -> None:
    done = yuqing("replay", "nowhere.jsonl")
    assert done.code == 2
    assert "nowhere.jsonl" in done.err
