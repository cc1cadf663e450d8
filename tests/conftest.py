"""Shared by all tests: quiet logs, and property tests that do not mind a busy machine."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

from pipeline import log

pytest_plugins = ["tests.servers.fixtures", "tests.ledgers"]

log.set_up("error")
settings.register_profile(
    "yuqing",
    deadline=None,  # two shared cores: slow is not wrong
    derandomize=os.environ.get("CI") == "true",  # the nightly run, without CI, searches further
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("yuqing")
