"""Test files beside rules: found by name, every fault told with its place."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.app.rule_files import find_tests
from pipeline.errors import Misconfigured
from pipeline.model import Level

GOOD = """
rule_files: [water.yaml]
tests:
  - name: 一条
    rule: water.outage
    start_timestamp: '2026-03-10T10:00:00+08:00'
    doc_defaults: {text: 停水, author: u0}
    input_docs:
      - {at: 1h30m, cluster: c1, place.street: 湖东街道, repeat: {count: 2, every: 1m}, ingest_delay: 50m}
    alert_rule_test:
      - {eval_time: 35m, exp_alerts: [{level: 黄, group: [湖东街道], active_at: 40m, late: true}]}
"""


def write(folder: Path, words: str, name: str = "water.test.yaml") -> Path:
    (folder / name).write_text(words, encoding="utf-8")
    return folder


def test_a_test_is_read_with_its_units_and_shorthands(tmp_path: Path) -> None:
    (found,) = find_tests([write(tmp_path, GOOD)])

    assert found.rule_files == (tmp_path / "water.yaml",)
    (doc,) = found.test.input_docs
    assert (doc.at, doc.ingest_delay, doc.repeat.count) == (timedelta(minutes=90), timedelta(minutes=50), 2)
    assert doc.values == {"cluster.id": "c1", "place.street": "湖东街道"}
    assert found.test.doc_defaults == {"text": "停水", "author.key": "u0"}
    assert found.test.alert_rule_test[0].exp_alerts[0].level is Level.L3


def test_a_rule_file_brings_the_tests_beside_it_and_no_others(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    write(tmp_path, GOOD, "gas.test.yaml")

    assert len(find_tests([tmp_path / "water.yaml"])) == 1
    assert len(find_tests([tmp_path])) == 2
    assert find_tests([tmp_path / "other.yaml"]) == []


def test_the_tests_of_rules_in_a_folder_of_their_own_are_found_as_the_rules_are(tmp_path: Path) -> None:
    folder = tmp_path / "民生"
    folder.mkdir()
    write(folder, GOOD)

    (found,) = find_tests([tmp_path])

    assert found.rule_files == (folder / "water.yaml",)


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        (("place.street", "place.stret"), "没有字段 place.stret"),
        (("level: 黄", "level: 紫"), "没有这个级别：紫"),
        (("1h30m", "1.5 Stunden"), "input_docs.0.at"),
        (("+08:00'", "'"), "start_timestamp"),
        (("rule_files:", "rule_filess:"), "rule_filess"),
        (("tests:", "tests: ["), "不是有效的 YAML"),
    ],
)
def test_a_fault_is_told_with_file_and_key(tmp_path: Path, wrong: tuple[str, str], place: str) -> None:
    write(tmp_path, GOOD.replace(*wrong, 1))

    with pytest.raises(Misconfigured, match=place) as told:
        find_tests([tmp_path])
    assert "water.test.yaml" in str(told.value)
