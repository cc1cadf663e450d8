"""What ``yuqing search`` prints."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import msgspec
import pytest

from pipeline.index import Bucket, Found, open_index, present
from pipeline.model import AnalysedPost, Fetch, Polarity
from tests.contracts.index_posts import a_post

ZONE = "Asia/Shanghai"


def searched(folder: Path, query: str, *docs: AnalysedPost) -> Found:
    index = open_index(f"sqlite:///{folder / 'index.db'}")
    index.write(docs)
    found = index.search(query)
    index.close()
    return found


def test_json_shows_fields_by_their_names_and_the_found_words(tmp_path: Path) -> None:
    doc = a_post("u5:1", "東湖花園停氣", street="文桥街道", label=Polarity.NEG, watch=("供气",))
    doc = msgspec.structs.replace(
        doc, post=msgspec.structs.replace(doc.post, fetch=Fetch(charset="gb18030", warnings=("relative_date",)))
    )

    (hit,) = json.loads(present.hits(searched(tmp_path, "停气", doc), "json", ZONE))

    assert hit["id"] == "u5:1"
    assert hit["native_id"] == "tid=u5:1"
    assert hit["at"] == "2026-03-10T01:00:00+00:00"
    assert hit["sentiment"] == {"label": "neg", "p_neg": 0.9, "p_pos": 0.1}
    assert hit["place"]["street"] == "文桥街道"
    assert hit["watch"] == ["供气"]
    assert hit["published"] == {"at": "2026-03-10T01:00:00+00:00", "precision": "s", "basis": "feed", "raw": ""}
    assert hit["fetch"] == {"charset": "gb18030", "warnings": ["relative_date"]}
    assert hit["highlight"] == [{"field": "text", "spans": [[4, 6]], "words": ["停氣"]}]
    assert hit["excerpt"] == "東湖花園«停氣»"


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "＝1"])
def test_a_cell_of_csv_is_never_a_formula(tmp_path: Path, text: str) -> None:
    out = present.hits(searched(tmp_path, "*", a_post("a", text)), "csv", ZONE)

    header, row = csv.reader(io.StringIO(out, newline=""))
    assert dict(zip(header, row, strict=True))["text"] == "'" + text.replace("\r", "\n")


def test_csv_keeps_commas_quotes_and_lines_and_tells_local_time(tmp_path: Path) -> None:
    out = present.hits(searched(tmp_path, "*", a_post("a", '停水,"三天"\n了')), "csv", ZONE)

    (row,) = csv.DictReader(io.StringIO(out, newline=""))
    assert row["text"] == '停水,"三天"\n了'
    assert row["at"] == "2026-03-10T09:00:00+08:00"


def test_counts_as_csv_are_two_columns() -> None:
    assert present.buckets([Bucket("2026-03-10", 4, 1)], "day", "csv") == "bucket,count\n2026-03-10,4\n"


def test_counts_as_json_tell_the_negative_ones_too() -> None:
    assert json.loads(present.buckets([Bucket("a", 4, 1)], "source.id", "json")) == [
        {"bucket": "a", "count": 4, "neg": 1}
    ]


def test_the_table_is_in_chinese_and_shows_markup_as_it_is(tmp_path: Path) -> None:
    out = present.hits(searched(tmp_path, "停水", a_post("a", "[red]停水[/red] 了", label=Polarity.NEG)), "table", ZONE)

    assert "共 1 条" in out
    assert "2026-03-10 09:00" in out
    assert "[red]«停水»[/red] 了" in out
    assert "负面" in out


def test_the_table_of_counts_is_headed_by_the_field(tmp_path: Path) -> None:
    out = present.buckets([Bucket("文桥街道", 4, 1)], "place.street", "table")

    assert "街道乡镇" in out
    assert "文桥街道" in out


def test_an_empty_answer_is_empty_in_every_format() -> None:
    assert json.loads(present.hits(Found(0), "json", ZONE)) == []
    assert present.hits(Found(0), "csv", ZONE).count("\n") == 1
    assert "共 0 条" in present.hits(Found(0), "table", ZONE)
