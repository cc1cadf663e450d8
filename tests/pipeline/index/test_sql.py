"""From a query to SQL: tokens that cannot be taken for others, rows that sort as times, and pages."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import Misconfigured
from pipeline.index.query import parse
from pipeline.index.sql import END, SLOTS, facet, indexed, selection, slot
from pipeline.index.tree import Contains
from pipeline.model import FIELDS

sayable = st.text(alphabet=st.characters(exclude_categories=["Cs", "Co"]))


@given(sayable, sayable)
def test_two_values_never_share_a_token_and_a_token_has_nothing_to_split_or_fold(one: str, other: str) -> None:
    first, second = facet("source.id", one), facet("source.id", other)

    assert (first == second) == (one == other)
    assert not re.search(r"[\x00-/:-`{-\x7f]", first)
    assert first.startswith(facet("source.id", "")), "so that any value is found by the field alone"


def test_a_truth_and_the_number_one_are_not_the_same_token() -> None:
    assert len({facet("privacy.minor", value) for value in (True, 1, False, 0)}) == 4


@given(st.integers(-(10**15), 10**15), st.integers(-(10**15), 10**15))
def test_rows_sort_as_their_milliseconds_do(one: int, other: int) -> None:
    assert (slot(one) <= slot(other)) or one > other
    assert 0 <= slot(one) <= END
    assert slot(one) % SLOTS == 0


def test_ids_and_personal_data_do_not_swell_the_full_text_table() -> None:
    assert not [name for name in ("id", "native_id", "rev", "url", "engagement.like", "at", "text") if indexed(name)]
    assert [name for name in ("source.id", "watch", "privacy.minor") if not indexed(name)] == []


@pytest.mark.parametrize(
    ("query", "source"),
    [
        ("停水 matter.topic:water", "grams g"),  # the full-text table alone, the fast way
        ("停水 -停电", "grams g"),
        ("停水 engagement.like:3", "grams g join posts p on p.seq = g.rowid"),
        ("-停水", "posts p"),
        ("停水 OR engagement.like:3", "posts p"),
        ("*", "posts p"),
    ],
)
def test_what_words_and_keywords_can_say_goes_to_the_full_text_table(query: str, source: str) -> None:
    assert selection(parse(query), 0, END).source == source


@given(st.text(alphabet="停水'\";) --", min_size=1, max_size=12))
def test_no_asked_word_ever_stands_in_the_statement_itself(words: str) -> None:
    query = parse(f'url:"{re.sub(chr(34), "", words)}x" OR engagement.like:3')

    sql, values = selection(query, 0, END).counting()

    assert "停" not in sql and "水" not in sql and "--" not in sql
    assert sql.count("?") == len(values)


@pytest.mark.parametrize("query", ["停水", "停水 engagement.like:3", "*", "-停水", "停水 url:x*"])
@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("after", [None, "40"])
def test_every_statement_has_a_value_for_each_of_its_marks(query: str, newest_first: bool, after: str | None) -> None:
    wanted = selection(parse(query), 0, END)

    for sql, values in (
        wanted.page(7, newest_first, after),
        wanted.by_hour(SLOTS),
        wanted.by_value(FIELDS["watch"], 9),
    ):
        assert sql.count("?") == len(values)


def test_a_page_that_is_not_full_is_the_last() -> None:
    wanted = selection(parse("停水"), 0, END)

    assert wanted.next_page([9, 8], 2, True, None) == "8"
    assert wanted.next_page([9], 2, True, None) is None
    assert wanted.next_page([], 0, True, None) is None
    assert wanted.next_page([3, 9], 2, False, "40") == "42"


@pytest.mark.parametrize("mark", ["-1", "٣", "1 or 1", " 5"])
def test_a_page_mark_of_somebody_else_is_refused(mark: str) -> None:
    with pytest.raises(Misconfigured, match="翻页标记"):
        selection(parse("停水"), 0, END).page(7, False, mark)


def test_words_without_anything_to_search_for_are_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="nothing to search for"):
        selection(Contains(("text",), "？！"), 0, END)
