from __future__ import annotations

import pytest

from dashboards.console.health import Health, Part, SourceHealth, StageHealth


@pytest.mark.parametrize(
    ("health", "ok"),
    [
        (Health(), True),
        (Health(parts=(Part(name="bus"), Part(name="disk", ok=False))), False),
        (Health(sources=(SourceHealth(id="old-bbs", ok=False),)), True),  # worth a line, not a restart
        (Health(stages=(StageHealth(name="match", lag=90_000, ok=False),)), True),
    ],
)
def test_only_what_we_depend_on_keeps_us_from_our_duty(health: Health, ok: bool) -> None:
    assert health.ok is ok
