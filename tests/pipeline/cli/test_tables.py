from __future__ import annotations

import pytest

from pipeline.cli.tables import print_table

ODD = "水费[/b]涨[red]了:warning:[link=https://example.org]看[/link]"


def test_what_stands_in_a_table_is_shown_as_it_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")

    print_table(("编号[/]", "标题"), [("C-1", ODD)])

    head, row = capsys.readouterr().out.splitlines()
    assert head.split() == ["编号[/]", "标题"]
    assert ODD in row
