from __future__ import annotations

from dashboards.boards import objects
from dashboards.boards.documents import VIEWS
from dashboards.boards.spec import shipped


def test_codes_are_shown_as_words_and_ids_as_links_to_the_console() -> None:
    shown = objects.formats(VIEWS["cases"], "https://desk.example/")

    assert {"key": "L1", "value": "L1 红"} in shown["level"]["params"]["lookupEntries"]
    assert shown["name"]["params"]["urlTemplate"] == "https://desk.example/#case/{{value}}"
    assert shown["ack.took"]["id"] == "duration"
    assert "title" not in shown


def test_text_is_searched_and_never_aggregated() -> None:
    fields = {one["name"]: one for one in objects.field_list(VIEWS["cases"])}

    assert (fields["title"]["aggregatable"], fields["level"]["aggregatable"]) == (False, True)


def test_leaders_use_one_view() -> None:
    leaders = [board for board in shipped().boards if board.face == "leader"]

    assert [view.name for view in objects.used_views(leaders)] == ["board"]
    assert [view.name for view in objects.used_views(shipped().boards)] == list(VIEWS)


def test_a_line_is_an_object() -> None:
    assert objects.lines([{"a": "停水"}, {"b": 1}]) == '{"a":"停水"}\n{"b":1}\n'
