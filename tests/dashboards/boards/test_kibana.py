from __future__ import annotations

import json
from typing import Any

import pytest

from dashboards.boards import kibana
from dashboards.boards.check import check_text
from dashboards.boards.spec import Board, shipped


def saved(face: str, **more: Any) -> list[dict[str, Any]]:
    return kibana.saved([board for board in shipped().boards if board.face == face], **more)


def panels(board: str) -> dict[str, dict[str, Any]]:
    found = next(one for one in saved(board.split("-")[1]) if one["id"] == f"yuqing-{board}")
    return {panel["panelIndex"]: panel for panel in json.loads(found["attributes"]["panelsJSON"])}


@pytest.mark.parametrize("face", ["staff", "leader"])
def test_the_files_are_sound(face: str) -> None:
    text = kibana.files(shipped())[f"{face}.ndjson"]

    assert check_text(text, f"{face}.ndjson") == []


def test_a_leaders_file_has_no_view_of_items() -> None:
    assert [one["id"] for one in saved("leader") if one["type"] == "index-pattern"] == ["yuqing-board"]


def test_ids_and_links_follow_prefix_and_console() -> None:
    view = saved("staff", prefix="city", console="https://desk.example")[0]

    assert (view["id"], view["attributes"]["title"]) == ("city-posts", "city-posts")
    assert "https://desk.example/#search/" in view["attributes"]["fieldFormatMap"]


@pytest.mark.parametrize(
    ("board", "panel", "kind"),
    [
        ("overview-staff", "posts", "lnsMetric"),
        ("overview-staff", "volume", "lnsXY"),
        ("overview-staff", "hot", "lnsDatatable"),
        ("overview-staff", "classes", "lnsPie"),
        ("overview-staff", "when", "lnsHeatmap"),
        ("overview-staff", "places", "lnsTagcloud"),
        ("alerts-staff", "delays", "lnsXY"),
    ],
)
def test_each_kind_of_panel_is_a_kind_of_lens(board: str, panel: str, kind: str) -> None:
    assert panels(board)[panel]["embeddableConfig"]["attributes"]["visualizationType"] == kind


def test_a_bar_is_split_and_a_line_has_its_percentiles() -> None:
    bar = panels("overview-staff")["volume"]["embeddableConfig"]["attributes"]["state"]
    line = panels("alerts-staff")["delays"]["embeddableConfig"]["attributes"]["state"]

    assert bar["visualization"]["layers"][0]["splitAccessor"] == "s1"
    columns = line["datasourceStates"]["formBased"]["layers"]["delays"]["columns"]
    assert [columns[name]["params"].get("percentile") for name in ("m0", "m1")] == [50, 95]
    assert columns["s0"]["operationType"] == "date_histogram"


def test_a_query_is_the_one_that_the_live_servers_were_asked() -> None:
    state = panels("overview-staff")["negative"]["embeddableConfig"]["attributes"]["state"]

    assert state["query"]["language"] == "lucene"
    assert state["query"]["query"].startswith("sentiment.label:neg AND NOT privacy.sealed:true")


def test_staff_may_filter_and_leaders_may_not() -> None:
    def controls(board: Board) -> bool:
        return "controlGroupInput" in kibana.dashboard(board, "yuqing")["attributes"]

    assert {board.face: controls(board) for board in shipped().boards} == {"staff": True, "leader": False}


def test_boards_lead_to_each_other() -> None:
    ids = {one["id"] for face in ("staff", "leader") for one in saved(face) if one["type"] == "dashboard"}
    for key in ("overview-staff", "cases-leader"):
        words = panels(key)["go"]["embeddableConfig"]["savedVis"]["params"]["markdown"]
        targets = [piece.split(")")[0] for piece in words.split("#/view/")[1:]]
        assert len(targets) == 3
        assert set(targets) <= ids
