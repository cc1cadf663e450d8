from __future__ import annotations

import msgspec
import pytest

from dashboards.boards.documents import MIRRORED, TIME, VIEW_OF, VIEWS, Doc, mapping, template
from pipeline.index.elastic.documents import mappings
from pipeline.model import PERSONAL


@pytest.mark.parametrize("kind", VIEW_OF)
def test_the_template_takes_what_the_document_has_and_no_more(kind: type[Doc]) -> None:
    fields = {one.encode_name for one in msgspec.structs.fields(kind)}

    assert fields == set(VIEWS[VIEW_OF[kind]].columns)


def test_every_field_of_the_posts_view_is_one_of_the_index() -> None:
    assert set(VIEWS["posts"].columns) <= set(mappings()["properties"])


def test_nobody_is_named_by_a_field() -> None:
    names = {name for view in VIEWS.values() for name in view.columns}

    assert not names & (set(PERSONAL) | {"acked_by", "author.key"})


@pytest.mark.parametrize("name", MIRRORED)
def test_a_template_is_strict_and_knows_the_time(name: str) -> None:
    made = template(VIEWS[name], "district")

    assert made.patterns == (f"district-{name}",)
    assert made.mappings["dynamic"] == "strict"
    assert made.mappings["properties"][TIME] == {"type": "date"}


def test_dotted_names_are_branches() -> None:
    assert mapping(VIEWS["alerts"])["properties"]["delay"]["properties"].keys() == {"decide", "accept"}


def test_the_board_view_can_hold_no_item() -> None:
    assert {column.type for column in VIEWS["board"].columns.values()} == {"time", "keyword", "number", "boolean"}
    assert not {"text", "title", "summary", "id", "case", "url"} & set(VIEWS["board"].columns)
