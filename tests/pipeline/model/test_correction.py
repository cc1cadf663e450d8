from __future__ import annotations

from pipeline.model import FIELDS, LABELS, Correction, training_row
from tests.build import NOON


def a_correction(field: str = "matter.department", after: str = "交通运输", **more: object) -> Correction:
    told = {"post_id": "u5:1", "rev": "r1", "before": "", "by": "甲", "at": NOON, "text": "路口太堵", **more}
    return Correction(field=field, after=after, **told)  # type: ignore[arg-type] # the test's own words


def test_every_label_that_can_be_corrected_is_a_field_with_its_own_values() -> None:
    for name, values in LABELS.items():
        assert name in FIELDS and len(values) > 1
        assert not FIELDS[name].values or set(values) == set(FIELDS[name].values)


def test_a_row_for_training_has_the_names_that_training_reads() -> None:
    row = training_row(
        [a_correction(), a_correction("sentiment.label", "neg"), a_correction("matter.msg_kind", "咨询")]
    )

    assert row["id"] == "u5:1" and row["text"] == "路口太堵"
    assert (row["department"], row["polarity"], row["msg_kind"]) == ("交通运输", "negative", "咨询")
    assert "by" not in row and "reason" not in row
