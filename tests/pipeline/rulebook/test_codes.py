from __future__ import annotations

import re
from pathlib import Path

from pipeline.rulebook.codes import CODES

ROOT = Path(__file__).parents[3] / "pipeline"
USED = re.compile(r'"((?:E|W)\d\d|P-\d\d)"')
SOURCES = [*(ROOT / "rulebook").glob("*.py"), ROOT / "cli" / "check.py", ROOT / "app" / "rule_tests.py"]


def found_in(*files: Path) -> set[str]:
    return {code for file in files for code in USED.findall(file.read_text(encoding="utf-8"))}


def test_the_codes_that_are_explained_are_those_that_are_reported() -> None:
    assert found_in(*(file for file in SOURCES if file.name != "codes.py")) == set(CODES)
