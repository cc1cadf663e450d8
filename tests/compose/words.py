"""Whether a command line names verbs and parts that the desk has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from importlib.util import find_spec

import typer.main

from pipeline.app import PARTS
from pipeline.cli.verbs import yuqing

VERBS = typer.main.get_command(yuqing).commands  # type: ignore[attr-defined] # a group, with commands
_NAMING_PARTS = ("run", "health")


def command_faults(words: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong with ``yuqing`` followed by *words*."""
    if not words or words[0] not in VERBS:
        yield f"no such verb: yuqing {' '.join(words[:1])}"
        return
    for word in parts_named(words):
        if word not in PARTS:
            yield f"no such part: yuqing {words[0]} {word}"
    options = {option for param in VERBS[words[0]].params for option in param.opts}
    for word in words:
        if word.startswith("-") and word.partition("=")[0] not in options:
            yield f"no such option: yuqing {words[0]} {word}"


def parts_named(words: Sequence[str]) -> tuple[str, ...]:
    """Return the parts that ``run`` or ``health`` names; () for all, and for other verbs."""
    if words[0] not in _NAMING_PARTS:
        return ()
    first_option = next((at for at, word in enumerate(words) if word.startswith("-")), len(words))
    return tuple(words[1:first_option])


def script_faults(script: str) -> Iterator[str]:
    """Yield what is wrong with the ``yuqing …`` and ``python -m …`` in a shell script."""
    for found in re.finditer(r"(?:^|[;|&])\s*yuqing +([^\n;|&]*)", script, re.MULTILINE):
        yield from command_faults([word for word in found[1].split() if not word.startswith('"')])
    for found in re.finditer(r"python -m (\S+)", script):
        if not _exists(found[1]):
            yield f"no such module: python -m {found[1]}"


def _exists(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
