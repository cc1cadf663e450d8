"""Match: which rules does a post satisfy? All rules are asked in one pass over its text."""

from pipeline.match.budget import Problem
from pipeline.match.matcher import Matcher
from pipeline.match.stage import MatchStage

__all__ = ["MatchStage", "Matcher", "Problem"]
