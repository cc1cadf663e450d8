from __future__ import annotations

import pytest

from pipeline.model import Value
from pipeline.rulebook.report import Report
from pipeline.rulebook.rule import Where
from pipeline.rulebook.where import Alternatives, FieldTest, joined, read_where
from tests.pipeline.rulebook.nodes import a_node, codes


def read(yaml: str) -> tuple[Alternatives, Report]:
    report = Report()
    return read_where(a_node(yaml), report), report


def one(yaml: str) -> Where:
    found, report = read(yaml)
    assert report.errors == 0
    return found[0][0]


@pytest.mark.parametrize(
    ("yaml", "where"),
    [
        ("{kind: post}", Where("kind", "eq", "post")),
        ("{kind: [post, reply]}", Where("kind", "in", ("post", "reply"))),  # a list is any of them
        ("{numbers.people|gte: 30}", Where("numbers.people", "gte", 30.0)),
        ("{place.street|exists: false}", Where("place.street", "exists", False)),
        ("{numbers.people|gte|or_missing: 3}", Where("numbers.people", "gte", 3.0, or_missing=True)),
        ("{matter.harm|gte: H2}", Where("matter.harm", "gte", "H2")),  # words with an order
        ("{url|contains: [gov, edu]}", Where("url", "contains", ("gov", "edu"))),
    ],
)
def test_a_comparison_is_read_from_its_key(yaml: str, where: Where) -> None:
    assert one(yaml) == where


@pytest.mark.parametrize(
    ("yaml", "code"),
    [
        ("{kind|gte: post}", "E22"),
        ("{kind|eq|in: post}", "E22"),
        ("{kind|equals: post}", "E22"),
        ("{platform|cidr: 10.0.0.999/8}", "E22"),
        ("{kind|in: []}", "E27"),
        ('{kind: ""}', "E27"),
        ("{sarcasm: high}", "E21"),
        ('{url|re: "(?<=a)b"}', "E18"),  # nothing that could take for ever
        ("[停水]", "E03"),
    ],
)
def test_a_comparison_that_cannot_work_is_an_error(yaml: str, code: str) -> None:
    found, report = read(yaml)

    assert (codes(report), report.errors) == ([code], 1)
    assert not any(found)


@pytest.mark.parametrize(
    ("yaml", "code"),
    [
        ("{kind: [post, psot]}", "E27"),
        ("{author.key: x}", "W09"),
        ("{flags|contains: script}", "W09"),
        ("{flags: [minor, variant]}", "W09"),
        ("{sentiment.p_neg|gte: 0.9}", "W15"),
    ],
)
def test_a_comparison_that_is_hardly_meant_is_read_and_warned_of(yaml: str, code: str) -> None:
    found, report = read(yaml)

    assert (codes(report), report.errors, len(found)) == ([code], 0, 1)


def test_a_comparison_that_never_or_always_holds_is_an_error() -> None:
    assert codes(read("{kind: psot}")[1]) == ["E27"]
    assert read("{kind|not_in: [psot]}")[1].errors == 1
    assert read("{kind|not_in: [psot, post]}")[1].errors == 0


def test_a_mark_of_what_is_told_is_asked_without_a_warning() -> None:
    assert read("{flags|contains: minor}")[1].faults == []


def test_a_score_that_may_be_missing_is_no_worry() -> None:
    assert read("{sentiment.p_neg|gte|or_missing: 0.9}")[1].faults == []


@pytest.mark.parametrize(
    ("where", "value", "passes"),
    [
        (Where("kind", "not_in", ("post",)), "reply", True),
        (Where("kind", "not_in", ("post",)), None, False),  # missing is not "another"
        (Where("kind", "not_in", ("post",), or_missing=True), None, True),
        (Where("kind", "exists", False), None, True),
        (Where("kind", "exists", False), "post", False),
        (Where("kind", "exists", True), None, False),
        (Where("watch", "in", ("甲", "乙")), ("乙", "丙"), True),
        (Where("watch", "not_in", ("甲", "乙")), ("丙",), True),
        (Where("watch", "not_in", ("甲", "乙")), (), True),
        (Where("watch", "contains", "甲"), ("甲方",), False),  # a list holds names, whole
        (Where("url", "contains", "gov"), "https://a.gov.cn", True),
        (Where("url", "startswith", ("http:", "https:")), "https://a", True),
        (Where("url", "endswith", ".cn"), "https://a.cn/x", False),
        (Where("url", "re", r"a\d"), "xa1", True),
        (Where("numbers.people", "gt", 3.0), 3, False),
        (Where("numbers.people", "lte", 3.0), 3, True),
        (Where("numbers.people", "eq", 0.0), 0, True),  # nought is a value
    ],
)
def test_a_value_passes_or_not(where: Where, value: Value, passes: bool) -> None:
    assert FieldTest(where).accepts(value) is passes


def test_joining_demands_both_and_the_special_word_on_a_field_wins() -> None:
    general = ((Where("kind", "eq", "post"), Where("lang", "eq", "zh")),)
    special = ((Where("kind", "eq", "reply"),), (Where("platform", "eq", "bbs"),))

    assert joined(general, special) == (
        (Where("lang", "eq", "zh"), Where("kind", "eq", "reply")),
        (Where("kind", "eq", "post"), Where("lang", "eq", "zh"), Where("platform", "eq", "bbs")),
    )
    assert joined(general, ()) == joined((), general) == general


def test_an_empty_where_demands_nothing() -> None:
    assert read("{}")[0] == read_where(None, Report()) == ()
