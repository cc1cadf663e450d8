"""What an officer says a post's label is, beside what the machine said: training data with its author and reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec

from pipeline.model.fields import FIELDS

_DEPARTMENTS = ("城乡建设", "劳动和社会保障", "教育文体", "商贸旅游", "环境保护", "卫生计生", "交通运输")
_KINDS = ("投诉求助", "建言", "咨询")
_DOMAINS = ("城建", "交通", "教育", "政务", "企业", "治安", "环保", "就业", "医疗", "三农", "文娱", "旅游")

LABELS: Final[Mapping[str, tuple[str, ...]]] = {
    "matter.topic": FIELDS["matter.topic"].values,
    "matter.appeal_type": FIELDS["matter.appeal_type"].values,
    "matter.harm": FIELDS["matter.harm"].values,
    "matter.department": _DEPARTMENTS,
    "matter.msg_kind": _KINDS,
    "matter.domain": _DOMAINS,
    "sentiment.label": FIELDS["sentiment.label"].values,
    "place.status": FIELDS["place.status"].values,
}
"""The labels that an officer may correct, and what each may be."""

OWN_LABELS: Final = frozenset({"matter.department", "matter.msg_kind", "matter.domain"})
"""The labels for which a district may have classes of its own: whatever its model was trained to tell."""

# How the files that ``yuqing train`` reads call the same things.
_TRAINED: Final = {
    "sentiment.label": ("polarity", {"neg": "negative", "neu": "neutral", "pos": "positive"}),
}


class Correction(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One label of one revision of a post, as an officer says it is. *before* is what the machine said.

    *title* and *text* are masked, and as they were then: the post itself is gone after its retention. *models* are
    the versions that were wrong, or right: an officer who confirms a label teaches as well.
    """

    post_id: str
    rev: str
    field: str
    before: str
    after: str
    by: str
    at: datetime
    reason: str = ""
    title: str = ""
    text: str = ""
    kind: str = "post"
    citizen: bool = False
    models: tuple[str, ...] = ()


def training_row(corrections: list[Correction]) -> dict[str, object]:
    """Return the last corrections of one post as a row for ``yuqing train``: a field for each label, ``id`` and ``text``."""
    last = corrections[-1]
    row: dict[str, object] = {"id": last.post_id, "title": last.title, "text": last.text, "kind": last.kind}
    for one in corrections:
        name, table = _TRAINED.get(one.field, (one.field.rpartition(".")[2], {}))
        row[name] = table.get(one.after, one.after)
    return row
