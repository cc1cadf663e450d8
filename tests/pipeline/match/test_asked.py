from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.match.asked import Asked
from pipeline.rulebook import Condition, TextCondition, Where
from pipeline.rulebook.wordtest import Reading, all_words, search
from pipeline.text.normal import normal, squeeze
from tests.pipeline.match.posts import a_doc

WORDS = st.lists(st.sampled_from("停 水 停水 断水 投诉 通知".split()), min_size=1, max_size=3, unique=True)
GROUPS = st.lists(WORDS.map(tuple), max_size=2).map(tuple)


@given(GROUPS, GROUPS, WORDS, st.text(alphabet="停水断投诉通知。", max_size=10))
def test_which_words_stand_there_is_enough_for_a_plain_condition(
    must: tuple[tuple[str, ...], ...], any_: tuple[tuple[str, ...], ...], none: list[str], text: str
) -> None:
    condition = TextCondition(must=must, any=any_, none=tuple(none))
    words = {word: number for number, word in enumerate(dict.fromkeys(all_words(condition)))}
    squeezed, offsets = squeeze(normal(text))
    reading = Reading(squeezed, offsets, 0, search(words, squeezed, offsets), text)
    asked = Asked(Condition(condition), words)
    numbers = {words[word] for word in reading.found}

    assert asked.plain
    assert asked.words is not None
    assert asked.among(numbers) is asked.words.holds(reading)
    assert asked.hits(numbers, None) == asked.words.hits(reading)


def test_many_words_are_told_in_the_order_of_the_rule_as_well() -> None:
    names = tuple(f"词{number}号" for number in range(40))
    asked = Asked(Condition(TextCondition(any=tuple((name,) for name in names))), {n: i for i, n in enumerate(names)})

    assert asked.hits({30, 4, 17}, None) == ("词4号", "词17号", "词30号")


def test_fields_decide_too() -> None:
    asked = Asked(Condition(TextCondition(any=(("停水",),)), ((Where("kind", "eq", "reply"),),)), {"停水": 0})

    assert not asked.holds(a_doc(), {0}, None)
    assert not asked.holds(a_doc(), set(), None)
