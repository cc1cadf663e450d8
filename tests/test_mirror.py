"""Every module has a test of its own name, so that whoever changes one knows where its facts stand."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXEMPT = {
    "crawlers/world/channels.py": "a table of constants",
    "pipeline/analyse/analyser.py": "a protocol",
    "pipeline/cli/described.py": "what it says stands in the guides, held by tests/docs/test_reference.py",
    "pipeline/cli/reference.py": "keeps the guides, held by tests/docs/test_reference.py",
    "pipeline/notify/notifier.py": "the contract of receivers, held by tests/contracts/notifier.py",
    "pipeline/privacy/span.py": "a table of placeholders",
    "pipeline/privacy/titles.py": "lists of words",
    "pipeline/stage.py": "a protocol",
}
"""Modules that only say what others do, with the reason."""

MODULES = sorted(
    file.relative_to(ROOT).as_posix()
    for package in ("pipeline", "crawlers", "dashboards")
    for file in (ROOT / package).rglob("*.py")
    if file.name != "__main__.py"
)


def place_of_test(module: str) -> Path:
    """Return where the test of *module* must stand: in a file of its name, or anywhere in the folder of a package."""
    path = ROOT / "tests" / module
    return path.parent if path.name == "__init__.py" else path.with_name(f"test_{path.name}")


def is_tested(module: str) -> bool:
    place = place_of_test(module)
    return place.is_file() or any(place.rglob("test_*.py"))


def does_something(module: str) -> bool:
    tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
    return any(isinstance(node, ast.FunctionDef) for node in ast.walk(tree))


@pytest.mark.parametrize("module", MODULES)
def test_a_module_has_a_test_of_its_name_or_a_reason_why_not(module: str) -> None:
    silent = module.endswith("__init__.py") and not does_something(module)
    if not silent:
        assert is_tested(module) or module in EXEMPT, f"write {place_of_test(module).relative_to(ROOT)}"


@pytest.mark.parametrize("module", EXEMPT)
def test_an_exemption_is_needed(module: str) -> None:
    assert module in MODULES
    assert not is_tested(module)
