"""The pass marks of understanding Chinese posts, and what measures each of them.

A measure takes a folder of labelled sets and returns figures by name; the table says which figure must be how good.
A part that can be measured adds its measure to ``MEASURES``, under the name by which it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from pipeline.analyse.tasks import learning
from pipeline.bench import grouping, harming, masking, measures
from pipeline.errors import Fault, Misconfigured

Progress = Callable[[str], None]
Measure = Callable[[Path, Progress], Mapping[str, float]]


class Mark(msgspec.Struct, frozen=True):
    """What a figure must reach (*least*) and what we aim at; *plain* is a plain linear model's. Errors must stay below."""

    figure: str
    zh: str
    en: str
    plain: str
    least: float
    aim: float
    below: bool = False

    def reached(self, value: float, goal: float) -> bool:
        """Say whether *value* is as good as *goal*, both rounded as they are shown."""
        return round(value, 4) <= goal if self.below else round(value, 4) >= goal


class Result(msgspec.Struct, frozen=True):
    """One line of the table; *value* is None where nothing measured it."""

    mark: Mark
    value: float | None
    passed: bool | None
    aimed: bool | None


MARKS: Final = (
    Mark("department.macro_f1", "部门 7 类，宏 F1", "department, 7 classes", "0.913", 0.905, 0.925),
    Mark("department.first_two", "部门，前两个里有正确的", "department, right one in first two", "0.986", 0.98, 0.99),
    Mark("msg_kind.macro_f1", "留言类别 3 类，宏 F1", "kind of message, 3 classes", "0.82", 0.82, 0.84),
    Mark("domain.accuracy", "领域 12 类，准确率", "domain, 12 classes, accuracy", "0.742", 0.74, 0.77),
    Mark("citizen.tone.macro_f1", "留言语气，宏 F1", "tone of citizens' messages", "0.909", 0.90, 0.92),
    Mark("leaning.microblogs.macro_f1", "微博正负，本领域", "polarity of microblogs, own domain", "0.860", 0.855, 0.88),
    Mark("unseen.macro_f1", "评论正负，未见领域", "polarity, unseen domain", "0.823", 0.82, 0.86),
    Mark("social.tone.macro_f1", "微博三类，宏 F1", "polarity, three classes", "0.778", 0.77, 0.81),
    Mark("p_neg.ece", "p_neg 的校准误差", "calibration error of p_neg", "–", 0.05, 0.02, below=True),
    Mark("event.b_cubed_f1", "热点事件聚类，B³ F1", "hot events, B-cubed F1", "0.82–0.87", 0.82, 0.91),
    Mark("duplicates.recall", "近似重复，召回", "near duplicates, recall", "0.91", 0.98, 0.99),
    Mark("duplicates.precision", "近似重复，准确", "near duplicates, precision", "1.00", 0.99, 1.00),
    Mark("privacy.checksum.recall", "带校验码的个人信息，召回", "checksum classes, recall", "–", 0.995, 0.995),
    Mark("privacy.checksum.precision", "带校验码的个人信息，准确", "checksum classes, precision", "–", 0.99, 0.995),
    Mark("privacy.mobile.f1", "手机号", "mobile numbers", "–", 0.99, 0.995),
    Mark("privacy.names.recall", "姓名，召回", "names, recall", "–", 0.90, 0.95),
    Mark("harm.h3.recall", "危害 H3，召回", "harm H3, recall", "–", 0.95, 0.99),
    Mark("harm.h3.precision", "危害 H3，准确", "harm H3, precision", "–", 0.90, 0.95),
)

MEASURES: Final[Mapping[str, Measure]] = {
    "department": measures.department,
    "msg_kind": measures.msg_kind,
    "domain": measures.domain,
    "sentiment": measures.sentiment,
    "event": grouping.events,
    "duplicates": grouping.duplicates,
    "privacy": masking.masked_rows,
    "harm": harming.told,
}
"""What can be measured here, by name."""


def evaluate(data: Path, names: Sequence[str] = (), progress: Progress = lambda words: None) -> list[Result]:
    """Return the whole table, with a value where one of *names* (all, if there are none) measured it on *data*.

    Raises Misconfigured for an unknown name, for data that a measure lacks, and without what learning needs.
    """
    unknown = [name for name in names if name not in MEASURES]
    if unknown:
        known = "、".join(MEASURES)
        zh, en = f"没有这项指标：{{}}（可选：{known}）", "no such measure: {}"
        raise Misconfigured([Fault("evaluate", zh.format(name), en.format(name)) for name in unknown])
    values: dict[str, float] = {}
    with learning():
        for name in names or MEASURES:
            values |= MEASURES[name](data, progress)
    return [_result(mark, values.get(mark.figure)) for mark in MARKS]


def _result(mark: Mark, value: float | None) -> Result:
    if value is None:
        return Result(mark, None, None, None)
    return Result(mark, round(value, 4), mark.reached(value, mark.least), mark.reached(value, mark.aim))
