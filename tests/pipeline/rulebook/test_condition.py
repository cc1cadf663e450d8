from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.rulebook.condition import read_condition
from pipeline.rulebook.report import Report
from pipeline.rulebook.rule import Condition, Where
from pipeline.rulebook.source import Node
from pipeline.rulebook.words import Vocabulary
from tests.pipeline.rulebook.nodes import a_node, codes

STREET = ((Where("place.street", "exists", True),),)


def read(yaml: str, general: tuple[tuple[Where, ...], ...] = ()) -> tuple[Condition, Report]:
    report = Report()
    nothing = Vocabulary(Node("rules.yaml:1:1", "map"), Path(), report)
    return read_condition(a_node(yaml), nothing, general, report), report


@pytest.mark.parametrize(
    ("yaml", "code"),
    [
        ("{text: {none: [停水]}}", "E20"),
        ("{}", "E20"),
        ("停水", "E03"),
        ("{text: {any: [停水], none: [停水]}}", "E12"),
        ("{text: {any: [停水], except: [停电]}}", "E13"),
        ("{text: {any: [停水], min: 2}}", "E15"),
        ("{text: {any: [停水], min: 0}}", "E15"),
        ("{text: {must: [停水], min: 1}}", "E03"),
        ("{text: {any: [停水], fields: [url]}}", "E21"),
        ("{text: {any: [停水], fold: [widht]}}", "E06"),
        ("{text: {any: [停水], fold: [off, case]}}", "E06"),
        ("{text: {any: [停水], pinyin: true}}", "E09"),
        ("{text: {near: [{a: 停水, b: 投诉, within: 0}]}}", "E14"),
        ("{text: {near: [{a: 停水, b: 投诉, within: 201}]}}", "E14"),
        ("{text: {near: [{a: 停水, within: 5}]}}", "E14"),
        ("{text: {near: [{a: 停水, b: 投诉, within: 5, same: page}]}}", "E14"),
    ],
)
def test_a_condition_that_cannot_be_meant_is_an_error(yaml: str, code: str) -> None:
    _, report = read(yaml)

    assert report.errors >= 1
    assert code in codes(report)


def test_words_to_exclude_are_enough_where_the_file_asks_for_more() -> None:
    found, report = read("{text: {none: [停水]}}", STREET)

    assert (report.faults, found.where) == ([], STREET)


def test_content_is_another_word_for_text_and_the_order_of_fields_does_not_matter() -> None:
    found, _ = read("{text: {any: [停水], fields: [content, title]}}")

    assert found.text
    assert found.text.fields == ("title", "text")


def test_one_character_is_too_little_alone_and_fine_beside_another_word() -> None:
    assert codes(read("{text: {any: [火]}}")[1]) == ["W01"]
    assert codes(read("{text: {any: [火], must: [楼道]}}")[1]) == []
