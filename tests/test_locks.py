"""The locks name every extra that somebody asks for: pip takes the newest release for an extra that they do not name,
finds no hash for it, and installs nothing. That happens on the day of such a release, and on every new machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]


def named(lock: str) -> dict[str, set[str]]:
    """Return the packages of *lock*, each with the extras that it names."""
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    found = [Requirement(line.removesuffix("\\")) for line in lines if "==" in line]
    return {canonicalize_name(one.name): one.extras for one in found}


def asked_for(packages: dict[str, set[str]]) -> Iterator[tuple[str, Requirement]]:
    """Yield who of *packages* asks for which extras of another."""
    for one in distributions():
        name = canonicalize_name(one.metadata["Name"])
        for written in one.requires or [] if name in packages or name == "yuqing" else []:
            asked = Requirement(written)
            if asked.extras and (asked.marker is None or asked.marker.evaluate({"extra": ""})):
                yield name, asked


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_names_every_extra_that_is_asked_for(lock: str) -> None:
    packages = named(lock)
    asked = list(asked_for(packages))
    assert "yuqing" in [name for name, _ in asked]
    assert [f"{name}: {one}" for name, one in asked if not one.extras <= packages[canonicalize_name(one.name)]] == []
