"""A search server in memory: strict like the real one, and with versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.errors import Unavailable
from pipeline.index.elastic.gateway import Outcome, Seen, Template, Write


class MemoryStore:
    """Keeps documents by index and id; *away* says that it cannot be reached, *refuses* which ids it will not take."""

    def __init__(self) -> None:
        self.templates: dict[str, Template] = {}
        self.docs: dict[str, dict[str, dict[str, Any]]] = {}
        self.versions: dict[tuple[str, str], int] = {}
        self.widened: list[str] = []
        self.refuses: set[str] = set()
        self.away = False

    def ensure(self, template: Template) -> None:
        self.templates[template.name] = template

    def create(self, index: str) -> None:
        self.docs.setdefault(index, {})

    def widen(self, index: str, mappings: Mapping[str, Any]) -> None:
        self.widened.append(index)

    def bulk(self, writes: Sequence[Write]) -> list[Outcome]:
        if self.away:
            raise Unavailable("the search server is away")
        return [self._write(write) for write in writes]

    def _write(self, write: Write) -> Outcome:
        assert isinstance(write.body, Mapping)
        assert write.version is not None
        if write.id in self.refuses:
            return Outcome(refused="strict_dynamic_mapping_exception")
        unknown = set(_leaves(write.body)) - set(_fields(self.templates[write.index].mappings))
        if unknown:
            return Outcome(refused=f"not in the template: {unknown}")
        place = (write.index, write.id)
        if write.version < self.versions.get(place, 0):
            return Outcome()
        self.versions[place] = write.version
        self.docs[write.index][write.id] = dict(write.body)
        return Outcome(Seen(1, 1))


def _leaves(tree: Mapping[str, Any], before: str = "") -> list[str]:
    return [
        name
        for key, value in tree.items()
        for name in (_leaves(value, f"{before}{key}.") if isinstance(value, dict) else [before + key])
    ]


def _fields(mapping: Mapping[str, Any], before: str = "") -> list[str]:
    return [
        name
        for key, value in mapping["properties"].items()
        for name in (_fields(value, f"{before}{key}.") if "properties" in value else [before + key])
    ]
