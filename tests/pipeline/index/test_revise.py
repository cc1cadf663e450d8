"""Which version of a post stands, whatever came first."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.index.revise import Stored, after
from pipeline.model import AnalysedPost, Engagement, Op
from tests.contracts.index_posts import a_post, moment


def heard(minute: int, text: str = "停水", op: Op = Op.UPSERT, **counts: int | None) -> AnalysedPost:
    """Return a version fetched at *minute*; its counts are of *counted_at*, or of no told moment."""
    counted = counts.pop("counted_at", None)
    told = Engagement(at=None if counted is None else moment(f"2026-03-10T05:{counted:02}"), **counts)
    doc = a_post("a", text, op=op, fetched=f"2026-03-10T05:{minute:02}:00")
    return msgspec.structs.replace(doc, post=msgspec.structs.replace(doc.post, engagement=told))


def told(*docs: AnalysedPost) -> Stored:
    return reduce(after, docs, Stored())


def likes(*docs: AnalysedPost) -> int | None:
    doc = told(*docs).doc
    assert doc is not None
    return doc.post.engagement.like


texts = st.sampled_from(["停水", "已恢复", "停电"])
minutes = st.integers(0, 5)
versions = st.builds(heard, minutes, texts, like=st.integers(0, 9), counted_at=st.none() | minutes)
deletes = st.builds(lambda minute: heard(minute, "", Op.DELETE), minutes)
shuffled = st.data()


@given(st.lists(versions, min_size=1, max_size=5), shuffled)
def test_the_same_versions_in_any_order_give_the_same_post_with_the_same_counts(
    docs: Sequence[AnalysedPost], data: st.DataObject
) -> None:
    assert told(*data.draw(st.permutations(docs))) == told(*docs)


@given(st.lists(versions | deletes, min_size=1, max_size=6), shuffled)
def test_deletes_among_them_leave_the_same_words_or_none(docs: Sequence[AnalysedPost], data: st.DataObject) -> None:
    one, other = told(*docs), told(*data.draw(st.permutations(docs)))

    assert one.gone_at == other.gone_at
    assert (one.doc and one.doc.post.rev) == (other.doc and other.doc.post.rev)
    newest = max(doc.post.fetched_at for doc in docs)
    gone = any(doc.post.op is Op.DELETE and doc.post.fetched_at == newest for doc in docs)
    assert (one.doc is None) == gone


def test_hearing_the_same_again_changes_nothing() -> None:
    for docs in ((heard(1, like=1), heard(3, "已恢复")), (heard(1), heard(3, "", Op.DELETE))):
        assert told(*docs, *docs) == told(*docs)


def test_an_observation_moves_the_counts_and_no_word() -> None:
    stood = told(heard(1, like=1), heard(4, "", Op.OBSERVE, like=9, counted_at=4))

    assert stood.doc is not None
    assert (stood.doc.post.text, stood.doc.post.engagement.like) == ("停水", 9)
    assert stood.doc.post.fetched_at == moment("2026-03-10T05:01")


def test_what_newer_counts_do_not_tell_is_taken_from_older_ones() -> None:
    assert likes(heard(1, like=3, counted_at=1), heard(4, share=2, counted_at=4)) == 3
    assert likes(heard(1, like=3, counted_at=1), heard(4, like=0, counted_at=4)) == 0


def test_counts_without_a_moment_are_of_the_moment_they_were_fetched() -> None:
    first, fresh, stale = (
        heard(1, like=1, counted_at=1),
        heard(5, like=5),
        heard(3, "", Op.OBSERVE, like=3, counted_at=3),
    )

    assert likes(first, fresh, stale) == likes(first, stale, fresh) == 5


@pytest.mark.parametrize("op", [Op.OBSERVE, Op.DELETE])
def test_what_is_said_of_an_unknown_post_makes_none(op: Op) -> None:
    assert told(heard(2, "", op, like=9)).doc is None
