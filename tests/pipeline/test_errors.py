"""What is wrong is said with its place, in the reader's language, and all of it at once."""

from __future__ import annotations

import pytest

from pipeline.errors import Fault, Misconfigured, guess

TYPO = Fault("water.yaml:7:3", "没有字段 sentiment.lable", "there is no field sentiment.lable", code="E21")
ZONE = Fault("timezone", "没有时区 Mars/Base", "there is no zone Mars/Base")


@pytest.mark.parametrize(
    ("fault", "lang", "said"),
    [
        (TYPO, "zh", "water.yaml:7:3: E21 没有字段 sentiment.lable"),
        (TYPO, "en", "water.yaml:7:3: E21 there is no field sentiment.lable"),
        (ZONE, "zh", "timezone: 没有时区 Mars/Base"),
        (ZONE, "fr", "timezone: 没有时区 Mars/Base"),
    ],
)
def test_a_fault_is_said_with_its_place_and_code_in_chinese_unless_english_is_asked_for(
    fault: Fault, lang: str, said: str
) -> None:
    assert fault.say(lang) == said


def test_every_fault_is_reported_also_when_they_come_one_by_one() -> None:
    error = Misconfigured(fault for fault in (TYPO, ZONE))

    assert error.faults == (TYPO, ZONE)
    assert str(error).splitlines() == [TYPO.say(), ZONE.say()]


def test_a_slip_of_the_pen_is_guessed_in_both_languages() -> None:
    zh, en = guess("plase.street", ["place.street", "source.class"])

    assert "place.street" in zh
    assert "place.street" in en
    assert "source.class" not in zh


def test_what_is_like_nothing_is_not_guessed_and_on_request_all_that_is_known_is_told() -> None:
    assert guess("天气", ["place.street"]) == ("", "")
    assert guess("天气", ["crawl", "match"], or_all=True) == ("；可用的有：crawl、match", "; there are: crawl, match")
