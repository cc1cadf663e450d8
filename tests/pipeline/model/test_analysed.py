"""Where the offsets of findings count from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import AnalysedPost, Reader, body, encode
from tests.build import a_post


@pytest.mark.parametrize("title", ["求助", ""])
def test_an_offset_found_in_the_text_leads_to_the_same_word_in_the_whole(title: str) -> None:
    doc = AnalysedPost(post=a_post(title=title, text="😡锦湖里又停水了"))

    shift = len(title) + 1 if title else 0

    at = doc.post.text.index("停水") + shift
    assert doc.body()[at : at + 2] == "停水"


@given(st.text(max_size=20), st.text(max_size=20))
def test_title_and_text_never_run_into_one_word(title: str, text: str) -> None:
    whole = body(title, text)

    assert whole.endswith(text)
    assert whole == text if not title else whole[: len(title) + 1] == f"{title}\n"


def test_a_switched_off_analyser_is_told_from_one_that_found_nothing() -> None:
    raw = b'{"post":' + encode(a_post()) + b',"numbers":{}}'

    doc = Reader(AnalysedPost).read(raw)

    assert doc.numbers is not None
    assert doc.numbers.deaths is None
    assert doc.place is None
    assert Reader(AnalysedPost).read(encode(doc)) == doc


def test_tokens_are_one_line_and_a_list_of_earlier_messages_is_read_as_one() -> None:
    now, before = (
        Reader(AnalysedPost).read(b'{"post":' + encode(a_post()) + b',"text":{"normal":"x","tokens":' + tokens + b"}}")
        for tokens in ('"停水 了"'.encode(), '["停水","了"]'.encode())
    )

    assert now.text is not None and before.text is not None
    assert now.text.line == before.text.line == "停水 了"
