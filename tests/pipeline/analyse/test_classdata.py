from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.analyse.classdata import FEWEST, FOLDS, Filed, helpful, read, texts
from pipeline.errors import Misconfigured
from tests.pipeline.analyse.test_labelled import a_file


def some(label: str, field: str = "label", rows: int = FEWEST, **more: str) -> list[dict[str, str]]:
    return [{"id": f"{label}{n}", "text": f"{label}的事第{n}件", field: label, **more} for n in range(rows)]


def test_a_class_with_too_few_texts_is_not_learned(tmp_path: Path) -> None:
    file = a_file(tmp_path, "own.jsonl", *some("水"), *some("路"), *some("灯", rows=FEWEST - 1))

    assert {row.label for row in read("department", [file])} == {"水", "路"}


def test_a_known_set_answers_only_its_own_questions(tmp_path: Path) -> None:
    messages = [*some("城建", msg_type="投诉/求助"), *some("交通", msg_type="咨询")]
    file = a_file(tmp_path, "govmsg_msga.jsonl", *messages)

    assert {row.label for row in read("domain", [file])} == {"城建", "交通"}
    assert {row.label for row in read("msg_kind", [file])} == {"投诉求助", "咨询"}
    with pytest.raises(Misconfigured, match="department"):
        read("department", [file])


def test_labels_of_something_else_are_no_answer_but_their_words_are_read(tmp_path: Path) -> None:
    ours = a_file(tmp_path, "govmsg_msga.jsonl", *some("城建"), *some("交通"))
    other = a_file(tmp_path, "reply_own.jsonl", *some("1"), *some("1"))

    assert {row.label for row in read("domain", [ours, other])} == {"城建", "交通"}
    assert len(texts([ours, other])) == 3 * FEWEST


def test_agencies_help_with_the_domain_and_with_nothing_else(tmp_path: Path) -> None:
    ours = a_file(tmp_path, "govmsg_msga.jsonl", *some("城建"), *some("交通"))
    agencies = a_file(tmp_path, "govqa_own.jsonl", *some("水务局"), *some("交通委"), *some("科委", rows=FEWEST - 1))
    alike = a_file(tmp_path, "govqa_one.jsonl", *some("水务局"))

    assert [{row.label for row in rows} for rows in helpful("domain", [ours, agencies, alike])] == [
        {"水务局", "交通委"}
    ]
    assert helpful("msg_kind", [ours, agencies]) == []


def test_officers_labels_are_read_by_the_name_of_the_question(tmp_path: Path) -> None:
    file = a_file(tmp_path, "citizen.jsonl", *some("水务", "department"), *some("交通", "department"))

    assert len(read("department", [file])) == 2 * FEWEST


def test_a_title_is_read_once(tmp_path: Path) -> None:
    file = a_file(
        tmp_path, "own.jsonl", *some("水", title="水的事"), *some("路", title="别的题目")
    )  # the first title begins its text

    assert {row.text.count("\n") for row in read("domain", [file]) if row.label == "水"} == {0}
    assert {row.text.split("\n")[0] for row in read("domain", [file]) if row.label == "路"} == {"别的题目"}


def test_copies_of_a_text_are_in_one_fold() -> None:
    assert Filed("a", "停水 了", "水").fold == Filed("b", "停水了", "水").fold < FOLDS


def test_every_unreadable_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("{", encoding="utf-8")
    with pytest.raises(Misconfigured, match=r"a\.jsonl(.|\n)*b\.jsonl"):
        read("domain", [tmp_path / "a.jsonl", tmp_path / "b.jsonl"])
