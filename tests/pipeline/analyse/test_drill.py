from __future__ import annotations

from collections import Counter

from pipeline.analyse.drill import courteous, sentences
from pipeline.model import Polarity

DRILL = list(sentences())


def test_no_sentence_is_drilled_both_ways() -> None:
    polarities = {(text, polarity) for text, polarity in DRILL}

    assert [text for text, times in Counter(text for text, _ in polarities).items() if times > 1] == []


def test_the_same_sentences_come_in_the_same_order_every_time() -> None:
    assert list(sentences()) == DRILL
    assert len({text for text, _ in DRILL}) > 0.98 * len(DRILL)  # hardly one by two ways


def test_no_blank_is_left_unfilled() -> None:
    assert not [text for text, _ in DRILL if "{" in text or not text.strip()]


def test_a_negation_turns_a_quality_round_and_a_double_one_turns_it_back() -> None:
    told = dict(DRILL)

    assert told["满意"] is Polarity.POS
    assert told["很不满意"] is Polarity.NEG
    assert told["没有不满意"] is Polarity.POS


def test_complaints_and_praise_are_about_as_many_so_that_neither_is_the_rule() -> None:
    counts = Counter(polarity for _, polarity in DRILL)

    assert 0.5 < counts[Polarity.NEG] / counts[Polarity.POS] < 2
    assert counts[Polarity.NEU]


def test_a_courtesy_keeps_the_text_and_adds_to_it() -> None:
    said = {courteous("水管漏了", number) for number in range(200)}

    assert all("水管漏了" in text and len(text) > 4 for text in said)
    assert len(said) > 60
