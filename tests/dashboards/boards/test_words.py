from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest

from crawlers import Outcome
from dashboards.boards import words
from pipeline.model import CaseState, Level, SourceClass
from pipeline.model.fields import TOPICS


@pytest.mark.parametrize(
    ("known", "codes"),
    [
        (words.TOPIC, TOPICS),
        (words.CLASS, SourceClass),
        (words.LEVEL, Level),
        (words.STATE, CaseState),
        (words.OUTCOME, [*Outcome, "never"]),
        (words.LABEL, ("neg", "neu", "pos")),
        (words.HARM, ("H0", "H1", "H2", "H3")),
    ],
)
def test_every_code_has_a_word(known: Mapping[str, str], codes: Iterable[str]) -> None:
    assert set(known) == set(codes)
