from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from dashboards.boards import spec
from dashboards.boards.spec import Measure, Split, read, shipped
from pipeline.errors import Misconfigured


def a_panel(**more: Any) -> dict[str, Any]:
    return {"id": "volume", "kind": "bar", "title": ["声量", "Volume"], "view": "posts", "split": [{"time": "day"}],
            "grid": [0, 0, 24, 10]} | more  # fmt: skip


def faults_of(tmp_path: Path, *panels: dict[str, Any], **more: Any) -> str:
    board = {"id": "overview", "face": "staff", "title": ["总览", "Overview"], "about": ["看", "Look"]} | more
    file = tmp_path / "spec.yaml"
    file.write_text(yaml.safe_dump({"boards": [board | {"panels": list(panels)}]}), encoding="utf-8")
    with pytest.raises(Misconfigured) as caught:
        read(file)
    return "\n".join(fault.say("en") for fault in caught.value.faults)


def test_four_matters_stand_in_two_faces() -> None:
    assert {board.key for board in shipped().boards} == {
        f"{name}-{face}" for name in ("overview", "alerts", "sources", "cases") for face in ("staff", "leader")
    }
    assert shipped().board("cases-leader").title.zh == "办件（领导）"


def test_leaders_look_at_aggregates_only() -> None:
    panels = [panel for board in shipped().boards if board.face == "leader" for panel in board.panels]

    assert {panel.view for panel in panels if panel.kind != "words"} == {"board"}
    assert not any(panel.kind == "list" for panel in panels)


def test_every_panel_says_what_it_means() -> None:
    assert all(panel.says for board in shipped().boards for panel in board.panels if panel.kind != "words")


@pytest.mark.parametrize(
    ("panel", "fault"),
    [
        (a_panel(split=[{"field": "matter.topik"}]), "posts has no field matter.topik; did you mean matter.topic"),
        (a_panel(split=[{"field": "zzz"}]), "posts has no field zzz"),
        (a_panel(split=[{"field": "text"}]), "text is text and cannot be counted by"),
        (a_panel(split=[]), "takes another number of splits"),
        (a_panel(view="post"), "there is no view 'post'"),
        (a_panel(grid=[30, 0, 24, 10]), "reaches beyond 48 columns"),
        (a_panel(measure=[{"what": "avg", "field": "url", "label": ["平均", "Mean"]}]), "url is no number"),
        (a_panel(measure=[{"what": "avg", "label": ["平均", "Mean"]}]), "count takes no field"),
        (a_panel(split=[{"time": "day", "field": "url"}]), "write either time or field"),
        (a_panel(columns=["text"]), "columns belong to a list"),
        (a_panel(kind="list", split=[]), "columns belong to a list"),
        (a_panel(kind="list", split=[], columns=["texd"]), "posts has no field texd"),
        (a_panel(kind="words", view="", split=[]), "words are missing"),
        (a_panel(colour="red"), "panels.0.colour"),
        (a_panel(title=["只有中文"]), "panels.0.title"),
    ],
)
def test_a_fault_is_named_with_its_place(tmp_path: Path, panel: dict[str, Any], fault: str) -> None:
    assert fault in faults_of(tmp_path, panel)


def test_panels_neither_overlap_nor_share_an_id(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, a_panel(), a_panel(grid=[10, 5, 24, 10]), a_panel(id="other", grid=[34, 5, 4, 4]))

    assert faults.splitlines() == [
        "spec.yaml: overview-staff.volume: this id is used twice",
        "spec.yaml: overview-staff.volume: overlaps volume",
    ]


def test_a_leaders_board_has_neither_items_nor_filters(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, a_panel(), face="leader", controls=["source.id"])

    assert "leaders' boards show aggregates only" in faults
    assert "leaders' boards have no filters" in faults


def test_a_control_filters_by_a_field_that_is_there(tmp_path: Path) -> None:
    assert "posts has no field streets" in faults_of(tmp_path, a_panel(), controls=["streets"])


def test_a_board_is_written_once(tmp_path: Path) -> None:
    tree = yaml.safe_load(spec.SHIPPED.read_text(encoding="utf-8"))
    file = tmp_path / "spec.yaml"
    file.write_text(yaml.safe_dump({"boards": [tree["boards"][1]] * 2}), encoding="utf-8")

    with pytest.raises(Misconfigured, match="看板写了两次"):
        read(file)


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("boards: [", encoding="utf-8")
    for name in ("broken.yaml", "none.yaml"):
        with pytest.raises(Misconfigured, match="读不了"):
            read(tmp_path / name)


def test_without_a_measure_a_panel_counts() -> None:
    panel = shipped().board("overview-staff").panels[1]

    assert [(one.what, one.label.en) for one in panel.measures] == [("count", "Count")]
    assert set(panel.fields()) == set()
    assert "source.id" in set(shipped().board("overview-staff").panels[-1].fields())
    assert Split(time="day").most == 10
    assert Measure(label=panel.title).at == 95
