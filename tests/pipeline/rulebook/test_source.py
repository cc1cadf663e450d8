from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.rulebook import Rulebook
from pipeline.rulebook.source import MAX_BYTES
from tests.pipeline.rulebook.rules import codes, read_text

HEAD = "schema: yuqing-rule/v1\ndefaults: {owner: 值班台}\nrules:\n"
BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n"


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("rules: [a\n", "E01", "2:1"),
        ("rules:\n\t- id: x\n", "E01", "2:1"),
        ("schema: a\nschema: b\n", "E01", "2:1"),
        (BOMB, "E01", "2:8"),
        ("[" * 40 + "]" * 40, "E01", "1:25"),
        ("a: !!python/object:os.system x\n", "E01", "1:4"),
        ("schema: a\n---\nschema: b\n", "E01", "2:1"),
        ("schema：yuqing-rule/v1\nrules: []\n", "E08", "1:7"),
        ("rules:\n\u3000- id: x\n", "E08", "2:1"),
        ("a: “停水”\n", "E08", "1:4"),
        ("a: 停\u200b水\n", "E10", "1:5"),
        ("a: 停\x00水\n", "E10", "1:5"),
        ("\ufeffschema: yuqing-rule/v1\n", "E10", "1:1"),
        ("", "E01", "1:1"),
    ],
)
def test_a_broken_file_says_where_and_brings_no_rules(tmp_path: Path, text: str, code: str, place: str) -> None:
    book = read_text(tmp_path, text)

    assert (code, f"{tmp_path / 'rules.yaml'}:{place}") in [(fault.code, fault.place) for fault in book.faults]
    assert book.rules == ()


def test_a_file_in_another_encoding_says_at_which_byte(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_bytes("schema: x\nname: 断电\n".encode("gb18030"))

    faults = Rulebook.read([tmp_path]).faults

    assert [(fault.code, fault.place.rpartition("yaml:")[2]) for fault in faults] == [("E10", "2:7")]


def test_a_huge_file_is_not_even_read(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_bytes(b"#" * (MAX_BYTES + 1))

    assert codes(Rulebook.read([tmp_path])) == ["E01"]


def test_an_unquoted_word_that_yaml_reads_as_something_else_is_refused(tmp_path: Path) -> None:
    text = HEAD + "  - {id: test.rule, name: no, level: yellow, type: any, match: {text: {any: [08:30, 110, 停水]}}}\n"

    assert codes(read_text(tmp_path, text)).count("E09") >= 2


@given(noise=st.text(max_size=200))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_file_brings_the_reader_down(tmp_path: Path, noise: str) -> None:
    (tmp_path / "rules.yaml").write_bytes((HEAD + noise).encode("utf-8", "surrogatepass"))

    book = Rulebook.read([tmp_path])

    assert all(fault.place and fault.zh and fault.en for fault in book.faults)
