"""Stands where the Scrapy process does and notes what it is asked."""

from __future__ import annotations

from crawlers import Outcome, Visit
from crawlers.errand import Errand


class Notebook:
    def __init__(self) -> None:
        self.errands: list[Errand] = []
        self.closed = False

    def visit(self, errand: Errand) -> Visit:
        self.errands.append(errand)
        return Visit(outcome=Outcome.QUIET, cursor="next")

    def close(self) -> None:
        self.closed = True
