from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from pipeline.bench import marks
from pipeline.bench.marks import MARKS, MEASURES, Mark, evaluate
from pipeline.errors import Misconfigured


def measuring(values: Mapping[str, float]) -> Callable[[Path, object], Mapping[str, float]]:
    return lambda data, progress: values


def test_the_table_has_every_mark_once_and_values_where_something_measured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = {"domain.accuracy": 0.75, "p_neg.ece": 0.06, "something.else": 1.0}
    monkeypatch.setattr(marks, "MEASURES", {"ours": measuring(found)})

    results = {result.mark.figure: result for result in evaluate(tmp_path)}

    assert list(results) == [mark.figure for mark in MARKS]
    assert (results["domain.accuracy"].passed, results["domain.accuracy"].aimed) == (True, False)
    assert results["p_neg.ece"].passed is False, "an error must stay below its mark"
    assert results["harm.h3.recall"].value is None


def test_only_the_named_measures_are_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    both = {"a": measuring({"domain.accuracy": 0.8}), "b": measuring({"msg_kind.macro_f1": 0.9})}
    monkeypatch.setattr(marks, "MEASURES", both)

    measured = [result.mark.figure for result in evaluate(tmp_path, ["b"]) if result.value is not None]

    assert measured == ["msg_kind.macro_f1"]


def test_an_unknown_measure_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured) as raised:
        evaluate(tmp_path, ["weather"])
    assert all(name in str(raised.value) for name in MEASURES)


def test_a_figure_is_compared_as_it_is_shown() -> None:
    mark = Mark("x", "某项", "something", "–", 0.9, 0.95)

    assert mark.reached(0.899_96, mark.least)
    assert not mark.reached(0.899_9, mark.least)
    assert all(mark.reached(mark.aim, mark.least) for mark in MARKS)


def test_without_what_learning_needs_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def without(data: Path, progress: object) -> Mapping[str, float]:
        raise ModuleNotFoundError("No module named 'scipy'", name="scipy")

    monkeypatch.setattr(marks, "MEASURES", {"ours": without})

    with pytest.raises(Misconfigured, match=r"yuqing\[train\]"):
        evaluate(tmp_path)
