"""What measures the models on labelled sets that lie in a folder: each returns figures by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from pipeline.analyse import classtrain
from pipeline.analyse import train as sentiments
from pipeline.errors import Fault, Misconfigured

Progress = Callable[[str], None]

_SETS: Final = {
    "department": ("govmsg_taidi",),
    "msg_kind": ("govmsg_msga",),
    "domain": ("govmsg_", "govqa_msga", "reply_taidi", "taidi_stream"),  # the others' words and labels, for the context
    "sentiment": ("govmsg_msga", "weibo2018", "ewect_", "nlpcc_emotion", "weibo_senti_100k", "review_", "harm_cold"),
}


def department(data: Path, progress: Progress) -> Mapping[str, float]:
    return _classes("department", data, progress)


def msg_kind(data: Path, progress: Progress) -> Mapping[str, float]:
    return _classes("msg_kind", data, progress)


def domain(data: Path, progress: Progress) -> Mapping[str, float]:
    return _classes("domain", data, progress)


def sentiment(data: Path, progress: Progress) -> Mapping[str, float]:
    """Score texts by weights that did not see them; of several errors and unseen domains, the worst."""
    found = sentiments.held_out(_files("sentiment", data), lambda words: progress(f"sentiment：{words}"))
    unseen = [score for name, score in found.items() if name.startswith("unseen.")]
    errors = [score for name, score in found.items() if name.endswith(".tone.p_neg_ece")]
    return {**found, "unseen.macro_f1": min(unseen), "p_neg.ece": max(errors)}


def _classes(task: str, data: Path, progress: Progress) -> dict[str, float]:
    """Score texts by weights that did not see them, each part of the data in its turn: takes minutes."""
    scores = classtrain.evaluate(task, _files(task, data), lambda words: progress(f"{task}：{words}"))
    return {f"{task}.{name}": score for name, score in scores.items()}


def _files(measure: str, data: Path) -> list[Path]:
    """Return the files of *data* that *measure* reads. Raises Misconfigured if there are none."""
    files = sorted(file for file in data.glob("*.jsonl*") if file.name.startswith(_SETS[measure]) and not file.is_dir())
    if not files:
        names = "、".join(f"{name}*.jsonl(.gz)" for name in _SETS[measure])
        raise Misconfigured([Fault(str(data), f"{measure} 需要 {names}", f"{measure} needs {names}")])
    return files
