"""What a Dockerfile of ours must hold: pinned, unprivileged, looked after, and built from files that are there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

from pipeline import __version__
from tests.compose.words import command_faults

PINNED: Final = re.compile(r"^[a-z0-9./_-]+:v?\d+\.\d+(\.\d+)?([a-z0-9.-]*)$")
"""A name and an exact version; never ``latest``, never a bare major version."""


@dataclass(frozen=True)
class Step:
    """One instruction, its lines joined."""

    word: str
    rest: str


def steps(text: str) -> list[Step]:
    """Return the instructions of a Dockerfile."""
    code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    lines = re.sub(r"\\\n", " ", code).splitlines()
    return [Step(*line.strip().split(maxsplit=1)) for line in lines if line.strip()]


def image_faults(text: str, root: Path) -> list[str]:
    """Return what is wrong with the Dockerfile *text* of the folder *root*."""
    all_steps = steps(text)
    last = all_steps[max((at for at, step in enumerate(all_steps) if step.word == "FROM"), default=0) :]
    return [
        *_not_pinned(all_steps),
        *_not_copied(all_steps, root),
        *_privileged(last),
        *_not_looked_after(last),
        *_unknown_words(last),
        *_version(last),
    ]


def _not_pinned(all_steps: list[Step]) -> Iterator[str]:
    for step in all_steps:
        if step.word == "FROM" and not PINNED.match(step.rest.split()[0]):
            yield f"FROM {step.rest}: pin an exact version"


def _not_copied(all_steps: list[Step], root: Path) -> Iterator[str]:
    for step in all_steps:
        if step.word in ("COPY", "ADD") and "--from=" not in step.rest:
            for name in step.rest.split()[:-1]:
                if not (root / name).exists():
                    yield f"{step.word} {name}: there is no such file"
                elif _ignored(name, root):
                    yield f"{step.word} {name}: .dockerignore keeps it out"


def _ignored(name: str, root: Path) -> bool:
    ignored = False
    for line in (root / ".dockerignore").read_text(encoding="utf-8").split():
        if fnmatch(name, line.removeprefix("!")):
            ignored = not line.startswith("!")
    return ignored


def _privileged(last: list[Step]) -> Iterator[str]:
    users = [step.rest for step in last if step.word == "USER"]
    if not users or not re.fullmatch(r"[1-9]\d*(:[1-9]\d*)?", users[-1]):
        yield "USER: the last stage must end as a user with a fixed number that is not root"


def _not_looked_after(last: list[Step]) -> Iterator[str]:
    if not any(step.word == "HEALTHCHECK" and step.rest != "NONE" for step in last):
        yield "HEALTHCHECK: there is none"
    if not any(step.word == "STOPSIGNAL" and step.rest == "SIGTERM" for step in last):
        yield "STOPSIGNAL: the tree stops in order at SIGTERM"


def _unknown_words(last: list[Step]) -> Iterator[str]:
    said = {step.word: step.rest for step in last}
    try:
        entry, default = json.loads(said.get("ENTRYPOINT", "")), json.loads(said.get("CMD", "[]"))
    except json.JSONDecodeError:
        yield "ENTRYPOINT and CMD: write them as lists, a shell in between swallows SIGTERM"
        return
    yield from command_faults([*entry[1:], *default])
    if found := re.search(r"CMD (\[.*\])", said.get("HEALTHCHECK", "")):
        yield from command_faults(json.loads(found[1])[1:])


def _version(last: list[Step]) -> Iterator[str]:
    for step in last:
        if step.word == "ARG" and step.rest.startswith("VERSION=") and step.rest != f"VERSION={__version__}":
            yield f"ARG {step.rest}: we are at {__version__}"
