"""The only package that knows every part: it builds them from the settings and wires them together."""

from pipeline.app.desk import PARTS, STAGES, App

__all__ = ["PARTS", "STAGES", "App"]
