"""One name per field: each leads somewhere, says what it can be, and nobody's author key is shown."""

from __future__ import annotations

import json
from enum import Enum
from types import NoneType, UnionType
from typing import Any, get_args, get_type_hints

import msgspec
import pytest

from pipeline.model import (
    FIELDS,
    PERSONAL,
    AnalysedPost,
    Engagement,
    Field,
    GateFinding,
    Numbers,
    Polarity,
    PrivacyFinding,
    SentimentFinding,
    Type,
    Values,
    as_tree,
    value_of,
)
from tests.build import NOON, a_post, an_analysed


def leaf(field: Field) -> object:
    """Return the type that the field's path leads to. Raises if it leads nowhere."""
    here: Any = AnalysedPost
    for step in field.path:
        computed = getattr(here, step, None)
        hints = get_type_hints(computed.fget if isinstance(computed, property) else here)
        here = hints["return" if isinstance(computed, property) else step]
        if isinstance(here, UnionType):
            (here,) = (arm for arm in get_args(here) if arm is not NoneType)
    return here


@pytest.mark.parametrize("field", FIELDS.values(), ids=lambda field: field.name)
def test_a_field_leads_to_a_value_of_its_type(field: Field) -> None:
    allowed: dict[Type, tuple[Any, ...]] = {
        Type.TEXT: (str,),
        Type.KEYWORD: (str,),
        Type.KEYWORDS: (tuple[str, ...],),
        Type.NUMBER: (int, float),
        Type.BOOLEAN: (bool,),
        Type.TIME: (type(NOON),),
    }
    found = leaf(field)

    if isinstance(found, type) and issubclass(found, Enum):
        assert {str(member.value) for member in found} == set(field.values)
    else:
        assert found in allowed[field.type]


def test_no_name_is_both_a_field_and_a_branch_of_others() -> None:
    names = set(FIELDS)

    assert not {name for name in names for other in names if other.startswith(f"{name}.")}


def test_nothing_told_is_missing_and_a_zero_or_a_no_is_not() -> None:
    doc = AnalysedPost(
        post=msgspec.structs.replace(a_post(title=""), engagement=Engagement(like=0)),
        numbers=Numbers(),
        privacy=PrivacyFinding(minor=False),
        gate=GateFinding(),
    )

    assert [
        value_of(doc, name) for name in ("title", "watch", "numbers.deaths", "engagement.share", "place.street")
    ] == [None] * 5
    assert value_of(doc, "engagement.like") == 0
    assert value_of(doc, "privacy.minor") is False
    assert value_of(doc, "gate.status") == "relevant"


def test_a_name_that_nothing_produces_is_a_fault() -> None:
    with pytest.raises(KeyError):
        value_of(an_analysed(), "sentiment.lable")


def test_the_tree_has_every_present_field_by_its_name_except_authors() -> None:
    doc = msgspec.structs.replace(
        an_analysed(author="u1"), watch=("供水",), sentiment=SentimentFinding(Polarity.NEG, 0.9, 0.1)
    )

    tree: Any = as_tree(doc)

    assert tree["matter"]["topic"] == "water"
    assert tree["source"] == {"id": "qh-bbs", "class": "forum", "connector": "demo"}
    assert tree["at"] == "2026-03-10T04:00:00+00:00"
    assert (tree["watch"], tree["sentiment"]["label"]) == (("供水",), "neg")
    assert "numbers" not in tree
    assert value_of(doc, "author.key") == "hm:u1"
    assert "hm:u1" not in json.dumps(tree)
    assert set(FIELDS) >= PERSONAL


@pytest.mark.parametrize(
    "wanted", [list(FIELDS), ["at"], ["numbers.deaths", "flags", "id"], []], ids=["all", "one", "some", "none"]
)
def test_many_fields_at_once_say_what_each_says_by_itself(wanted: list[str]) -> None:
    values = Values(FIELDS[name] for name in wanted)
    docs = [
        AnalysedPost(post=a_post("p1")),
        msgspec.structs.replace(
            an_analysed("p2", "停水"),
            sentiment=SentimentFinding(Polarity.NEG, 0.0, 1.0),
            numbers=Numbers(deaths=0),
            privacy=PrivacyFinding(("MOBILE",), False, True),
            flags=("minor",),
        ),
    ]

    for doc in docs:
        alone = {name: FIELDS[name].of(doc) for name in wanted}
        assert values.of(doc) == {name: value for name, value in alone.items() if value is not None}
        assert all(type(values.of(doc)[name]) is type(alone[name]) for name in values.of(doc))
