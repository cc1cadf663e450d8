"""Ids that come out the same on every machine and every try."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.model import digest, post_id, short

parts = st.lists(st.text(alphabet="ab\x1e\x1f", max_size=3), min_size=1, max_size=4)


def test_ids_are_those_that_are_already_on_the_ledgers_out_there() -> None:
    assert post_id("discuz:bbs.example.cn", "tid=1") == "u5:0cecdd9b-3393-5b56-b574-18cfab086525"
    assert digest("match", "water.outage", "锦湖里") == "f3228a95d2f1924497a254a4878ed836"
    assert short("C", "k") == "C-7BJTB"


@given(parts, parts)
@example(["a\x1fb"], ["a", "b"])
@example(["a", "", "b"], ["a\x1f\x1fb"])
@example(["a", "\x1eb"], ["a\x1f", "b"])
def test_different_parts_have_different_digests(one: list[str], other: list[str]) -> None:
    assert (digest(*one) == digest(*other)) == (one == other)


def test_half_a_character_has_a_digest_too() -> None:
    assert len(digest("😡"[:1], "\ud83d")) == 32


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_a_short_name_can_be_said_over_the_telephone(key: str) -> None:
    assert re.fullmatch(r"A-[2-9A-HJ-NP-Z]{5}", short("A", key))
