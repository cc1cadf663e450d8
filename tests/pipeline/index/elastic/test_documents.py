"""What a search server gets of a post, and what it does not."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from pipeline.index.elastic.documents import (
    LONGEST_KEYWORD,
    TIME,
    cut,
    documents,
    edition,
    mappings,
    month,
    month_of,
    packed,
    path,
    places,
    unpacked,
)
from pipeline.model import FIELDS, PERSONAL, AnalysedPost, Author
from tests.contracts.index_posts import a_post, moment, withheld_posts


def test_a_text_becomes_its_characters_in_normal_form_with_bars_between_runs() -> None:
    assert cut("東湖，K3😡") == "东 湖 | k 3 😡"
    assert cut("……") == ""


def body(doc: AnalysedPost) -> dict[str, Any]:
    """Return what a post that is not withheld becomes."""
    (only,) = documents(doc)
    return dict(msgspec.json.decode(only))


def test_every_field_of_a_document_is_mapped_and_every_shown_name_has_a_mapping() -> None:
    known = mappings()["properties"]
    doc = a_post("a", "停水", title="求助", tokens=("停水",), watch=("供水",), like=1, street="古镇")

    assert body(doc).keys() <= known.keys()
    assert FIELDS.keys() - PERSONAL - known.keys() == set()
    assert mappings()["dynamic"] == "strict"


@pytest.mark.parametrize("doc", [a_post("a"), *withheld_posts(), a_post("b", title="求助", watch=("供水",), like=0)])
def test_a_document_has_the_values_of_the_fields(doc: AnalysedPost) -> None:
    said = msgspec.json.decode(documents(doc)[-1])
    values = {path(field.name): field.of(doc) for field in FIELDS.values() if field.name not in PERSONAL}
    there = {name: value for name, value in values.items() if value is not None}
    expected = msgspec.json.decode(msgspec.json.encode(there))

    ours = {"cut", "words", "told", "token_version", TIME, "fetched_at"}
    assert {name: said[name] for name in said.keys() - ours} == {n: expected[n] for n in expected.keys() - ours}
    assert said.keys() - ours | {TIME, "fetched_at"} == expected.keys()


@pytest.mark.parametrize("doc", withheld_posts())
def test_a_withheld_post_stands_bare_in_its_month_and_is_found_in_a_sealed_one(doc: AnalysedPost) -> None:
    bare, found = map(msgspec.json.decode, documents(doc))

    assert places(doc) == ("2026.03", "sealed-2026.03")
    assert bare["bare"] is True
    assert not bare.keys() & {"title", "text", "url", "native_id", "cut", "words", "told"}
    assert found["text"] == doc.post.text
    assert found["words"] == []


def test_an_open_post_stands_in_its_month_only() -> None:
    assert places(a_post("a")) == ("2026.03",)
    assert [month_of(name) for name in ("2026.03", "sealed-2026.03", "p-posts-v1-2026.03")] == ["2026.03"] * 3


def test_the_pseudonym_of_an_author_is_in_no_document() -> None:
    for doc in (a_post("a"), *withheld_posts()):
        said = msgspec.structs.replace(doc, post=msgspec.structs.replace(doc.post, author=Author(key="hm:abc")))

        assert not any(b"hm:abc" in bytes(one) for one in documents(said))
        assert unpacked(packed(said)) == said
    assert not PERSONAL & mappings()["properties"].keys()


def test_times_are_in_milliseconds_and_months_in_utc() -> None:
    doc = a_post("a", at="2026-03-01T07:59:59.9999+08:00")

    assert body(doc)["@timestamp"] == "2026-02-28T23:59:59.999Z"
    assert month(doc.post.at) == "2026.02"
    assert body(a_post("a", fetched="1960-01-01"))["fetched_at"] == "1970-01-01T00:00:00.000Z"
    assert month(moment("2026-12-31T23:59:59")) == "2026.12"


def test_a_keyword_of_the_longest_length_fits_into_a_term() -> None:
    assert len(("😡" * LONGEST_KEYWORD).encode()) < 32766


def test_a_document_says_which_edition_made_it() -> None:
    assert body(a_post("a"))["token_version"] == edition()
