"""The web page of the duty desk: what burns, what people say, what was done, and whether we can see at all."""

from dashboards.console.health import Health, Part, SourceHealth, StageHealth
from dashboards.console.server import console

__all__ = ["Health", "Part", "SourceHealth", "StageHealth", "console"]
