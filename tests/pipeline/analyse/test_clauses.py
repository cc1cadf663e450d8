from __future__ import annotations

from pipeline.analyse.clauses import clauses, telling
from pipeline.analyse.trainingtexts import read

LONG = "物业费年年涨，电梯坏了半年没人修。今天下午电梯又停了，我妈被关在里面，她有哮喘，按铃没人理！还有停车费的事"


def parts(text: str, word: str) -> list[str]:
    (reading,) = read([text], None)
    start = reading.squeezed.index(word)
    return [reading.squeezed[slice(*span)] for span in telling(clauses(reading), start, start + len(word), 24)]


def test_clauses_end_at_commas_and_spaces_and_hold_no_mark() -> None:
    (reading,) = read(["着火了，快来人！ 三楼 有老人。"], None)
    assert [reading.squeezed[slice(*span)] for span in clauses(reading)] == ["着火了", "快来人", "三楼", "有老人"]


def test_a_text_of_marks_has_no_clauses() -> None:
    (reading,) = read(["！！！，，。"], None)
    assert clauses(reading) == []


def test_a_word_is_told_with_the_clauses_behind_it_that_say_enough() -> None:
    assert parts(LONG, "电梯又停了") == ["今天下午电梯又停了我妈被关在里面她有哮喘按铃没人理"[:25]]


def test_where_a_sentence_ends_those_before_help() -> None:
    assert parts(LONG, "她有哮喘") == ["今天下午电梯又停了我妈被关在里面她有哮喘按铃没人理"]


def test_no_other_sentence_helps() -> None:
    assert parts(LONG, "还有停车费") == ["还有停车费的事"]


def test_a_word_over_two_clauses_is_told_from_either_on() -> None:
    first, second = parts(
        "桥断了" + "车掉进河里了" * 3 + "，人没上来，水太急了看不见岸也看不见人影，谁有船谁有绳子谁会水快来",
        "河里了人没上来",
    )
    assert first.startswith("桥断了") and second.startswith("人没上来")
