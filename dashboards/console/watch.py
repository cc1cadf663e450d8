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
        self._told: dict[str, bytes] = {}
        self._figures_at: datetime | None = None
        self._first = True

    def look(self, now: datetime) -> Sequence[News]:
        posts, cases = self._new_posts(), self._new_cases()
        news: list[News] = []
        if not self._first and posts:
            news.append(News("posts", {"rows": posts}))
        if not self._first and cases:
            news.append(News("cases", {"cases": cases}))
        self._first = False
        return [*news, *self._new_figures(now, hurry=bool(cases))]

    def _new_posts(self) -> list[PostRow]:
        rows = self._newest(self._latest - _BEHIND if self._latest else None, PAGE)
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

    def _new_cases(self) -> list[CaseRow]:
        rows = {row.id: (msgspec.json.encode(row), row) for row in self._cases()}
        new = [row for id_, (stamp, row) in rows.items() if self._told.get(id_) != stamp]
        self._told = {id_: stamp for id_, (stamp, _) in rows.items()}
        return new

    def _new_figures(self, now: datetime, *, hurry: bool) -> list[News]:
        if not hurry and self._figures_at is not None and now - self._figures_at < _FIGURES_EVERY:
            return []
        self._figures_at = now
        return [News("overview", self._figures(now))]
