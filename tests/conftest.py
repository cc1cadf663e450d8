"""Shared by all tests: quiet logs, files in memory, and property tests that do not mind a busy machine."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from pipeline import log

pytest_plugins = ["tests.servers.fixtures", "tests.ledgers", "tests.kept"]

log.set_up("error")

_MEMORY = Path("/dev/shm")
_ROOM = 3 << 30  # bytes; a whole run takes less than one of them


def _write_into_memory() -> None:
    """Let tests and their servers write where syncing costs nothing: a kill -9 forgets as little there as on a disk."""
    if "TMPDIR" in os.environ or not _MEMORY.is_dir():
        return
    there = os.statvfs(_MEMORY)
    if there.f_bavail * there.f_frsize > _ROOM and not there.f_flag & os.ST_NOEXEC:
        os.environ["TMPDIR"] = tempfile.tempdir = str(_MEMORY)  # for the processes that tests start, and for ours


_write_into_memory()
settings.register_profile(
    "yuqing",
    deadline=None,  # two shared cores: slow is not wrong
    derandomize=os.environ.get("CI") == "true",  # the nightly run, without CI, searches further
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("yuqing")

_SEARCH = (
    "tests/pipeline/index/",
    "tests/dashboards/boards/",
    "tests/servers/",
    "tests/faults/test_search_server.py",
    "tests/pipeline/app/test_apart.py",
    "tests/pipeline/app/test_parts.py",
    "tests/pipeline/cli/test_check.py",
    "tests/pipeline/cli/test_index.py",
)
"""What asks the search servers: each process starts its own, and nothing takes longer to start."""

_LONG = (
    "search",
    "tests/faults/test_kill.py",
    "tests/faults/test_postgres.py",
    "tests/flow/test_same_words.py",
    "tests/faults/test_kafka.py",
    "tests/flow/test_workers.py",
    "tests/pipeline/detect/test_histories.py",
    "tests/faults/test_sources.py",
    "tests/faults/test_scale.py",
    "tests/faults/test_settings.py",
)
"""What takes a minute or more, the longest first: begun last, it would be all that still runs."""


_REPEATED = (
    "tests/faults/",
    "tests/flow/",
    "tests/rules/",
    "tests/pipeline/bench/test_scale.py",
    "tests/pipeline/detect/test_histories.py",
    "tests/pipeline/index/test_same_answers.py",
)
"""What tells a story again and again. Shorter tests reach its lines; to count them would nearly double its time."""

_COUNTS = "COVERAGE_PROCESS_CONFIG"  # makes the processes that tests start count their lines


class Together(LoadScopeScheduling):  # type: ignore[misc] # xdist ships no types
    """Gives the tests of one file to one process, and all that ask the search servers to one."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = nodeid.partition("::")[0]
        return "search" if file.startswith(_SEARCH) else file

    def _assign_work_unit(self, node: Any) -> None:
        longest = min(self.workqueue, key=lambda scope: _LONG.index(scope) if scope in _LONG else len(_LONG))
        self.workqueue.move_to_end(longest, last=False)
        super()._assign_work_unit(node)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together | None:
    # Not by --dist loadgroup: it writes groups into a field that pytest 9 no longer reads.
    return Together(config, log) if config.getoption("numprocesses") else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.startswith(_REPEATED):
            item.add_marker("no_cover")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Count no lines in processes of a test whose own are not counted."""
    counts = os.environ.pop(_COUNTS, None) if item.get_closest_marker("no_cover") else None
    try:
        return (yield)
    finally:
        if counts is not None:
            os.environ[_COUNTS] = counts
