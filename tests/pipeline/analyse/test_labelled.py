from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from pipeline.analyse.labelled import FOLDS, Family, Labelled, read, read_emotions
from pipeline.errors import Misconfigured
from pipeline.model import Polarity


def a_file(folder: Path, name: str, *rows: Mapping[str, object]) -> Path:
    file = folder / name
    with gzip.open(file, "wt", encoding="utf-8") if name.endswith(".gz") else file.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return file


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("govmsg_x.train.jsonl.gz", Family.CITIZEN),
        ("review_tea.jsonl", Family.REVIEW),
        ("weibo_senti_100k.jsonl", Family.EMOTICON),
        ("weibo2018.jsonl", Family.MICROBLOG),
        ("my_shop.jsonl", Family.MICROBLOG),
    ],
)
def test_the_name_of_a_file_tells_its_family(tmp_path: Path, name: str, family: Family) -> None:
    [row] = read([a_file(tmp_path, name, {"id": "1", "text": "好", "polarity": "positive"})])

    assert row.family is family


def test_an_emoticon_that_made_the_label_is_taken_out_and_elsewhere_stays(tmp_path: Path) -> None:
    line = {"id": "1", "text": "又下雨[泪]了", "polarity": "negative"}

    told, free = read([a_file(tmp_path, "weibo_senti.jsonl", line), a_file(tmp_path, "weibo2018.jsonl", line)])

    assert (told.text, free.text) == ("又下雨了", "又下雨[泪]了")


def test_who_offends_is_negative_and_all_else_counts_as_neutral(tmp_path: Path) -> None:
    lines = [{"id": str(n), "text": "甲", "label": label} for n, label in enumerate(["offensive", "safe"])]

    rows = read([a_file(tmp_path, "harm_cold.jsonl", *lines)])

    assert [(row.polarity, row.family) for row in rows] == [
        (Polarity.NEG, Family.OFFENCE),
        (Polarity.NEU, Family.OFFENCE),
    ]


def test_a_row_without_polarity_teaches_nothing_and_a_topic_is_no_polarity(tmp_path: Path) -> None:
    file = a_file(
        tmp_path,
        "govmsg.jsonl",
        {"id": "1", "text": "甲", "label": "城建"},
        {"id": "2", "text": "乙", "label": "城建", "polarity": "neutral"},
        {"id": "3", "text": "丙", "label": 1, "polarity": "other"},
    )

    assert [(row.id, row.polarity) for row in read([file])] == [("2", Polarity.NEU)]


def test_every_bad_file_is_named(tmp_path: Path) -> None:
    empty = a_file(tmp_path, "empty.jsonl", {"id": "1", "text": "甲"})
    broken = tmp_path / "broken.jsonl"
    broken.write_text("{", encoding="utf-8")

    with pytest.raises(Misconfigured) as error:
        read([empty, broken, tmp_path / "away.jsonl"])

    assert [Path(fault.place).name for fault in error.value.faults] == ["empty.jsonl", "broken.jsonl", "away.jsonl"]


def test_a_row_stays_in_its_fold_whatever_its_text() -> None:
    first, edited = (Labelled("wb-7", text, Polarity.POS, "f", Family.MICROBLOG) for text in ("好", "坏"))

    assert first.fold == edited.fold
    assert {Labelled(str(n), "", Polarity.POS, "f", Family.REVIEW).fold for n in range(200)} == set(range(FOLDS))


def test_the_emotions_of_several_sets_have_one_name(tmp_path: Path) -> None:
    rows = [
        {"id": str(n), "text": "甲", "label": label}
        for n, label in enumerate(["anger", "disgust", "angry", "投诉", "none"])
    ]

    found = read_emotions([a_file(tmp_path, "weibo_x.jsonl", *rows)])

    assert [row.emotion for row in found] == ["angry", "angry", "angry", "neutral"]
    with pytest.raises(Misconfigured, match="emotion"):
        read_emotions([a_file(tmp_path, "weibo_y.jsonl", {"id": "1", "text": "甲", "label": "城建"})])
