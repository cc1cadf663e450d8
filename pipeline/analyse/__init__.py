"""What a post means: what it is about, how bad, where, how many; each label with its reasons.

An analyser (see ``Analyser``) is one file with a class and one verb, ``analyse``. Its docstring is shown to
analysts by ``yuqing plugins``. ``Analyst`` runs the built-in ones and then those added.
"""

from __future__ import annotations

from pipeline.analyse.analyser import Analyser
from pipeline.analyse.analyst import Analyst
from pipeline.analyse.stage import AnalyseStage, ClusterStage

__all__ = ["AnalyseStage", "Analyser", "Analyst", "ClusterStage"]
