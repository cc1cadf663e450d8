from __future__ import annotations

from typing import Any

import pytest

from dashboards.boards import grafana
from dashboards.boards.grafana import SOURCE

SHEETS = grafana.sheets()


def rectangle(panel: dict[str, Any]) -> set[tuple[int, int]]:
    grid = panel["gridPos"]
    return {(x, y) for x in range(grid["x"], grid["x"] + grid["w"]) for y in range(grid["y"], grid["y"] + grid["h"])}


@pytest.mark.parametrize("name", SHEETS)
def test_panels_stand_side_by_side_on_24_columns(name: str) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in SHEETS[name]["panels"]:
        cells = rectangle(panel)
        assert not cells & taken
        assert max(x for x, _ in cells) < 24
        taken |= cells


@pytest.mark.parametrize("name", SHEETS)
def test_panels_have_ids_of_their_own_and_ask_the_provisioned_source(name: str) -> None:
    panels = SHEETS[name]["panels"]

    assert [panel["id"] for panel in panels] == list(range(1, len(panels) + 1))
    assert all(target["datasource"] == SOURCE for panel in panels for target in panel["targets"])


def test_a_threshold_is_red_from_its_value_on() -> None:
    stats = [panel for panel in SHEETS["operators.json"]["panels"] if panel["type"] == "stat"]
    lag = next(panel for panel in SHEETS["operators.json"]["panels"] if "积压" in panel["title"])

    assert [panel["fieldConfig"]["defaults"]["thresholds"]["steps"][-1]["value"] for panel in stats] == [60, 120, 1, 3]
    assert lag["fieldConfig"]["defaults"]["custom"] == {"thresholdsStyle": {"mode": "dashed"}}


def test_each_dashboard_has_an_address_that_stays() -> None:
    assert {sheet["uid"] for sheet in SHEETS.values()} == {"yuqing-operators", "yuqing-sources", "yuqing-dependencies"}
