"""Answers as client libraries hand them over."""

from __future__ import annotations

import pytest

from pipeline.index.elastic.wire import Answer, answer


@pytest.mark.parametrize(
    ("body", "expected"),
    [({"a": 1}, {"a": 1}), ([1, 2], {"rows": [1, 2]}), ("<html>", {"error": "<html>"}), ("", {}), (None, {})],
)
def test_a_body_is_an_object_whatever_came(body: object, expected: dict[str, object]) -> None:
    assert answer(200, body) == Answer(200, expected)
