from __future__ import annotations

import json
from typing import Any

import pytest

from dashboards.boards import opensearch
from dashboards.boards.check import check_text
from dashboards.boards.spec import shipped

FORK = {"index-pattern": "7.6.0", "visualization": "7.8.0", "search": "7.9.3", "dashboard": "7.9.3"}


def saved(face: str) -> list[dict[str, Any]]:
    return opensearch.saved([board for board in shipped().boards if board.face == face])


def state(id_: str) -> dict[str, Any]:
    found = next(one for one in saved(id_.split("-")[2]) if one["id"] == id_)
    return dict(json.loads(found["attributes"]["visState"]))


@pytest.mark.parametrize("face", ["staff", "leader"])
def test_the_files_are_sound(face: str) -> None:
    assert check_text(opensearch.files(shipped())[f"{face}.ndjson"], face) == []


def test_nothing_is_newer_than_the_fork_and_nothing_is_lens() -> None:
    for one in [*saved("staff"), *saved("leader")]:
        assert one["migrationVersion"] == {one["type"]: FORK[one["type"]]}
        assert "coreMigrationVersion" not in one
    assert "lens" not in "".join(opensearch.files(shipped()).values()).lower()


@pytest.mark.parametrize(
    ("id_", "type_"),
    [
        ("yuqing-overview-staff-posts", "metric"),
        ("yuqing-overview-staff-volume", "histogram"),
        ("yuqing-overview-staff-streets", "horizontal_bar"),
        ("yuqing-overview-staff-classes", "pie"),
        ("yuqing-overview-staff-hot", "table"),
        ("yuqing-overview-staff-when", "heatmap"),
        ("yuqing-overview-staff-places", "tagcloud"),
        ("yuqing-overview-staff-go", "markdown"),
        ("yuqing-alerts-staff-delays", "line"),
        ("yuqing-cases-staff-controls", "input_control_vis"),
    ],
)
def test_each_kind_of_panel_is_a_classic_visualisation(id_: str, type_: str) -> None:
    assert state(id_)["type"] == type_


def test_metrics_come_first_and_splits_are_ordered_by_the_first_of_them() -> None:
    aggs = state("yuqing-overview-staff-hot")["aggs"]

    assert [(agg["type"], agg["schema"]) for agg in aggs] == [
        ("count", "metric"), ("avg", "metric"), ("cardinality", "metric"), ("terms", "bucket"), ("terms", "bucket"),
    ]  # fmt: skip
    assert aggs[3]["params"]["orderBy"] == "1"


def test_the_controls_make_room_for_themselves() -> None:
    board = next(one for one in saved("staff") if one["id"] == "yuqing-alerts-staff")
    grids = {p["panelIndex"]: p["gridData"] for p in json.loads(board["attributes"]["panelsJSON"])}

    assert (grids["controls"]["y"], grids["go"]["y"]) == (0, 3)


def test_a_list_is_a_saved_search_with_the_newest_first() -> None:
    found = next(one for one in saved("staff") if one["id"] == "yuqing-cases-staff-list")

    assert (found["type"], found["attributes"]["sort"]) == ("search", [["@timestamp", "desc"]])
