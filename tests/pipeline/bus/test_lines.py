"""Several messages in one, as lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.bus import LINES, Delivery, Message
from pipeline.bus.lines import ROOM, joined


def read(messages: list[Message]) -> list[list[bytes]]:
    return [[line.value for line in Delivery("t", 0, 7, one.key, one.value).lines()] for one in messages]


@given(st.lists(st.tuples(st.sampled_from("甲乙丙丁"), st.integers(0, 3 * ROOM // 4)), max_size=3 * LINES))
def test_each_partition_keeps_its_lines_in_their_order(keyed: list[tuple[str, int]]) -> None:
    """A value is as long as its number says: some must not share a message."""
    sent = [Message(key, f"{number} ".encode() + b"x" * size) for number, (key, size) in enumerate(keyed)]

    messages = joined(sent, lambda key: "甲乙丙丁".index(key) // 2)

    for place in ("甲乙", "丙丁"):
        lines = [
            line for one, found in zip(messages, read(messages), strict=True) if one.key in place for line in found
        ]
        assert lines == [one.value for one in sent if one.key in place]
    for message, lines in zip(messages, read(messages), strict=True):
        assert len(lines) <= LINES
        assert len(lines) == 1 or len(message.value) <= ROOM + LINES
    assert len(messages) <= 2 * sum(len(one.value) for one in sent) // ROOM + len(sent) // LINES + 4


def test_one_alone_is_as_it_was() -> None:
    assert joined([Message("k", b"{}")], lambda key: 0) == [Message("k", b"{}")]
    assert joined([], lambda key: 0) == []


def test_a_value_without_words_is_a_line_too() -> None:
    assert read(joined([Message("k", b""), Message("k", b"")], lambda key: 0)) == [[b"", b""]]


def test_lines_know_where_they_stood() -> None:
    delivery = Delivery("t", 3, 7, "k", b"a\nb")

    assert delivery.lines() == [Delivery("t", 3, 7, "k", b"a"), Delivery("t", 3, 7, "k", b"b")]


def test_a_line_break_within_a_line_is_refused() -> None:
    with pytest.raises(ValueError, match="line break"):
        joined([Message("k", b"a\nb")], lambda key: 0)
