"""Every way of writing a name, and what each may stand for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analyse.names import OUTSIDE, Sure, is_common, names
from pipeline.directory import Directory, Place, Territory
from pipeline.text.normal import folded


def a_place(name: str, kind: str = "community", id_: str = "a", *aliases: str) -> Place:
    return Place.model_validate({"id": id_, "kind": kind, "name": name, "aliases": aliases})


def forms(*places: Place, outside: tuple[str, ...] = ()) -> dict[str, Sure]:
    directory = Directory.model_validate(
        {
            "schema": "yuqing-directory/v1",
            "territory": Territory(name="云溪县", city="远江市"),
            "places": places,
            "outside": outside,
        }
    )
    return {name.word: name.sure for name in names(directory) if name.place or name.kind == OUTSIDE}


@pytest.mark.parametrize(
    ("name", "kind", "form", "sure"),
    [
        ("翠溪街道", "street", "翠溪", Sure.SHORT),
        ("和平街道", "street", "和平", Sure.COMMON),
        ("和平街道", "street", "和平街办", Sure.SHORT),
        ("翠溪家园", "community", "翠溪", Sure.SHORT),
        ("翠溪二期", "community", "翠溪2期", Sure.FULL),
        ("翠溪12区", "community", "翠溪十二区", Sure.FULL),
        ("第二十一社区", "community", "第21社区", Sure.FULL),
        ("云溪县第三小学", "facility", "云溪三小", Sure.FULL),
        ("云溪县第三小学", "facility", "三小", Sure.LOCAL),
        ("云溪三小", "facility", "云溪县第3小学", Sure.FULL),
        ("云溪县人民医院", "facility", "县人民医院", Sure.LOCAL),
        ("翠溪工地", "site", "翠溪项目", Sure.FULL),
        ("纬三路", "road", "纬3路", Sure.FULL),
        ("人民路", "road", "人民路", Sure.SHORT),
    ],
)
def test_a_name_is_also_written_in_other_ways(name: str, kind: str, form: str, sure: Sure) -> None:
    assert forms(a_place(name, kind)).get(form) is sure


def test_a_may_day_road_is_no_bus_line() -> None:
    assert not {"51路", "5一路", "五1路"} & set(forms(a_place("五一路", "road")))
    assert "3路" not in forms(a_place("三路", "road"))


def test_what_begins_other_names_stands_for_none_of_them() -> None:
    found = forms(a_place("翠溪花园", "community", "a"), a_place("翠溪路", "road", "b"))
    assert "翠溪" not in found


def test_of_a_street_and_a_village_of_one_short_name_the_street_has_it() -> None:
    directory = Directory.model_validate(
        {
            "schema": "yuqing-directory/v1",
            "territory": {"name": "云溪县"},
            "places": [a_place("翠溪镇", "street", "z"), a_place("翠溪村", "community", "c")],
        }
    )
    (short,) = [name for name in names(directory) if name.word == "翠溪"]
    assert short.place is not None and short.place.id == "z"


def test_a_told_alias_beats_every_derived_form() -> None:
    found = [a_place("翠溪镇", "street", "z"), a_place("新苑", "community", "c", "翠溪")]
    directory = Directory.model_validate(
        {"schema": "yuqing-directory/v1", "territory": {"name": "云溪县"}, "places": found}
    )
    assert [name.place.id for name in names(directory) if name.word == "翠溪" and name.place] == ["c"]


def test_another_territory_is_known_by_its_short_name_unless_everybody_says_it() -> None:
    found = forms(outside=("松岭市", "和平区"))
    assert (found["松岭"], found["和平"]) == (Sure.SHORT, Sure.COMMON)


def test_common_words_are_everyday_words() -> None:
    assert is_common("幸福") and is_common("阳光") and not is_common("翠溪")


@given(
    st.text(alphabet="云溪翠第三3十小学街道镇村花园二期路工地AB ", max_size=8),
    st.sampled_from(["street", "community", "road", "facility", "site"]),
)
def test_whatever_a_place_is_called_its_name_is_there_folded_and_no_form_is_empty(name: str, kind: str) -> None:
    found = forms(a_place(name, kind))

    assert all(word == folded(word) and word for word in found)
    assert not folded(name) or folded(name) in found
