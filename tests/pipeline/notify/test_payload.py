"""A notification as JSON of our own schema."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from pipeline.model import Level, Notification
from pipeline.notify.payload import payload
from tests.contracts.notifier import a_notification


def plain(**more: Any) -> dict[str, Any]:
    tree: dict[str, Any] = json.loads(json.dumps(payload(a_notification(**more))))
    return tree


def test_every_key_is_always_there_so_that_nobody_has_to_ask() -> None:
    bare = Notification(
        id="n", alert="", case="", case_name="", receiver="", reason=a_notification().reason, seq=1,
        at=a_notification().at, level=Level.L4, rule="", active_at=a_notification().at, title="", text="",
    )  # fmt: skip

    assert set(payload(bare)) == set(payload(a_notification(late=True, resend=True, units=("a",), summary="s")))
    assert payload(bare)["late"] is False
    assert payload(bare)["units"] == []


def test_a_level_is_told_as_code_colour_and_chinese() -> None:
    told = plain(level=Level.L2)

    assert (told["level"], told["colour"], told["level_zh"]) == ("L2", "orange", "橙")


def test_times_say_their_zone_and_come_back_as_they_were() -> None:
    told = plain()

    assert datetime.fromisoformat(told["at"]) == a_notification().at
    assert told["active_at"].endswith("+00:00")


def test_words_that_look_like_markup_are_told_as_they_are() -> None:
    assert plain(title='停水"}],"level":"blue"')["title"] == '停水"}],"level":"blue"'


def test_the_receiver_is_not_told_who_else_gets_it() -> None:
    assert "receiver" not in plain()
