from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.analyse import asides
from pipeline.analyse.asides import ASIDES, ENDS, NOT_BEHIND, Plain, any_in
from pipeline.text.automaton import automaton
from pipeline.text.normal import normal, squeeze
from tests.live import do_without

HOSTILE = "谢 谢谢 孩子 着火了 班 仿 , 、 。 \n \u3000 \x00 ( a \U00020000".split(" ")


def compiled() -> Any:
    try:
        from pipeline.analyse._asides import Asides
    except ImportError:
        do_without("a C compiler when yuqing was installed")
    return Asides


def said(text: str) -> list[str]:
    folded = normal(text)
    squeezed, offsets = squeeze(folded)
    return [squeezed[first:last] for first, last in asides.asides.clauses(folded, offsets)]


def test_a_clause_goes_from_mark_to_mark() -> None:
    assert said("煤气漏了，领导 天天开会、没人来") == ["领导"]
    assert said("领导天天开会") == ["领导天天开会"]
    assert said("孩子掉井里了") == []


def test_only_bare_thanks_are_said_aside() -> None:
    assert said("井盖丢了，谢谢！") == ["谢谢"]
    assert said("谢谢消防员来得这么快") == []


def test_a_word_that_belongs_to_a_longer_one_is_not_said_aside() -> None:
    assert said("班主任打人，教导主任也在") == ["教导主任也在"]
    assert said("仿佛要塌了") == []


def test_places_between_two_others() -> None:
    assert any_in([3, 9], 3, 4)
    assert not any_in([3, 9], 4, 9)
    assert not any_in([], 0, 9)


def made(kind: Any, **changed: Any) -> Any:
    sound = {
        "automaton": automaton(ASIDES),
        "not_behind": tuple(NOT_BEHIND.get(word, "") for word in ASIDES),
        "thanks": "谢", "bare": 4, "ends": ENDS, "edges": ENDS + " \n",
    }  # fmt: skip
    return kind(**(sound | changed))


@given(st.lists(st.sampled_from([*ASIDES, *HOSTILE]), max_size=20).map("".join) | st.text(max_size=20))
@example("领导，" * 20_000)
@example("谢" * 9_000)
def test_c_and_python_find_the_same_clauses(text: str) -> None:
    folded = normal(text)
    offsets = squeeze(folded)[1]

    assert made(compiled()).clauses(folded, offsets) == made(Plain).clauses(folded, offsets)
    assert made(compiled()).parted(folded, offsets) == made(Plain).parted(folded, offsets)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("automaton", None), ("automaton", automaton(["领导"] + ["谢" * n for n in range(1, 200)])),
        ("not_behind", ("",)), ("not_behind", ("班主",) * 200), ("not_behind", (1,) * 200), ("not_behind", []),
        ("thanks", ""), ("thanks", "谢谢"), ("bare", "4"), ("ends", None), ("edges", b","),
    ],
)  # fmt: skip
def test_words_and_marks_that_do_not_fit_together_are_refused_by_c(name: str, value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        made(compiled(), **{name: value})


def test_what_is_no_text_and_no_offsets_is_refused_by_c() -> None:
    told = made(compiled())

    assert told.clauses("您好", squeeze("您好")[1]) == [(0, 2)]
    assert told.clauses("您好", squeeze("您")[1]) == [(0, 1)]
    wrong: Any
    for wrong in ((), ("您好",), (b"", squeeze("您好")[1]), ("您好", [0, 1]), ("您好", None)):
        for ask in (told.clauses, told.parted):
            with pytest.raises(TypeError):
                ask(*wrong)
    for ask in (told.clauses, told.parted):
        with pytest.raises(ValueError, match="another shape or type"):
            ask("您好", b"01")
