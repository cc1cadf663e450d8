from __future__ import annotations

import pytest

from crawlers.columns import NAMES, known, personal


@pytest.mark.parametrize(
    "column",
    [
        "联系电话",
        "来电人",
        " 市民姓名 ",
        "家庭住址",
        "user_email",
        "useremail",
        "contactphone",
        "contact_mobile",
        "IP",
        "ip地址",
        "lat",
    ],
)
def test_who_and_where_somebody_is_must_not_be_read(column: str) -> None:
    assert personal(column)


@pytest.mark.parametrize(
    "column", ["title", "description", "relation", "latest", "shipment", "诉求内容", "办理单位", "template"]
)
def test_a_word_that_only_holds_such_letters_is_read(column: str) -> None:
    assert not personal(column)


def test_no_column_that_we_have_a_meaning_for_is_dropped_unread() -> None:
    assert [word for words in NAMES.values() for word in words if personal(word) or not known(word)] == []


def test_our_own_name_of_a_field_is_the_first_that_is_looked_for() -> None:
    own = ["title", "text", "url", "native_id", "author.key", "order.id", "published.precision", "place.street", "kind"]

    assert all(NAMES[name][0] == name for name in own)
