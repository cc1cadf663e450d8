"""What every connector's options have in common: they are fields, and a wrong one is told in words."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Options(BaseModel):
    """Base of connectors whose options people write in ``[[sources]]``."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)
