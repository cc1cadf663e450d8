from __future__ import annotations

import json

import pytest

from dashboards.console.answers import Trouble, explained, refusal
from pipeline.errors import Fault, Misconfigured, Rejected, Unavailable


@pytest.mark.parametrize(
    ("error", "status", "zh", "en"),
    [
        (Misconfigured([Fault("q", "检索式不对", "bad query")]), 400, "检索式不对", "bad query"),
        (Rejected("已经签收 / already acknowledged"), 409, "已经签收", "already acknowledged"),
        (Rejected("已经签收"), 409, "已经签收", "已经签收"),  # better one language than none
        (Unavailable("index: disk full"), 503, "暂时不可用，请稍后再试", "unavailable: index: disk full"),
    ],
)
def test_trouble_is_told_in_two_languages_with_what_to_do_next(error: Trouble, status: int, zh: str, en: str) -> None:
    response = explained(error)

    told = json.loads(bytes(response.body))
    assert (response.status_code, told["zh"], told["en"]) == (status, zh, en)


def test_a_place_is_told_where_there_is_one() -> None:
    assert json.loads(bytes(refusal(400, "不对", "wrong", "q").body))["place"] == "q"
    assert "place" not in json.loads(bytes(refusal(404, "没有", "none").body))
