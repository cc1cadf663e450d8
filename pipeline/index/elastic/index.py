"""The index of posts on a search server: what it finds and counts is what the embedded one does."""

from __future__ import annotations

import base64
import binascii
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pipeline.errors import Fault, Misconfigured
from pipeline.index import STEPS, Bucket, Found, IndexStatus, Step, Volume
from pipeline.index.buckets import HOUR_S, countable, hour_from, key_of, zone_named
from pipeline.index.elastic.address import Address
from pipeline.index.elastic.counting import groups, most_frequent
from pipeline.index.elastic.documents import TIME, edition, other_editions, path, since_1970
from pipeline.index.elastic.drivers import connected
from pipeline.index.elastic.dsl import Query, condition, during, ranking
from pipeline.index.elastic.gateway import Gateway
from pipeline.index.elastic.plan import Plans
from pipeline.index.elastic.rebuild import rebuild
from pipeline.index.elastic.writing import Entry, Writer
from pipeline.index.highlight import Marker
from pipeline.index.query import parse
from pipeline.index.tree import Node
from pipeline.model import AnalysedPost, excerpted

_PAGE: Final = 2000  # hits of one answer
_HOUR_MS: Final = HOUR_S * 1000
_NEWEST: Final = ({TIME: "desc"}, {"id": "desc"})


@dataclass(frozen=True)
class _Servers:
    gateway: Gateway
    plans: Plans
    writer: Writer

    @classmethod
    def opened(cls, address: Address) -> _Servers:
        gateway = Gateway(connected(address))
        try:
            plans = Plans(gateway, address.prefix, address.shards)
            plans.open()
        except Exception:
            gateway.close()
            raise
        return cls(gateway, plans, Writer(gateway, plans, address.refresh))


class ElasticIndex:
    """Connects when it is first used, so that a server that is away keeps nobody from starting."""

    def __init__(self, address: Address, timezone: str) -> None:
        self._address = address
        self._timezone = timezone
        self._zone = zone_named(timezone)
        self._opened: _Servers | None = None
        self._turn = threading.Lock()

    @classmethod
    def open(cls, url: str, timezone: str = "Asia/Shanghai") -> ElasticIndex:
        """Return the index at *url*. Raises Misconfigured."""
        return cls(Address.read(url), timezone)

    def prepare(self) -> None:
        self._servers.plans.prepare()

    def write(self, docs: Sequence[AnalysedPost]) -> None:
        self._servers.writer.write(list(map(excerpted, docs)))

    def tidy(self) -> None:
        """The server merges by itself."""

    def search(
        self,
        query: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        most: int = 20,
        newest_first: bool = True,
        after: str | None = None,
    ) -> Found:
        tree = parse(query, self._timezone)
        place = _place(after)
        body = self._search_body(tree, since, until, newest_first)
        pages = list(self._pages(body, most, place))
        hits = [hit for _, page in pages for hit in page]
        marker = Marker(tree)
        docs = self._whole([hit["_id"] for hit in hits])
        mark = _mark(hits[-1]["sort"]) if hits and len(hits) == most else None
        return Found(pages[-1][0], tuple(marker.hit(doc) for doc in docs), mark)

    def aggregate(
        self,
        query: str,
        by: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        most: int = 50,
    ) -> list[Bucket]:
        wanted = _both(condition(parse(query, self._timezone)), since, until)
        if by in STEPS:
            found = groups(self._search, wanted, [self._steps(by)])
            return [Bucket(self._key(group, by), count, neg) for group, count, neg in found]
        field = path(countable(by).name)
        rows = most_frequent(self._search, wanted, field, most)
        return [Bucket(value, count, neg) for value, count, neg in rows]

    def volume(self, since: datetime, until: datetime, step: Step = "hour", by: str | None = None) -> list[Volume]:
        low, high = (max(hour_from(end), 0) * _HOUR_MS for end in (since, until))
        split = [{"group": {"terms": {"field": by, "missing_bucket": True}}}] if by else []
        found = groups(self._search, during(low, high), [self._steps(step), *split])
        return [Volume(self._key(group, step), count, group.get("group") or "") for group, count, _ in found]

    def words(self, since: datetime, until: datetime, most: int = 50) -> list[Bucket]:
        wanted = during(since_1970(since), since_1970(until))
        return [Bucket(word, n) for word, n, _ in most_frequent(self._search, wanted, "words", most)]

    def get(self, post_id: str) -> AnalysedPost | None:
        if not post_id:
            return None
        return next(iter(self._whole([post_id])), None)

    def count(self) -> int:
        return self._servers.gateway.count(self._servers.plans.search)

    def trim(self, before: datetime) -> int:
        return self._servers.writer.forget(before)

    def status(self) -> IndexStatus:
        gateway, plans = self._servers.gateway, self._servers.plans
        plan = plans.read()
        sizes = [info.size for name in (plans.all, plans.register) for info in gateway.indices(name)]
        return IndexStatus(
            documents=self.count(),
            size=sum(sizes),
            edition=edition(),
            stale=gateway.count(plans.search, other_editions()),
            oldest=self._end("asc"),
            newest=self._end("desc"),
            generation=plan.current,
            building=plan.building,
        )

    def reindex(self, tell: Callable[[int, int], None] = lambda done, total: None) -> int:
        return rebuild(self._servers.gateway, self._servers.plans, tell)

    def close(self) -> None:
        with self._turn:
            if self._opened is not None:
                self._opened.gateway.close()

    @property
    def _servers(self) -> _Servers:
        with self._turn:
            if self._opened is None:
                self._opened = _Servers.opened(self._address)
            return self._opened

    def _whole(self, ids: Sequence[str]) -> list[AnalysedPost]:
        """Return the posts of *ids* as the register has them; what was deleted a moment ago is left out."""
        servers = self._servers
        known = servers.gateway.read(servers.plans.register, ids)
        docs = (Entry.of(kept).stored.doc for kept in known if kept)
        return [doc for doc in docs if doc]

    def _search(self, body: Query, **params: str) -> dict[str, Any]:
        servers = self._servers
        return servers.gateway.search(servers.plans.search, body, **params)

    def _search_body(self, tree: Node, since: datetime | None, until: datetime | None, newest_first: bool) -> Query:
        wanted = _both(condition(tree), since, until)
        sort = [*_NEWEST]
        if not newest_first:
            wanted["bool"]["should"] = ranking(tree)
            sort = [{"_score": "desc"}, *_NEWEST]
        return {"query": wanted, "sort": sort, "_source": False, "track_total_hits": True}

    def _pages(self, body: Query, most: int, place: list[Any] | None) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        """Yield the total and the hits, a bounded answer at a time."""
        while True:
            asked = body | {"size": min(most, _PAGE)} | ({"search_after": place} if place else {})
            # Frequencies of all months together, or a rare word of one month would count for more.
            found = self._search(asked, search_type="dfs_query_then_fetch")["hits"]
            yield found["total"]["value"], found["hits"]
            most -= len(found["hits"])
            if most <= 0 or len(found["hits"]) < asked["size"]:
                return
            place = found["hits"][-1]["sort"]

    def _steps(self, step: str) -> Query:
        zone = self._timezone
        return {"step": {"date_histogram": {"field": TIME, "calendar_interval": step, "time_zone": zone}}}

    def _key(self, group: dict[str, Any], step: str) -> str:
        return key_of(group["step"] // _HOUR_MS, next(each for each in STEPS if each == step), self._zone)

    def _end(self, order: str) -> datetime | None:
        body = {"size": 1, "sort": [{TIME: order}], "_source": False}
        docs = self._whole([hit["_id"] for hit in self._search(body)["hits"]["hits"]])
        return docs[0].post.at if docs else None


def _both(wanted: Query, since: datetime | None, until: datetime | None) -> Query:
    ends = [None if end is None else since_1970(end) for end in (since, until)]
    return {"bool": {"filter": [wanted, *([during(*ends)] if since or until else [])]}}


def _mark(sort: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(sort).encode()).decode()


def _place(after: str | None) -> list[Any] | None:
    """Return where the page before ended. Raises Misconfigured if *after* is no mark of ours."""
    if not after:
        return None
    try:
        place = json.loads(base64.urlsafe_b64decode(after.encode("ascii")))
    except (ValueError, binascii.Error):
        place = None
    if not isinstance(place, list) or len(place) not in (2, 3):
        raise Misconfigured(
            [Fault("after", "翻页标记无效，请从第一页重新检索", "not a page mark of ours: search again")]
        )
    return place
