"""Finds what is new since the last look: posts, cases, figures."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from dashboards.console.feed import News
from dashboards.console.posts import PostRow
from dashboards.console.rows import CaseRow

PAGE: Final = 80
_REMEMBERED: Final = 4000
_BEHIND: Final = timedelta(hours=1)  # a post older than this belongs below what the stream shows
_FIGURES_EVERY: Final = timedelta(seconds=2)


class Watch:
    """Remembers what the tabs have been told. The first look tells nothing: a new tab reads it all itself."""

    def __init__(
        self,
        newest: Callable[[datetime | None, int], list[PostRow]],
        cases: Callable[[], list[CaseRow]],
        figures: Callable[[datetime], object],
    ) -> None:
        self._newest = newest
        self._cases = cases
        self._figures = figures
        self._posts: OrderedDict[str, bytes] = OrderedDict()
        self._latest: datetime | None = None
        self._told: dict[str, CaseRow] = {}
        self._figures_at: datetime | None = None
        self._first = True

    def look(self, now: datetime) -> Sequence[News]:
        """Return what is news. Raises Unavailable, and then nothing counts as told."""
        newest = self._newest(self._latest - _BEHIND if self._latest else None, PAGE)
        cases = {row.id: row for row in self._cases()}
        moved = [row for row in cases.values() if self._told.get(row.id) != row]
        figures = self._new_figures(now, hurry=bool(moved))  # the last that may be away
        posts, self._told = self._new_posts(newest), cases
        news = [News("posts", {"rows": posts})] if posts else []
        news += [News("cases", {"cases": moved})] if moved else []
        first, self._first = self._first, False
        return figures if first else [*news, *figures]

    def _new_posts(self, rows: Sequence[PostRow]) -> list[PostRow]:
        new = []
        for row in rows:
            stamp = msgspec.json.encode((row.rev, row.label, row.topic, row.place, row.withheld))
            if self._posts.get(row.id) != stamp:
                self._posts[row.id] = stamp
                new.append(row)
        while len(self._posts) > _REMEMBERED:
            self._posts.popitem(last=False)
        self._latest = max((row.at for row in rows), default=self._latest)
        return new

    def _new_figures(self, now: datetime, *, hurry: bool) -> list[News]:
        if not hurry and self._figures_at is not None and now - self._figures_at < _FIGURES_EVERY:
            return []
        figures = self._figures(now)
        self._figures_at = now
        return [News("overview", figures)]
