"""What officers labelled, counted and written as the files that training reads."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from pipeline.analyse import classdata, labelled
from pipeline.errors import Misconfigured
from pipeline.index import open_index
from pipeline.ledger import Ledger
from pipeline.ledger.corrections import Corrections
from pipeline.model import AnalysedPost, Correction, Kind, Op, PrivacyFinding
from tests.build import NOON, an_analysed
from tests.pipeline.cli.terminal import Terminal


def given(folder: Path, *docs: AnalysedPost, **labels: str) -> None:
    """Let an officer label every one of *docs*, which stand in the index."""
    index = open_index(f"sqlite:///{folder / 'index.db'}")
    index.write(docs)
    index.close()
    ledger = Ledger.open(f"sqlite:///{folder / 'ledger.db'}")
    corrections = Corrections(ledger)
    for doc in docs:
        for field, after in labels.items():
            corrections.add(
                doc,
                Correction(
                    post_id=doc.post.id, rev=doc.post.rev, field=field.replace("_", ".", 1), before="", after=after, by="甲",
                    at=NOON, reason="看过", text=doc.post.text, kind=doc.post.kind.value, citizen=doc.post.kind is Kind.MESSAGE,
                ),
            )  # fmt: skip
    ledger.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "yuqing.toml").write_text(
        f'ledger.url = "sqlite:///{tmp_path}/ledger.db"\nindex.url = "sqlite:///{tmp_path}/index.db"\n',
        encoding="utf-8",
    )
    return tmp_path


def test_what_was_labelled_is_counted_and_the_page_is_named(yuqing: Terminal, folder: Path) -> None:
    given(folder, an_analysed("p1"), an_analysed("p2"), matter_department="交通运输")

    told = yuqing("label", "--format", "json").json

    assert told["labelled"] == {"matter.department": 2} and told["page"].endswith("/label")
    assert "matter.department" in yuqing("label").out


def test_training_reads_what_was_exported(yuqing: Terminal, folder: Path) -> None:
    message = [an_analysed(f"m{n}", f"第{n}封信，路口太堵", kind=Kind.MESSAGE) for n in range(21)]
    other = [an_analysed(f"o{n}", f"第{n}封信，看病难", kind=Kind.MESSAGE) for n in range(21)]
    given(folder, *message, matter_department="交通运输", sentiment_label="neg")
    given(folder, *other, matter_department="卫生计生", sentiment_label="neu")

    assert yuqing("label", "export", "--out", "labels").code == 0

    file = folder / "labels" / "citizen.corrections.jsonl"
    assert {row.label for row in classdata.read("department", [file])} == {"交通运输", "卫生计生"}
    assert {row.family for row in labelled.read([file])} == {labelled.Family.CITIZEN}
    with pytest.raises(Misconfigured):
        classdata.read("domain", [file])


def test_rows_go_to_the_terminal_without_who_labelled_them(yuqing: Terminal, folder: Path) -> None:
    given(folder, an_analysed("p1", "路灯坏了"), matter_topic="city")

    (row,) = yuqing("label", "export").lines

    assert (row["text"], row["topic"]) == ("路灯坏了", "city")
    assert "甲" not in json.dumps(row, ensure_ascii=False)


@pytest.mark.parametrize("fate", ["deleted", "sealed"])
def test_what_was_deleted_or_sealed_since_is_not_exported(yuqing: Terminal, folder: Path, fate: str) -> None:
    doc = an_analysed("p1", "路灯坏了")
    given(folder, doc, matter_topic="city")
    index = open_index(f"sqlite:///{folder / 'index.db'}")
    later = NOON + timedelta(hours=1)
    gone = msgspec.structs.replace(doc.post, op=Op.DELETE, title="", text="", fetched_at=later)
    sealed = msgspec.structs.replace(
        doc, post=msgspec.structs.replace(doc.post, fetched_at=later), privacy=PrivacyFinding(minor=True)
    )
    if fate == "deleted":
        index.write([AnalysedPost(post=gone)])
    else:
        index.write([sealed])
    index.close()

    assert yuqing("label", "export").out == ""
    ledger = Ledger.open(f"sqlite:///{folder / 'ledger.db'}")
    assert (Corrections(ledger).of(doc.post.id)[0].text == "") is (fate == "sealed")
    ledger.close()
