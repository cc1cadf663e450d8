from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.rulebook import Expression, ExpressionError
from tests.pipeline.match.posts import a_doc

CONTEXT = {
    "count": 12,
    "doc": a_doc(share=800, harm="H2"),
    "group": {"place.street": "甲街道"},
    "signal": ("人身危险",),
    "reached": ("冲突",),
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("count >= 10", True),
        ("count > 12", False),
        ("not count > 12", True),
        ("count == 12 and count != 13", True),
        ("count < 5 or count >= 12", True),
        ("count < 5 or count >= 12 and count > 100", False),
        ("(count < 5 or count >= 12) and not count > 100", True),
        ("doc.engagement.share >= 500", True),
        ("doc.matter.harm >= 'H2'", True),
        ('doc.source.class == "forum"', True),
        ("signal['人身危险']", True),
        ("signal['别的']", False),
        ("'人身危险' in signal", True),
        ("'冲突' in reached", True),
        ("'诉求' not in reached", True),
        ("group['place.street'] == '甲街道'", True),
        ("group['place.site'] == '甲工地'", False),
    ],
)
def test_an_expression_says_what_it_says(text: str, value: bool) -> None:
    assert Expression.parse(text).value(CONTEXT) is value


@pytest.mark.parametrize("op", ["==", "!=", ">=", "<=", ">", "<"])
def test_every_comparison_with_a_missing_field_is_false(op: str) -> None:
    assert Expression.parse(f"doc.numbers.deaths {op} 3").value(CONTEXT) is False


def test_what_the_context_lacks_is_missing_and_no_error() -> None:
    assert Expression.parse("count >= 3 or doc.engagement.share > 1 or signal['x']").value({}) is False


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 0),
        ("count", 5),
        ("count >=", 8),
        ("count >= 'x'", 0),
        ("cuont >= 3", 0),
        ("doc.numbers.death >= 3", 0),
        ("len(reached) > 3", 3),
        ("doc.__class__ == 'x'", 0),
        ("count >= 3 count", 11),
        ("(count >= 3", 11),
        ("count + 1 > 3", 6),
        ("signal[0]", 7),
        ("'x' in count", 0),
        ("1 <= count <= 5", 11),
        ("and count > 3", 0),
        ("(" * 30 + "count > 3" + ")" * 30, 21),
        ("not " * 30 + "count > 3", 84),
        ("count > 3 or " * 200 + "count > 3", 1000),
    ],
)
def test_what_is_no_expression_is_refused_with_its_position(text: str, position: int) -> None:
    with pytest.raises(ExpressionError) as caught:
        Expression.parse(text)

    assert caught.value.position == position


def test_an_expression_names_what_it_uses() -> None:
    expression = Expression.parse("signal['甲'] and group['place.street'] == 'x' or doc.kind == 'post' or count > 1")

    assert expression.signals == ("甲",)
    assert expression.groups == ("place.street",)
    assert expression.fields == ("kind",)
    assert expression.names == ("count",)


def test_an_expression_travels_to_another_process() -> None:
    expression = Expression.parse("count >= 10")

    again = pickle.loads(pickle.dumps(expression))

    assert again == expression
    assert again.value(CONTEXT)


@given(st.text(alphabet="count doc.kind()'\"[]<>=! andornotin123", max_size=60))
def test_any_text_is_an_expression_or_an_expression_error(text: str) -> None:
    try:
        value = Expression.parse(text).value(CONTEXT)
    except ExpressionError as error:
        assert 0 <= error.position <= len(text)
    else:
        assert isinstance(value, bool)
