"""What a search server gets of a post, and what it does not."""

from __future__ import annotations

import json

import msgspec

from pipeline.index.elastic.documents import LONGEST_KEYWORD, cut, document, edition, mappings, month, packed, unpacked
from pipeline.model import FIELDS, PERSONAL, Author
from tests.contracts.index_posts import a_post, moment


def test_a_text_becomes_its_characters_in_normal_form_with_bars_between_runs() -> None:
    assert cut("東湖，K3😡") == "东 湖 | k 3 😡"
    assert cut("……") == ""


def test_every_field_of_a_document_is_mapped_and_every_shown_name_has_a_mapping() -> None:
    known = mappings()["properties"]
    doc = a_post("a", "停水", title="求助", tokens=("停水",), watch=("供水",), like=1, street="古镇")

    assert document(doc, packed(doc)).keys() <= known.keys()
    assert FIELDS.keys() - PERSONAL - known.keys() == set()
    assert mappings()["dynamic"] == "strict"


def test_the_pseudonym_of_an_author_is_in_no_field() -> None:
    doc = a_post("a")
    doc = msgspec.structs.replace(doc, post=msgspec.structs.replace(doc.post, author=Author(key="hm:abc")))

    assert "hm:abc" not in json.dumps(document(doc, packed(doc)))
    assert not PERSONAL & mappings()["properties"].keys()
    assert unpacked(packed(doc)) == doc


def test_times_are_in_milliseconds_and_months_in_utc() -> None:
    doc = a_post("a", at="2026-03-01T07:59:59.9999+08:00")

    assert document(doc, "")["@timestamp"] == "2026-02-28T23:59:59.999Z"
    assert month(doc.post.at) == "2026.02"
    assert document(a_post("a", fetched="1960-01-01"), "")["fetched_at"] == "1970-01-01T00:00:00.000Z"
    assert month(moment("2026-12-31T23:59:59")) == "2026.12"


def test_a_keyword_of_the_longest_length_fits_into_a_term() -> None:
    assert len(("😡" * LONGEST_KEYWORD).encode()) < 32766


def test_a_document_says_which_edition_made_it() -> None:
    assert document(a_post("a"), "")["token_version"] == edition()
