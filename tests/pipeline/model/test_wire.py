"""Messages as bytes: what comes in is one of ours or set aside, and nobody's words get into the reason."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import Rejected
from pipeline.model import Action, Alert, Post, Reader, encode
from tests.build import a_post

SECRET = "13800138000 王测试's"


@given(st.binary(max_size=60))
def test_no_bytes_of_the_world_do_more_than_being_set_aside(raw: bytes) -> None:
    with pytest.raises(Rejected):
        Reader(Post).read(raw)


def test_a_torn_message_is_set_aside_wherever_it_was_torn() -> None:
    raw = encode(a_post(title="求助😡"))

    for length in range(len(raw)):
        with pytest.raises(Rejected):
            Reader(Post).read(raw[:length])


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        (Post, {"op": SECRET}),
        (Post, {"source": {"id": "bbs", "class": SECRET}}),
        (Post, {"fetched_at": SECRET}),
        (Post, {"title": 5, "text": SECRET}),
        (Action | Alert, {"type": SECRET}),
    ],
)
def test_the_reason_names_the_field_and_never_quotes_what_stands_in_it(kind: type, change: dict[str, object]) -> None:
    raw = msgspec.json.encode({**msgspec.json.decode(encode(a_post())), **change})

    with pytest.raises(Rejected) as caught:
        Reader(kind).read(raw)

    assert f"$.{next(iter(change))}" in str(caught.value)
    assert "138" not in str(caught.value)
    assert "王测试" not in str(caught.value)
    assert "'s" not in str(caught.value)
