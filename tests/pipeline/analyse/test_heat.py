from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analyse.heat import heat
from pipeline.model import (
    Account,
    AnalysedPost,
    ClusterFinding,
    Engagement,
    GateFinding,
    GateStatus,
    Kind,
    Source,
    SourceClass,
)
from tests.build import NOON, a_post, minute

LATER = minute(600)


def said(
    name: str,
    *,
    cluster: str | None = None,
    class_: SourceClass = SourceClass.FORUM,
    gate: GateStatus = GateStatus.RELEVANT,
    **more: Any,
) -> AnalysedPost:
    post = a_post(name, **{"author": f"author of {name}", **more})
    source = Source("s", class_=class_)
    return AnalysedPost(
        post=msgspec.structs.replace(post, source=source),
        cluster=ClusterFinding(cluster or name),
        gate=GateFinding(gate),
    )


def unique(count: int) -> list[AnalysedPost]:
    return [said(f"unique {number}") for number in range(count)]


def copies(count: int, cluster: str = "copied") -> list[AnalysedPost]:
    return [said(f"{cluster} {number}", cluster=cluster) for number in range(count)]


def liked(*, like: int = 0, comment: int = 0, share: int = 0) -> dict[str, Any]:
    return {"engagement": Engagement(like=like, comment=comment, share=share)}


@pytest.mark.parametrize(
    ("docs", "hours", "total", "value"),
    [
        pytest.param(unique(1), 0, 1.000, 3.23, id="V1"),
        pytest.param(unique(30), 0, 30, 50.00, id="V2"),
        pytest.param(copies(500), 0, 7.215, 19.39, id="V3"),
        pytest.param([*unique(20), *copies(10, "one"), *copies(6, "other")], 0, 26.094, 46.52, id="V4"),
        pytest.param([said("a", **liked(share=1000, comment=500, like=2000))], 0, 7.909, 20.86, id="V5"),
        pytest.param(unique(30), 6, 15, 33.33, id="V6"),
        pytest.param(copies(12), 0, 3.485, 10.41, id="V7"),
        pytest.param(
            [said("a", kind=Kind.ARTICLE, class_=SourceClass.NEWS_CENTRAL, **liked(comment=300))], 0, 46.366, 60.72, id="V8"
        ),
    ],
)  # fmt: skip
def test_the_golden_vectors(docs: list[AnalysedPost], hours: float, total: float, value: float) -> None:
    found = heat(docs, NOON + timedelta(hours=hours))

    assert found.total == pytest.approx(total, abs=0.001)
    assert round(found.value, 2) == value


def test_our_own_accounts_answers_and_spam_add_nothing_and_a_comment_half() -> None:
    quiet = [
        said("account", account=Account("office")),
        said("answer", kind=Kind.ANSWER),
        said("official", class_=SourceClass.OFFICIAL),
        said("advert", gate=GateStatus.SPAM),
    ]

    assert heat(quiet, NOON).value == 0
    assert heat([said("comment", kind=Kind.COMMENT)], NOON).total == 0.5


def test_a_copy_by_someone_new_makes_an_old_text_fresh_and_a_repeat_does_not() -> None:
    old = said("a", cluster="c")
    repeat = said("b", cluster="c", author="author of a", at=LATER, **liked(like=100))
    copy = said("d", cluster="c", at=LATER)

    assert heat([old, repeat], LATER) == heat([old], LATER)
    assert heat([old, copy], LATER).terms[0].freshness == 1


def test_every_value_can_print_its_terms() -> None:
    summed, *terms = heat([*unique(1), *copies(12)], NOON).lines()

    assert summed == "热度 13.01 = 100 × 4.485 / (4.485 + 30)"
    assert terms[0] == "3.485 = 信源 1 × 互动 1.000 × 独立作者 3.485 × 时效 1.000（copied）"


DOCS = st.lists(
    st.builds(
        lambda number, author, cluster, minutes, class_, kind, gate, like: said(
            f"p{number}", author=author, cluster=cluster, at=minute(minutes), class_=class_, kind=kind, gate=gate,
            **liked(like=like),
        ),
        st.integers(0, 10**9), st.sampled_from(["a", "b", "c", None]), st.sampled_from(["x", "y", "z"]),
        st.integers(-3000, 900), st.sampled_from(SourceClass), st.sampled_from(Kind), st.sampled_from(GateStatus),
        st.integers(0, 10**7),
    ),
    max_size=12, unique_by=lambda doc: doc.post.id,
)  # fmt: skip


@given(DOCS, st.randoms(use_true_random=False))
def test_heat_is_below_a_hundred_and_no_matter_of_order(docs: list[AnalysedPost], dice: Any) -> None:
    shuffled = dice.sample(docs, len(docs))

    assert 0 <= heat(docs, LATER).value < 100
    assert heat(shuffled, LATER) == heat(docs, LATER)


@given(DOCS, DOCS)
def test_what_is_published_later_never_cools_an_event(earlier: list[AnalysedPost], later: list[AnalysedPost]) -> None:
    docs = sorted({doc.post.id: doc for doc in [*earlier, *later]}.values(), key=lambda doc: (doc.post.at, doc.post.id))

    values = [heat(docs[:count], LATER).total for count in range(len(docs) + 1)]

    assert all(before <= after + 1e-9 for before, after in pairwise(values))


@given(DOCS)
def test_a_repeat_by_the_same_author_adds_nothing(docs: list[AnalysedPost]) -> None:
    repeated = [
        said(f"again {number}", author=_name(doc), cluster=doc.cluster.id, at=minute(1000), **liked(like=5))
        for number, doc in enumerate(docs)
        if doc.cluster and heat([doc], LATER).terms
    ]

    assert heat([*docs, *repeated], LATER) == heat(docs, LATER)


def _name(doc: AnalysedPost) -> str | None:
    key = doc.post.author.key
    return key.removeprefix("hm:") if key else None
