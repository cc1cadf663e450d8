"""Sound files are changed by hand, one mistake at a time."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dashboards.boards import kibana, opensearch
from dashboards.boards.check import check, check_text
from dashboards.boards.spec import shipped

Tree = dict[str, Any]


def said(text: str) -> str:
    return "\n".join(fault.say("en") for fault in check_text(text, "f.ndjson"))


def changed(module: Any, change: Callable[[Tree, list[Tree]], None], id_: str) -> str:
    """Return what is said of the file after *change* of object *id_* and its panels."""
    boards = [board for board in shipped().boards if board.key == "overview-staff"]
    objects = json.loads(json.dumps(module.saved(boards)))
    found = next(one for one in objects if one["id"] == id_)
    panels = json.loads(found["attributes"].get("panelsJSON", "[]"))
    change(found, panels)
    if panels:
        found["attributes"]["panelsJSON"] = json.dumps(panels)
    return said("".join(json.dumps(one) + "\n" for one in objects))


def layer_of(panel: Tree) -> Tree:
    attributes = panel["embeddableConfig"]["attributes"]
    return dict(next(iter(attributes["state"]["datasourceStates"]["formBased"]["layers"].values())))


def _rename_field(_: Tree, panels: list[Tree]) -> None:
    layer_of(panels[7])["columns"]["s1"]["sourceField"] = "sentiment.lable"


def _forget_column(_: Tree, panels: list[Tree]) -> None:
    layer_of(panels[7])["columnOrder"].remove("s1")


def _wrong_accessor(_: Tree, panels: list[Tree]) -> None:
    panels[7]["embeddableConfig"]["attributes"]["state"]["visualization"]["layers"][0]["splitAccessor"] = "s9"


def _wrong_accessors(_: Tree, panels: list[Tree]) -> None:
    panels[7]["embeddableConfig"]["attributes"]["state"]["visualization"]["layers"][0]["accessors"] = ["m9"]


def _wrong_table_column(_: Tree, panels: list[Tree]) -> None:
    panels[9]["embeddableConfig"]["attributes"]["state"]["visualization"]["columns"][0]["columnId"] = "s7"


def _wrong_order(_: Tree, panels: list[Tree]) -> None:
    layer_of(panels[7])["columns"]["s1"]["params"]["orderBy"]["columnId"] = "m4"


def _wrong_layer(_: Tree, panels: list[Tree]) -> None:
    panels[1]["embeddableConfig"]["attributes"]["state"]["visualization"]["layerId"] = "gone"


def _no_inner_reference(_: Tree, panels: list[Tree]) -> None:
    panels[1]["embeddableConfig"]["attributes"]["references"] = []


def _drop_reference(board: Tree, _: list[Tree]) -> None:
    board["references"] = board["references"][1:]


def _double_reference(board: Tree, _: list[Tree]) -> None:
    board["references"].append(board["references"][0])


def _spare_reference(board: Tree, _: list[Tree]) -> None:
    board["references"].append({"name": "spare", "type": "search", "id": "nowhere"})


def _same_id(_: Tree, panels: list[Tree]) -> None:
    panels[2] |= {"panelIndex": "posts", "gridData": panels[2]["gridData"] | {"i": "posts"}}


def _wide(_: Tree, panels: list[Tree]) -> None:
    panels[1]["gridData"]["x"] = 45


def _overlap(_: Tree, panels: list[Tree]) -> None:
    panels[1]["gridData"]["x"] = 4


def _other_i(_: Tree, panels: list[Tree]) -> None:
    panels[1]["gridData"]["i"] = "else"


def _no_title(board: Tree, _: list[Tree]) -> None:
    board["attributes"]["title"] = ""


def _no_version(board: Tree, _: list[Tree]) -> None:
    del board["typeMigrationVersion"]
    board["references"] = [one for one in board["references"] if "panel_" not in one["name"]]


def _other_type(board: Tree, _: list[Tree]) -> None:
    board["type"] = "canvas"


def _no_id(board: Tree, _: list[Tree]) -> None:
    board["id"] = ""


def _control_field(board: Tree, _: list[Tree]) -> None:
    group = board["attributes"]["controlGroupInput"]
    group["panelsJSON"] = group["panelsJSON"].replace("place.street", "place.streets")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (_rename_field, "panel volume: posts has no field sentiment.lable"),
        (_forget_column, "panel volume: columnOrder is not columns"),
        (_wrong_accessor, "panel volume: there is no column s9"),
        (_wrong_accessors, "panel volume: there is no column m9"),
        (_wrong_table_column, "panel hot: there is no column s7"),
        (_wrong_order, "panel volume: there is no column m4"),
        (_wrong_layer, "panel posts: there is no layer gone"),
        (_no_inner_reference, "panel posts: layer posts has no data view"),
        (_drop_reference, "references: the reference posts:indexpattern-datasource-layer-posts is missing"),
        (_double_reference, "is there twice"),
        (_spare_reference, "nothing uses the reference spare"),
        (_spare_reference, "the file has no search nowhere"),
        (_same_id, "panel posts: this id is used twice"),
        (_wide, "panel posts: not inside 48 columns"),
        (_overlap, "panel posts: overlaps negative"),
        (_other_i, "panel posts: gridData.i is not panelIndex"),
        (_no_title, "attributes.title: a title is missing"),
        (_no_version, "the migration version is missing"),
        (_other_type, "type: 'canvas' is none of ours"),
        (_no_id, "id: an id is missing"),
        (_control_field, "posts has no field place.streets"),
    ],
)
def test_a_mistake_on_a_dashboard_is_named(change: Callable[[Tree, list[Tree]], None], fault: str) -> None:
    assert fault in changed(kibana, change, "yuqing-overview-staff")


def _classic_field(found: Tree, _: list[Tree]) -> None:
    found["attributes"]["visState"] = found["attributes"]["visState"].replace("sentiment.label", "sentiment.lable")


def _classic_order(found: Tree, _: list[Tree]) -> None:
    found["attributes"]["visState"] = found["attributes"]["visState"].replace('"orderBy":"1"', '"orderBy":"7"')


def _classic_series(found: Tree, _: list[Tree]) -> None:
    found["attributes"]["visState"] = found["attributes"]["visState"].replace(
        '"id":"1"},"valueAxis"', '"id":"8"},"valueAxis"'
    )


def _classic_column(found: Tree, _: list[Tree]) -> None:
    found["attributes"]["columns"] = ["texd"]


def _classic_control(found: Tree, _: list[Tree]) -> None:
    found["attributes"]["visState"] = found["attributes"]["visState"].replace("place.street", "place.streets")


@pytest.mark.parametrize(
    ("change", "id_", "fault"),
    [
        (_classic_field, "volume", "aggs 3: posts has no field sentiment.lable"),
        (_classic_order, "volume", "aggs 3: there is no aggregation 7"),
        (_classic_series, "volume", "seriesParams: no aggregation 8"),
        (_classic_column, "newest", "columns: posts has no field texd"),
        (_classic_control, "controls", "controls: posts has no field place.streets"),
    ],
)
def test_a_mistake_in_a_classic_visualisation_is_named(
    change: Callable[[Tree, list[Tree]], None], id_: str, fault: str
) -> None:
    assert fault in changed(opensearch, change, f"yuqing-overview-staff-{id_}")


def test_a_word_for_a_field_that_is_not_there_is_named() -> None:
    def change(found: Tree, _: list[Tree]) -> None:
        found["attributes"]["fieldFormatMap"] = '{"levle": {}}'

    assert "fieldFormatMap: there is no field levle" in changed(kibana, change, "yuqing-alerts")


def test_views_come_first_and_nothing_is_there_twice() -> None:
    lines = kibana.files(shipped())["leader.ndjson"].splitlines()

    assert "data views come first" in said("\n".join([*lines[1:], lines[0]]))
    assert "is there twice" in said("\n".join([*lines, lines[-1]]))


@pytest.mark.parametrize(
    ("text", "fault"),
    [("{", "f.ndjson:1: not valid JSON"), ("[]", "一行应是一个对象"), ("", "the file is empty"),
     ('{"attributes": {"panelsJSON": "["}}', "panelsJSON")],
)  # fmt: skip
def test_a_file_that_is_no_ndjson_is_named(text: str, fault: str) -> None:
    assert fault in said(text)


def test_views_of_others_are_their_own_affair() -> None:
    text = json.dumps({
        "id": "logs", "type": "index-pattern", "typeMigrationVersion": "8.0.0",
        "attributes": {"title": "logs", "fieldFormatMap": "{}"},
    })  # fmt: skip

    assert said(text) == ""


def test_a_file_is_read_from_disk(tmp_path: Path) -> None:
    (tmp_path / "staff.ndjson").write_text(kibana.files(shipped())["staff.ndjson"], encoding="utf-8")

    assert check(tmp_path / "staff.ndjson") == []
