from __future__ import annotations

import re
from pathlib import Path

from pipeline.rulebook.codes import CODES, FIXED, Finder

ROOT = Path(__file__).parents[3] / "pipeline"
USED = re.compile(r'"((?:E|W)\d\d|P-\d\d)"')
SOURCES = [*(ROOT / "rulebook").glob("*.py"), ROOT / "cli" / "check.py", ROOT / "app" / "rule_tests.py"]


def found_in(*files: Path) -> set[str]:
    return {code for file in files for code in USED.findall(file.read_text(encoding="utf-8"))}


def test_every_code_that_is_reported_is_explained() -> None:
    assert found_in(*SOURCES) <= set(CODES)


def test_every_code_that_reading_or_check_finds_is_reported_somewhere() -> None:
    ours = {code for code, meaning in CODES.items() if meaning.finder in (Finder.READ, Finder.CHECK)}

    assert ours <= found_in(*(file for file in SOURCES if file.name != "codes.py"))


def test_the_refusals_are_among_them() -> None:
    assert set(FIXED) <= set(CODES)
