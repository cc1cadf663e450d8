from __future__ import annotations

from fnmatch import fnmatch

import pytest

from dashboards.boards import roles
from dashboards.boards.spec import shipped
from pipeline.index.elastic.gateway import Gateway
from pipeline.model import REVEALING
from tests.dashboards.boards.conftest import PREFIX

SEALED = ("privacy.sealed", "privacy.minor", "matter.accusation")


def test_leaders_may_read_the_aggregates_and_nothing_else() -> None:
    elastic, open_ = roles.elasticsearch("city")["city-leader"], roles.opensearch("city")["city-leader"]

    assert [one["names"] for one in elastic["indices"]] == [["city-board"]]
    assert [one["index_patterns"] for one in open_["index_permissions"]] == [["city-board"]]
    assert elastic["applications"][0]["resources"] == ["space:city-leaders"]


def test_nobody_may_write() -> None:
    privileges = {
        one
        for role in roles.elasticsearch().values()
        for index in role["indices"]
        for one in index["privileges"]
    }  # fmt: skip

    assert privileges == {"read", "view_index_metadata"}
    assert all(role["cluster"] == [] for role in roles.elasticsearch().values())


def test_staff_read_items_and_nothing_that_an_index_keeps_for_itself() -> None:
    (elastic,) = roles.elasticsearch()["yuqing-staff"]["indices"]
    (open_,) = roles.opensearch()["yuqing-staff"]["index_permissions"]

    assert elastic["names"] == [f"yuqing-{view}" for view in ("posts", "alerts", "cases", "sources", "board")]
    assert open_["index_patterns"] == [*elastic["names"], "yuqing-posts-v*"]


def test_every_licence_has_what_the_roles_need() -> None:
    rules = [index for role in roles.elasticsearch().values() for index in role["indices"]]

    assert all(rule.keys() == {"names", "privileges"} for rule in rules)


@pytest.mark.parametrize("secret", ["register", "about", "search", "sealed-v1-2026.03"])
def test_no_role_names_what_holds_withheld_posts(secret: str) -> None:
    named = [index["names"] for role in roles.elasticsearch().values() for index in role["indices"]]
    named += [each["index_patterns"] for role in roles.opensearch().values() for each in role["index_permissions"]]

    assert not [one for names in named for one in names if fnmatch(f"yuqing-{secret}", one)]


def test_every_board_of_leaders_is_readable_by_their_role() -> None:
    views = {panel.view for board in shipped().boards if board.face == "leader" for panel in board.panels if panel.view}

    assert {f"yuqing-{view}" for view in views} == set(roles.elasticsearch()["yuqing-leader"]["indices"][0]["names"])


def test_staff_find_withheld_posts_bare(filled: Gateway) -> None:
    sealed = {"bool": {"should": [{"term": {field: True}} for field in SEALED]}}
    shown = filled.search(f"{PREFIX}-posts", {"query": sealed, "size": 1000})["hits"]["hits"]

    assert shown
    assert not [hit for hit in shown if hit["_source"].keys() & REVEALING]
