from __future__ import annotations

import json

from dashboards.boards import roles
from dashboards.boards.spec import shipped
from pipeline.index.elastic.gateway import Gateway
from tests.dashboards.boards.conftest import PREFIX


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


def test_what_an_index_keeps_for_itself_is_granted_to_nobody() -> None:
    granted = set(roles.elasticsearch()["yuqing-staff"]["indices"][1]["field_security"]["grant"])

    assert not granted & {"kept", "cut", "words", "author.key"}
    assert "text" in granted


def test_without_rules_for_documents_staff_read_no_posts() -> None:
    (index,) = roles.elasticsearch()["yuqing-staff-basic"]["indices"]

    assert "yuqing-posts" not in index["names"]


def test_every_board_of_leaders_is_readable_by_their_role() -> None:
    views = {panel.view for board in shipped().boards if board.face == "leader" for panel in board.panels if panel.view}

    assert {f"yuqing-{view}" for view in views} == set(roles.elasticsearch()["yuqing-leader"]["indices"][0]["names"])


def test_the_rule_for_documents_leaves_out_what_is_sealed(filled: Gateway) -> None:
    rule = json.loads(roles.elasticsearch()["yuqing-staff"]["indices"][1]["query"])
    everything = filled.count(f"{PREFIX}-posts")
    sealed = filled.count(f"{PREFIX}-posts", {"bool": {"must_not": [rule]}})

    assert filled.count(f"{PREFIX}-posts", rule) == everything - sealed > 0
