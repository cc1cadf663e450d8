"""The only package that knows every part: it builds them from the settings and wires them together."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.app.desk import PARTS, STAGES, App

__all__ = ["PARTS", "STAGES", "App"]


def __getattr__(name: str) -> object:
    """Load the parts when they are asked for: a look at the health, every few seconds, needs none of them."""
    if name in __all__:
        return getattr(import_module("pipeline.app.desk"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
