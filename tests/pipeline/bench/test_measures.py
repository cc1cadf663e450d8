from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.bench.marks import MEASURES
from pipeline.bench.measures import domain, sentiment
from pipeline.errors import Misconfigured
from tests.pipeline.analyse.test_labelled import a_file


def silent(words: str) -> None: ...


@pytest.mark.parametrize("measure", ["department", "msg_kind", "domain", "sentiment"])
def test_a_folder_without_its_sets_is_told_what_is_missing(measure: str, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="jsonl"):
        MEASURES[measure](tmp_path, silent)


def test_classes_are_measured_on_parts_that_the_weights_did_not_see(tmp_path: Path) -> None:
    words = {"城建": "水管", "交通": "路口"}
    rows = [
        {"id": f"{label}{n}", "text": f"第{n}号{word}请来看看", "label": label}
        for label, word in words.items()
        for n in range(30)
    ]
    a_file(tmp_path, "govmsg_msga.train.jsonl", *rows)
    said: list[str] = []

    assert domain(tmp_path, said.append)["domain.accuracy"] == 1.0
    assert said and all(words.startswith("domain") for words in said)


def test_of_several_domains_and_errors_the_worst_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    scores = {"unseen.a.macro_f1": 0.8, "unseen.b.macro_f1": 0.7, "x.tone.p_neg_ece": 0.01, "y.tone.p_neg_ece": 0.02}
    monkeypatch.setattr("pipeline.analyse.train.held_out", lambda files, progress: scores)
    a_file(tmp_path, "govmsg_msga.train.jsonl", {"text": "x"})

    found = sentiment(tmp_path, silent)

    assert (found["unseen.macro_f1"], found["p_neg.ece"]) == (0.7, 0.02)
