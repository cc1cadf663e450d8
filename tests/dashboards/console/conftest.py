from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dashboards.console.district import District


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    here = District(tmp_path)
    yield here
    here.close()
