"""What officers say a label is: added, never changed, and never of a post that is withheld."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from pipeline.errors import Rejected
from pipeline.ledger import Ledger
from pipeline.ledger.corrections import Corrections
from pipeline.model import AnalysedPost, Correction, MatterFinding, PrivacyFinding
from tests.build import NOON, an_analysed
from tests.ledgers import ledger_url

__all__ = ["ledger_url"]


@pytest.fixture
def corrections(ledger_url: str) -> Iterator[Corrections]:
    ledger = Ledger.open(ledger_url)
    yield Corrections(ledger)
    ledger.close()


def said(doc: AnalysedPost, after: str = "power", field: str = "matter.topic", **more: object) -> Correction:
    told = {"before": "water", "by": "值班员", "at": NOON, "reason": "说的是电", "text": doc.post.text, **more}
    return Correction(post_id=doc.post.id, rev=doc.post.rev, field=field, after=after, **told)  # type: ignore[arg-type] # ours


def test_the_last_word_holds_and_the_first_is_kept(corrections: Corrections) -> None:
    doc = an_analysed("p1", "停😡电")
    for after in ("power", "gas", "power"):
        corrections.add(doc, said(doc, after))
    corrections.add(doc, said(doc, "neg", "sentiment.label"))

    assert [one.after for one in corrections.of(doc.post.id)] == ["power", "gas", "power", "neg"]
    ((citizen, row),) = corrections.rows()
    assert not citizen
    assert (row["topic"], row["polarity"], row["text"]) == ("power", "negative", "停😡电")
    assert corrections.counts() == {"matter.topic": 1, "sentiment.label": 1}
    assert corrections.labelled("matter.topic") == {doc.post.id} and not corrections.labelled("matter.harm")


@pytest.mark.parametrize(
    "hidden",
    [
        {"privacy": PrivacyFinding(sealed=True)},
        {"privacy": PrivacyFinding(minor=True)},
        {"matter": MatterFinding(accusation=True)},
    ],
)
def test_what_is_withheld_teaches_nobody(corrections: Corrections, hidden: dict[str, object]) -> None:
    doc = msgspec.structs.replace(an_analysed("p1"), **hidden)

    with pytest.raises(Rejected, match="封存"):
        corrections.add(doc, said(doc))
    assert list(corrections.rows()) == []


@pytest.mark.parametrize(
    ("field", "after", "reason"),
    [
        ("matter.topic", "天气", "不对"),
        ("author.key", "甲", "不对"),
        ("matter.harm", "H9", "不对"),
        ("matter.topic", "power", " "),
        ("matter.topic", "power", "长" * 501),
        ("matter.department", " ", "不对"),
        ("matter.department", "长" * 33, "不对"),
    ],
)
def test_what_is_no_label_or_has_no_reason_is_refused(
    corrections: Corrections, field: str, after: str, reason: str
) -> None:
    doc = an_analysed("p1")

    with pytest.raises(Rejected):
        corrections.add(doc, said(doc, after, field, reason=reason))
    assert corrections.of(doc.post.id) == []


def test_to_confirm_a_label_needs_no_reason_and_a_district_may_have_its_own_departments(
    corrections: Corrections,
) -> None:
    doc = an_analysed("p1")
    corrections.add(doc, said(doc, "water", reason=""))
    corrections.add(doc, said(doc, "水利", "matter.department"))

    assert len(corrections.of(doc.post.id)) == 2


def test_words_that_are_taken_back_teach_nobody_and_the_label_stays_known(corrections: Corrections) -> None:
    doc, other = an_analysed("p1", "停电了"), an_analysed("p2", "断电了")
    corrections.add(doc, said(doc))
    corrections.add(other, said(other))

    corrections.forget(doc.post.id)

    assert [row["text"] for _, row in corrections.rows()] == ["断电了"]
    (kept,) = corrections.of(doc.post.id)
    assert (kept.text, kept.reason, kept.after) == ("", "", "power")
