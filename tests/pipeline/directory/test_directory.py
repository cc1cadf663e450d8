"""The district's directory: read whole, with every fault at once, and without references to nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.directory import Directory, Place, Territory
from pipeline.errors import Misconfigured

HEAD = "schema: yuqing-directory/v1\nterritory: {name: 青湖区}\n"


def places_of(folder: Path, yaml: str) -> dict[str, str]:
    """Return what is wrong, by the place it stands at."""
    file = folder / "d.yaml"
    file.write_text(yaml, encoding="utf-8")
    with pytest.raises(Misconfigured) as caught:
        Directory.read(file)
    return {fault.place.removeprefix(f"{file}: "): fault.zh for fault in caught.value.faults}


def test_the_shipped_district_leads_nowhere_it_does_not_know() -> None:
    shipped = Directory.read()

    assert shipped.territory.name == "青湖区"
    assert shipped.dangling("d") == []
    assert {unit.role for unit in shipped.units} >= {"desk", "hotline", "street"}


def test_every_fault_is_said_with_its_place(tmp_path: Path) -> None:
    told = places_of(
        tmp_path,
        HEAD
        + "places: [{id: s1, kind: street, name: 湖东街道, in: s9}, {id: s1, kind: street, name: 文桥街道}]\n"
        + "units: [{id: u1, name: 区水务局, areas: [s1, s8]}]\n",
    )

    assert told == {
        "places.s1.in": "没有编号为 s9 的地点",
        "units.u1.areas": "没有编号为 s8 的地点",
        "places.s1": "编号重复",
    }


@pytest.mark.parametrize(
    ("yaml", "place"),
    [
        (HEAD + "places: [{id: s1, kind: planet, name: 火星}]", "places.0.kind"),
        (HEAD + "offices: []", "offices"),
        ("territory: {name: 青湖区}\nschema: yuqing-directory/v2", "schema"),
        ("", ""),
        ("- just\n- a list", ""),
    ],
)
def test_what_is_no_directory_is_said_with_its_key(tmp_path: Path, yaml: str, place: str) -> None:
    assert place in places_of(tmp_path, yaml)


@pytest.mark.parametrize(
    ("name", "said"), [("none.yaml", "没有这个名录文件"), ("bad.yaml", "不是有效的 YAML"), (".", "打不开")]
)
def test_a_file_that_cannot_be_read_is_said(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "bad.yaml").write_text("territory: [", encoding="utf-8")

    with pytest.raises(Misconfigured, match=said):
        Directory.read(tmp_path / name)


def test_what_is_around_a_place_is_told_from_the_inside_and_a_circle_ends() -> None:
    street = Place(id="s", kind="street", name="湖东街道")
    village = Place.model_validate({"id": "c", "kind": "community", "name": "锦湖里", "in": "s"})
    round_and_round = Place.model_validate({"id": "x", "kind": "road", "name": "环路", "in": "x"})
    directory = Directory(territory=Territory(name="青湖区"), places=(street, village, round_and_round))

    assert directory.around(village) == (village, street)
    assert set(directory.around(round_and_round)) == {round_and_round}
    with pytest.raises(KeyError):
        directory.place("nowhere")


def test_a_directory_may_have_lists_of_its_own_for_rules_to_expect(tmp_path: Path) -> None:
    file = tmp_path / "d.yaml"
    file.write_text(
        "gov_accounts: [{account_id: A, name: 青湖发布, since: '2026-03-01T00:00:00+08:00'}]", encoding="utf-8"
    )

    [entry] = Directory.read(file).expected()["directory.gov_accounts"]

    assert entry["account_id"] == "A"


def test_a_list_of_ours_that_is_misspelt_is_none_of_ones_own(tmp_path: Path) -> None:
    assert "acounts" in places_of(tmp_path, HEAD + "acounts: [{id: a}]")


def test_expected_accounts_stand_with_the_names_of_their_units() -> None:
    shipped = Directory.read().expected()

    assert {entry["id"] for entry in shipped["directory.accounts"]} >= {"qh-fabu"}
    assert all(entry["unit"] != "desk" for entry in shipped["directory.accounts"])
