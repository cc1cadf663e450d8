"""Bring the guides up to date with the code: ``python -m pipeline.cli.reference [ROOT]`` (``make docs``).

A page has blocks that are written by the code, between two comments::

    <!-- begin: settings -->
    <!-- end -->

``begin: file PATH`` takes in a file, so that what a page shows is what the tests run. All else on a page is
written by people and left alone.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from dashboards.boards import guide
from pipeline.cli import described
from pipeline.model import schema as message_schema
from pipeline.rulebook import schema as rule_schema

BLOCKS: Final[Mapping[str, Callable[[], str]]] = {
    "settings": described.settings,
    "verbs": described.verbs,
    "verbs-short": described.verbs_short,
    "connectors": described.connector_pages,
    "receivers": described.receiver_pages,
    "metrics": described.metrics,
    "fields": described.fields,
    "rule-keys": described.rule_keys,
    "rule-codes": described.rule_codes,
    "messages": described.messages,
    "boards": guide.chinese,
    "boards-en": guide.english,
}
_BLOCK: Final = re.compile(r"(<!-- begin: (.+?) -->\n).*?(<!-- end -->)", re.DOTALL)
_LANGUAGES: Final = {".yaml": "yaml", ".toml": "toml", ".py": "python", ".json": "json", ".csv": "csv"}


def pages(root: Path) -> Iterator[Path]:
    """Yield every page that people read."""
    yield from sorted([*root.glob("*.md"), *(root / "docs").rglob("*.md")])


def refreshed(page: str, root: Path) -> str:
    """Return *page* with its blocks as the code says them now. Raises KeyError for a block that nothing writes."""
    return _BLOCK.sub(lambda found: f"{found[1]}{_block(found[2], root)}\n{found[3]}", page)


def blocks_of(page: str) -> list[str]:
    """Return the names of the blocks in *page*."""
    return [found[2] for found in _BLOCK.finditer(page)]


def _block(name: str, root: Path) -> str:
    kind, _, path = name.partition(" ")
    if kind != "file":
        return BLOCKS[name]()
    file = root / path
    return f"```{_LANGUAGES.get(file.suffix, '')}\n{file.read_text(encoding='utf-8').rstrip()}\n```"


def refresh(root: Path) -> None:
    """Write the schemas and every page anew."""
    message_schema.publish(root / message_schema.FOLDER)
    (root / rule_schema.FILE).write_text(rule_schema.published(), encoding="utf-8")
    for page in pages(root):
        page.write_text(refreshed(page.read_text(encoding="utf-8"), root), encoding="utf-8")


if __name__ == "__main__":
    refresh(Path(sys.argv[1]) if len(sys.argv) > 1 else Path())
