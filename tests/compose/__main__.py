"""``python -m tests.compose``: everything that is wrong with the Dockerfile, docker-compose.yml and the manifests."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.compose.composition import composition_faults
from tests.compose.image import image_faults
from tests.compose.manifests import manifest_faults, read

ROOT = Path(__file__).parents[2]


def faults(root: Path) -> list[str]:
    """Return every fault, each beginning with its file."""
    found = []
    for name, check in (("Dockerfile", image_faults), ("docker-compose.yml", composition_faults)):
        found += [f"{name}: {fault}" for fault in check((root / name).read_text(encoding="utf-8"), root)]
    return [*found, *(f"docs/kubernetes: {fault}" for fault in manifest_faults(read(root / "docs" / "kubernetes")))]


if __name__ == "__main__":
    wrong = faults(ROOT)
    print("\n".join(wrong) or "正常 / fine")
    sys.exit(1 if wrong else 0)
