from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from pipeline.rulebook import SHIPPED, assemble, check, condition, kinds, read
from pipeline.rulebook import schema as rule_schema

ROOT = Path(__file__).parents[3]
READ = {
    "": read.FILE_KEYS,
    "defaults": read.DEFAULT_KEYS,
    "rules[]": (*assemble.RULE_KEYS, *kinds.TYPE_KEYS),
    "rules[].match": condition.CONDITION_KEYS,
    "rules[].match.text": condition.TEXT_KEYS,
    "rules[].match.text.near[]": condition.NEAR_KEYS,
    "rules[].notify": assemble.NOTIFY_KEYS,
    "rules[].case": assemble.CASE_KEYS,
    "rules[].annotations": assemble.ANNOTATION_KEYS,
    "rules[].examples": assemble.EXAMPLE_KEYS,
    "rules[].suppress[]": assemble.SUPPRESS_KEYS,
}
SHIPPED_FILES = sorted(file for file in SHIPPED.glob("*.yaml") if not file.name.endswith(".test.yaml"))
EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.yaml"))


@pytest.mark.parametrize("section", READ)
def test_the_schema_has_the_keys_that_are_read_and_no_others(section: str) -> None:
    assert {key.name for key in rule_schema.SECTIONS[section]} == set(READ[section])


def test_the_published_schema_is_what_the_code_says() -> None:
    assert (ROOT / rule_schema.FILE).read_text(encoding="utf-8") == rule_schema.published(), "run: make docs"


@pytest.mark.parametrize("file", [*SHIPPED_FILES, *EXAMPLES], ids=lambda file: file.name)
def test_every_rule_file_of_ours_follows_the_schema(file: Path) -> None:
    tree = yaml.safe_load(file.read_text(encoding="utf-8"))

    if tree["schema"] == read.SCHEMA:
        Draft202012Validator(rule_schema.schema()).validate(tree)


@pytest.mark.parametrize(
    "spoilt",
    [
        {"levle": "red"},
        {"level": "purple"},
        {"status": "stabel"},
        {"type": "frequnecy"},
        {"timeframe": "soon"},
        {"group_by": ["place.stret"]},
        {"match": {"where": {"sentiment.labell": "neg"}}},
        {"match": {"text": {"any": ["停水"], "non": ["招聘"]}}},
        {"notify": {"rout": "民生"}},
    ],
    ids=lambda spoilt: next(iter(spoilt)),
)
def test_what_check_refuses_an_editor_underlines(spoilt: dict[str, Any], tmp_path: Path) -> None:
    rule = {"id": "own.rule", "name": "停水", "owner": "值班台", "level": "yellow", "type": "any",
            "match": {"text": {"any": ["停水"]}}, "group_by": ["place.street"]}  # fmt: skip
    sound, broken = ({"schema": read.SCHEMA, "rules": [one]} for one in (rule, rule | spoilt))
    validator = Draft202012Validator(rule_schema.schema())
    file = tmp_path / "own.yaml"
    file.write_text(yaml.safe_dump(broken, allow_unicode=True), encoding="utf-8")

    assert validator.is_valid(sound)
    assert not validator.is_valid(broken)
    assert [fault for fault in check([file]) if not fault.warning]


@pytest.mark.parametrize("expect", [{"from": "directory.wells", "key": "code"}, {"from": "sources"}, {"from": "wells"}])
def test_an_editor_knows_the_lists_that_check_knows(expect: dict[str, str], tmp_path: Path) -> None:
    rule = {"id": "own.rule", "name": "停更", "owner": "值班台", "level": "blue", "type": "flatline", "timeframe": "7d",
            "expect": expect, "group_by": "source.id"}  # fmt: skip
    file = tmp_path / "own.yaml"
    file.write_text(yaml.safe_dump({"schema": read.SCHEMA, "rules": [rule]}), encoding="utf-8")

    valid = Draft202012Validator(rule_schema.schema()).is_valid({"schema": read.SCHEMA, "rules": [rule]})

    assert valid is not any(fault.code == "E39" for fault in check([file]))
    assert valid is (expect["from"] != "wells")


@pytest.mark.parametrize("file", [*SHIPPED_FILES, *EXAMPLES], ids=lambda file: file.name)
def test_every_rule_file_of_ours_tells_editors_its_schema(file: Path) -> None:
    whole = file.read_text(encoding="utf-8")

    if f"schema: {read.SCHEMA}" in whole:
        name = whole.splitlines()[0].removeprefix("# yaml-language-server: $schema=")
        assert (file.parent / name).resolve() == ROOT / rule_schema.FILE
