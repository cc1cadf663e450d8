"""Sentences from phrases: the same random numbers give the same words."""

from __future__ import annotations

import functools
import random
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from pipeline.directory import Directory, Place

_FILE = Path(__file__).with_name("phrases.yaml")
_SLOT = re.compile(r"\{(\w+)\}")
_GAPS = re.compile(r" {2,}|(?<=[，。！？]) +| +$")
Scene = Mapping[str, str]


class Grammar:
    """The phrases of ``phrases.yaml`` and the places of a directory."""

    def __init__(self, directory: Directory | None = None) -> None:
        tree = _phrases()
        self._parts: Mapping[str, Sequence[str]] = tree["parts"]
        self._tree = tree
        self._directory = directory or Directory.read()
        self._streets = [place for place in self._directory.places if place.kind == "street"]

    def phrases(self, *path: str) -> Sequence[str]:
        """Return the templates at *path*, such as ``("arcs", "water")``."""
        found: Any = self._tree
        for step in path:
            found = found[step]
        return [found] if isinstance(found, str) else list(found)

    def topics(self) -> Sequence[str]:
        return list(self._tree["requests"])

    def scene(self, rng: random.Random, street: str | None = None) -> dict[str, str]:
        """Return names of places that lie together: one street and what is in it."""
        place = next((each for each in self._streets if each.name == street), None) or rng.choice(self._streets)
        inside = {kind: self._one(rng, kind, place) for kind in ("community", "road", "facility", "site")}
        near = place.aliases[0] if place.aliases else place.name
        return {"street": place.name, "near": near, **inside}

    def _one(self, rng: random.Random, kind: str, street: Place) -> str:
        here = [place for place in self._directory.places if place.kind == kind and place.in_ == street.id]
        anywhere = [place for place in self._directory.places if place.kind == kind]
        return rng.choice(here or anywhere or [street]).name

    def say(self, rng: random.Random, template: str, scene: Scene) -> str:
        """Return *template* with every slot filled."""

        def fill(slot: re.Match[str]) -> str:
            name = slot[1]
            return scene[name] if name in scene else rng.choice(self._parts[name])

        return _GAPS.sub("", _SLOT.sub(fill, template)).strip("， ")


@functools.cache
def _phrases() -> dict[str, Any]:
    tree: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return tree
