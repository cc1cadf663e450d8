"""A post as rows: what is packed comes back to the letter, and nobody's author key becomes a column."""

from __future__ import annotations

import os
import subprocess
import sys
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

import lz4.block
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.index import ROLLED, rows
from pipeline.index.rows import COLUMNS, edition, first_slot, packed, row, unpacked
from pipeline.index.sql import SLOTS
from pipeline.model import (
    PERSONAL,
    AnalysedPost,
    Author,
    Fetch,
    MatterFinding,
    Polarity,
    PrivacyFinding,
    digest,
    encode,
)
from tests.contracts.index_posts import a_post, moment

sayable = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30)


def cells(doc: AnalysedPost) -> dict[str, object]:
    return dict(zip((field.name for field in COLUMNS), row(doc).cells, strict=True))


@given(sayable, sayable, st.lists(sayable, max_size=4), st.lists(sayable, max_size=3))
def test_what_is_packed_comes_back_to_the_letter(title: str, text: str, tokens: list[str], watch: list[str]) -> None:
    doc = a_post("a\x00b", text + "\x00", title=title, tokens=tuple(tokens), watch=tuple(watch))

    assert unpacked(packed(doc)) == doc


def test_a_row_has_a_cell_for_every_column_and_none_for_an_author() -> None:
    doc = a_post("a", street="文桥街道", label=Polarity.NEG, watch=("供水", "汛期"), like=0)
    doc = msgspec.structs.replace(doc, post=msgspec.structs.replace(doc.post, author=Author(key="hm:secret")))

    told = cells(doc)

    assert PERSONAL.isdisjoint(told)
    assert "secret" not in str(row(doc))
    assert (told["place.street"], told["sentiment.label"], told["engagement.like"]) == ("文桥街道", "neg", 0)
    assert told["watch"] == '["供水", "汛期"]'
    assert told["at"] == 1_773_104_400_000
    assert told["place.road"] is None


def test_a_roll_counts_in_the_hour_of_the_event_with_an_empty_text_for_what_is_missing() -> None:
    doc = a_post("a", at="2026-03-10T08:59:59.999+08:00", source="app", topic="water")

    hour, *split = row(doc).roll

    assert hour == moment("2026-03-10T00:00").timestamp() // 3600
    assert dict(zip(ROLLED, split, strict=True)) == {
        "source.id": "app", "matter.topic": "water", "place.street": "", "sentiment.label": "neu",
    }  # fmt: skip


def test_a_post_that_nobody_analysed_has_rows_too() -> None:
    bare = AnalysedPost(post=a_post("a", "停水").post)

    assert row(bare).words[:2] == ("停水 水", "")
    assert row(bare).words[3] == ""
    assert row(bare).roll[1:] == ("bbs", "", "", "")


@pytest.mark.parametrize("at", ["2026-03-10T08:00:00.001", "1969-12-31T23:59:59", "0001-01-02", "9999-12-30"])
def test_a_row_number_fits_a_signed_64_bit_integer_whatever_the_time(at: str) -> None:
    assert 0 <= first_slot(moment(at)) < 1 << 63
    assert first_slot(moment(at)) % SLOTS == 0


def test_how_a_post_was_fetched_is_kept_and_changes_no_row() -> None:
    doc = a_post("a")
    other = msgspec.structs.replace(doc, post=msgspec.structs.replace(doc.post, fetch=Fetch(charset="gb18030")))

    assert row(other) == row(doc)
    assert unpacked(packed(other)) == other


def test_the_edition_is_the_same_in_every_process() -> None:
    program = "from pipeline.index.rows import edition; print(edition())"
    env = os.environ | {"PYTHONHASHSEED": "7"}
    there = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=True)

    assert there.stdout.strip() == edition()
    assert len(edition()) == 32


@pytest.mark.parametrize("pack", [partial(zlib.compress, level=1), lambda whole: b"4" + lz4.block.compress(whole)])
def test_what_was_packed_with_its_full_text_row_is_still_read(pack: Callable[[bytes], bytes]) -> None:
    doc = a_post("a", "停水了", street="文桥街道")

    assert unpacked(pack(b"\x00".join([encode(doc), b"", "停水 水了 了".encode(), b"", b"opupsert"]))) == doc


def test_what_posts_have_in_common_stays_to_the_letter() -> None:
    common = (Path(rows.__file__).parent / "common.jsonl").read_bytes()

    assert digest(common.decode()) == "9821d9cac46e3cab9a324701f9f04fff", (
        "files are packed with it: put another beside it instead"
    )


def test_a_row_of_the_full_text_table_never_changes_without_another_edition() -> None:
    """What stands in the table is taken out by telling it again."""
    said = a_post("a", "停水了。K3 栋", title="停水", tokens=("停水", "k3"), street="文桥街道", watch=("供水", "汛期"))
    matter = MatterFinding(topic="water", needs_human=True)
    full = msgspec.structs.replace(said, matter=matter, privacy=PrivacyFinding(classes=("phone",)))

    assert digest(*row(full).words, *row(AnalysedPost(post=full.post)).words) == "31e51dd541246086dc6af09937df781a", (
        "change rows._WORDING, too"
    )
