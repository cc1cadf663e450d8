"""A district that does not exist and never stops talking: for the demonstration, for tests and for load."""

from crawlers.world.channels import CHANNELS, Channel
from crawlers.world.grammar import Grammar
from crawlers.world.story import SCENARIOS, Story

__all__ = ["CHANNELS", "SCENARIOS", "Channel", "Grammar", "Story"]
