from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.rulebook import Status
from tests.pipeline.rulebook.rules import a_rule, read


@pytest.mark.parametrize(
    ("status", "shadow"),
    [(Status.STABLE, False), (Status.DEPRECATED, False), (Status.TEST, True), (Status.EXPERIMENTAL, True)],
)
def test_a_rule_on_trial_is_recorded_and_not_notified(tmp_path: Path, status: Status, shadow: bool) -> None:
    assert replace(read(tmp_path, a_rule()).rules[0], status=status).shadow is shadow
