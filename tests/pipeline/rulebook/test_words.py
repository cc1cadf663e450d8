from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.rulebook import Rulebook, TextCondition
from pipeline.rulebook.rule import Written
from tests.pipeline.rulebook.rules import a_rule, codes, read


def condition(folder: Path, text: dict[str, object], **sections: object) -> TextCondition:
    rule = read(folder, _looking_for(text), **sections).rules[0]
    assert rule.condition.text is not None
    return rule.condition.text


def refused(folder: Path, text: dict[str, object], **sections: object) -> list[str]:
    book = read(folder, _looking_for(text), **sections)
    assert book.rules == ()
    return codes(book)


def _looking_for(text: dict[str, object]) -> dict[str, object]:
    examples = {"match": [{"title": "停水断水停电", "text": "停水断水停电"}], "no_match": ["无"]}
    return a_rule(match={"text": text}, examples=examples)


def test_words_are_folded_as_texts_are(tmp_path: Path) -> None:
    assert condition(tmp_path, {"any": ["停 水", "斷電", "ＷＩＦＩ"]}).any == (("停水",), ("断电",), ("wifi",))


def test_variants_unfold_everywhere(tmp_path: Path) -> None:
    found = condition(
        tmp_path,
        {
            "must": ["停水"],
            "any": ["停水"],
            "near": [{"a": ["停水"], "b": ["停电"], "within": 9}],
            "except": ["大停水"],
        },
        variants={"停水": ["断水"]},
    )

    assert found.must == found.any == (("停水", "断水"),)
    assert found.near[0].a == ("停水", "断水")
    assert found.except_ == ("大停水",)


def test_a_list_is_one_of_in_must_and_many_entries_in_any(tmp_path: Path) -> None:
    lists = {"事": ["停水", "@电"], "电": ["停电"]}

    found = condition(tmp_path, {"must": ["@事", ["断水", "@电"]], "any": ["@事"], "min": 2}, lists=lists)

    assert found.must == (("停水", "停电"), ("断水", "停电"))
    assert found.any == (("停水",), ("停电",))


def test_a_list_file_that_is_not_utf_8_is_an_error_and_never_words_that_cannot_hit(tmp_path: Path) -> None:
    (tmp_path / "词.txt").write_bytes("供暖\n暖气\n".encode("gb18030"))

    assert refused(tmp_path, {"any": ["停水", "@词"]}, lists={"词": "!file 词.txt"}) == ["E16"]


def test_a_list_file_saved_by_a_windows_editor_is_read(tmp_path: Path) -> None:
    (tmp_path / "词.txt").write_bytes("停水\r\n断水\r\n".encode("utf-8-sig"))

    assert condition(tmp_path, {"exact": ["@词"], "any": ["@词"]}, lists={"词": "!file 词.txt"}).written == (
        Written("停水", ("停水",)),
        Written("断水", ("断水",)),
    )


def test_a_list_may_live_in_a_file_beside_the_rules(tmp_path: Path) -> None:
    (tmp_path / "词.txt").write_text("停水  # 常见\n\n断水\n", encoding="utf-8")

    assert condition(tmp_path, {"any": ["@词"]}, lists={"词": "!file 词.txt"}).any == (("停水",), ("断水",))


@pytest.mark.parametrize(
    ("lists", "word"),
    [
        ({}, "@词"),
        ({"词": []}, "@词"),
        ({"词": ["@别"], "别": ["@词"]}, "@词"),
        ({"词": "!file 没有.txt"}, "@词"),
        ({"词": "!file ../外面.txt"}, "@词"),
    ],
)
def test_a_list_that_leads_nowhere_is_refused(tmp_path: Path, lists: object, word: str) -> None:
    folder = tmp_path / "rules"
    folder.mkdir()
    (tmp_path / "外面.txt").write_text("停水", encoding="utf-8")

    assert "E16" in refused(folder, {"any": ["停水", word]}, lists=lists)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ({"any": ["停水", ""]}, "E11"),
        ({"any": ["停水", "！？"]}, "E11"),
        ({"any": ["停水"], "none": ["停 水"]}, "E12"),
        ({"any": ["停水"], "except": ["水果"]}, "E13"),
        ({"near": [{"a": ["停水"], "b": [], "within": 3}]}, "E14"),
        ({"near": [{"a": ["停水"], "b": ["停电"], "within": 0}]}, "E14"),
        ({"near": [{"a": ["停水"], "b": ["停电"], "within": 201}]}, "E14"),
        ({"near": [{"a": ["停水"], "b": ["停电"], "within": 9, "same": "paragraph"}]}, "E14"),
        ({"any": ["停水"], "min": 2}, "E15"),
        ({"none": ["停水"]}, "E20"),
        ({"any": ["停水"], "fields": ["body"]}, "E21"),
        ({"any": ["停水"], "pinyin": ["断水"]}, "E19"),
        ({"any": ["停水", "水"], "pinyin": ["水"]}, "E19"),
        ({"any": ["停水", "ts"], "pinyin": ["ts"]}, "E19"),
        ({"any": ["停水"], "exact": ["断水"]}, "E13"),
        ({"any": {"停水": 1}}, "E03"),
        ({"anny": ["停水"]}, "E02"),
    ],
)
def test_words_that_cannot_work_are_refused(tmp_path: Path, text: dict[str, object], code: str) -> None:
    assert code in refused(tmp_path, text)


def test_a_variant_of_a_variant_is_refused(tmp_path: Path) -> None:
    variants = {"停水": ["断水"], "断水": ["停水"]}

    assert "E17" in refused(tmp_path, {"any": ["停水"]}, variants=variants)


def test_one_character_alone_is_pointed_out(tmp_path: Path) -> None:
    book: Rulebook = read(tmp_path, _looking_for({"any": ["水"]}))

    assert ("W01" in codes(book), len(book.rules)) == (True, 1)


def test_a_word_may_be_written_in_pinyin_character_by_character_if_it_stands_alone(tmp_path: Path) -> None:
    words = condition(tmp_path, {"any": ["停水", "讨薪"], "pinyin": ["讨薪"]})

    assert words.any[1] == ("讨薪", "讨xin", "tao薪", "taoxin")
    assert "讨xin" not in {word for group in condition(tmp_path, {"any": ["停水", "讨薪"]}).any for word in group}


def test_the_pinyin_of_a_variant_is_not_asked_for(tmp_path: Path) -> None:
    words = condition(tmp_path, {"any": ["停水", "讨薪"], "pinyin": ["讨薪"]}, variants={"讨薪": ["要钱"]})

    assert "要钱" in words.any[-1]
    assert "yaoqian" not in words.any[-1]


def test_a_word_asked_for_exactly_remembers_how_it_was_written(tmp_path: Path) -> None:
    words = condition(tmp_path, {"any": ["ＣBD", "停水"], "exact": ["ＣBD"]})

    assert words.any == (("cbd",), ("停水",))
    assert words.written == (Written("cbd", ("ＣBD",)),)


def test_without_folding_every_word_and_variant_is_as_it_was_written(tmp_path: Path) -> None:
    words = condition(tmp_path, {"any": ["斷水", "停水"], "fold": "off"}, variants={"断水": ["沒水"]})

    assert {written.word: written.originals for written in words.written} == {
        "断水": ("斷水",), "没水": ("沒水",), "停水": ("停水",)
    }  # fmt: skip


def test_digits_are_alike_in_every_script_if_a_rule_wants_it(tmp_path: Path) -> None:
    words = condition(tmp_path, {"any": ["12号楼", "停水"], "fold": ["width", "case", "trad", "noise", "digit"]})

    assert {"12号楼", "一二号楼", "壹贰号楼"} <= set(words.any[0])
    assert words.written == ()
