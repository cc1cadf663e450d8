from __future__ import annotations

import pytest

from pipeline.analyse.analyst import Analyst
from pipeline.directory import Directory
from pipeline.settings import Analyse


@pytest.fixture(scope="session")
def analyst() -> Analyst:
    return Analyst.open(Analyse(), Directory.read())
