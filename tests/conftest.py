"""Shared by all tests: quiet logs, and property tests that do not mind a busy machine."""

from __future__ import annotations

import os

import pytest
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

_SEARCH_SERVERS = {"elasticsearch", "opensearch", "elasticsearch_secure", "opensearch_secure", "own_search"}
_SEARCH_FOLDERS = ("pipeline/index/", "dashboards/boards/")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say which tests belong in one process: those of a file, and all that ask the search servers.

    Each process starts servers of its own, and those take the longest to start. What takes longest begins first.
    """
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))
    items.sort(key=lambda item: _group(item) != "search")


def _group(item: pytest.Item) -> str:
    file = item.nodeid.partition("::")[0]
    asked = isinstance(item, pytest.Function) and not _SEARCH_SERVERS.isdisjoint(item.fixturenames)
    return "search" if asked or any(folder in file for folder in _SEARCH_FOLDERS) else file
