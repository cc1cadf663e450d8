"""What was converted is a rule file in shadow, and says what it lost."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from pipeline.errors import Misconfigured
from pipeline.rulebook import Rulebook
from pipeline.rulebook.convert import FORMS, as_yaml, convert
from pipeline.rulebook.convert.converted import Unlike, field, slug, span


def test_the_file_says_what_it_lost_and_lacks_only_examples(tmp_path: Path) -> None:
    file = tmp_path / "new.yaml"
    file.write_text(as_yaml(convert("trendradar", "停水\n@5\n"), "值班台"), encoding="utf-8")

    book = Rulebook.read([file])

    assert {fault.code for fault in book.errors} == {"E61"}
    assert "# 没有转换 / left behind: 停水 @5" in file.read_text(encoding="utf-8")
    (rule,) = yaml.safe_load(file.read_text(encoding="utf-8"))["rules"]
    assert rule["status"] == "experimental"


def test_an_unknown_system_is_named_with_the_known_ones() -> None:
    with pytest.raises(Misconfigured, match="、".join(FORMS)):
        convert("splunk", "")


def test_ids_are_slugs() -> None:
    assert slug("sigma", "Water Outage!") == "sigma.water_outage"
    assert slug("sigma", "停水") == slug("sigma", "停水") != slug("sigma", "停电")


def test_lengths_of_time_are_written_short() -> None:
    assert [span(given, "t") for given in ({"minutes": 90}, {"days": 2}, {"hours": 1, "minutes": 0}, {"weeks": 1})] == [
        "90m", "2d", "1h", "7d",
    ]  # fmt: skip


def test_our_fields_keep_their_names_and_others_are_told() -> None:
    assert field("place.street") == "place.street"
    with pytest.raises(Unlike, match=r"http\.status"):
        field("http.status")
