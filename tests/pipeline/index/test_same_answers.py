"""Every index gives the same answers: some four thousand texts, more than a hundred queries made of their own words.

The texts are residents' real messages where a folder of them lies beside the project; else the invented district talks.
"""

from __future__ import annotations

import gzip
import json
import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from operator import methodcaller
from pathlib import Path
from typing import Final

import msgspec
import pytest

from crawlers.world import Story
from pipeline.index import ROLLED, STEPS, PostIndex, open_index
from pipeline.index.elastic.address import Address
from pipeline.index.elastic.drivers import connected
from pipeline.index.elastic.gateway import Gateway
from pipeline.model import AnalysedPost, MatterFinding, Op, Polarity
from pipeline.text.grams import runs
from pipeline.text.normal import normal
from pipeline.text.segment import segmenter
from tests.contracts.index_posts import a_post
from tests.pipeline.index.elastic.conftest import PRODUCTS, address_of, clear
from tests.servers.search import SearchServer

pytestmark = pytest.mark.slow

REAL: Final = Path(__file__).parents[4] / "shared" / "data" / "taidi_stream.all.jsonl.gz"
MOST: Final = 4000
START: Final = datetime(2025, 11, 20, tzinfo=UTC)  # four months, so that several indices answer together
APART: Final = timedelta(minutes=41, milliseconds=7)
SIGNS: Final = "😡🏠，。！、K3Gw"
CUT: Final = segmenter()


def texts() -> list[tuple[str, str]]:
    """Return titles and texts."""
    if REAL.exists():
        with gzip.open(REAL, "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        return [(row["title"], row["text"]) for row in rows[:MOST]]
    posts = Story(7, START, rate=1.0, speed=10.0).between(START, START + timedelta(seconds=MOST * 0.8))
    return [(post.title, post.text) for post in posts if post.op is Op.UPSERT][:MOST]


def posts() -> list[AnalysedPost]:
    return [post(place, *words) for place, words in enumerate(texts())]


def post(place: int, title: str, text: str) -> AnalysedPost:
    """Return a post with findings that depend on its place only; some fields are missing in some."""
    rng = random.Random(place)
    at = START + APART * place
    said = a_post(
        f"u5:{place:05}",
        text + (rng.choice(SIGNS) if place % 7 == 0 else ""),
        title=title if place % 5 else "",
        at=at.isoformat(),
        source=rng.choice(("bbs", "bbs.cn", "BBS.cn", "12345", "app-青湖")),
        label=rng.choice(tuple(Polarity)),
        street=rng.choice((None, "文桥街道", "湖东街道", "古镇")),
        tokens=CUT.terms(normal(text)),
        watch=tuple(rng.sample(("汛期", "供水", "学校"), rng.randint(0, 2))),
        like=rng.choice((None, 0, 1, 5, 60, 1200)),
    )
    matter = MatterFinding(
        topic=rng.choice(("water", "power", "heat", "property", "other")),
        harm=rng.choice(("H0", "H1", "H2")),
        needs_human=rng.random() < 0.2,
    )
    return msgspec.structs.replace(said, matter=matter)


def changes(docs: list[AnalysedPost]) -> list[AnalysedPost]:
    """Return what comes afterwards: deletes, later counts, an edit, moves into another month."""
    later = (START + timedelta(days=200)).isoformat()
    moved = (START + timedelta(days=33, milliseconds=1)).isoformat()
    gone = [a_post(doc.post.id, op=Op.DELETE, fetched=later) for doc in docs[5::101]]
    told = [a_post(doc.post.id, op=Op.OBSERVE, like=7, fetched=later) for doc in docs[6::101]]
    edited = [a_post(doc.post.id, "已经恢复供水了", at=doc.post.at.isoformat(), fetched=later) for doc in docs[7:8]]
    return [*gone, *told, *edited, a_post(docs[8].post.id, "换了时间的水管", at=moved, fetched=later)]


@dataclass(frozen=True)
class Everywhere:
    """The same posts in the embedded index, and in the one to compare it with."""

    here: PostIndex
    there: PostIndex

    def same(self, ask: Callable[[PostIndex], object]) -> object:
        expected = ask(self.here)
        assert ask(self.there) == expected
        return expected


@pytest.fixture(scope="module")
def docs() -> list[AnalysedPost]:
    return posts()


@pytest.fixture(scope="module")
def embedded(docs: list[AnalysedPost], tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostIndex]:
    index = open_index(f"sqlite:///{tmp_path_factory.mktemp('same') / 'index.db'}")
    fill(index, docs)
    yield index
    index.close()


@pytest.fixture(scope="module", params=PRODUCTS)
def indices(docs: list[AnalysedPost], embedded: PostIndex, request: pytest.FixtureRequest) -> Iterator[Everywhere]:
    server = request.getfixturevalue(request.param)
    assert isinstance(server, SearchServer)
    prefix = f"same{uuid.uuid4().hex[:8]}"
    url = address_of(server, prefix)
    index = open_index(url)
    fill(index, docs)
    yield Everywhere(embedded, index)
    index.close()
    gateway = Gateway(connected(Address.read(url)))
    clear(gateway, prefix)
    gateway.close()


def fill(index: PostIndex, docs: list[AnalysedPost]) -> None:
    for start in range(0, len(docs), 500):
        index.write(docs[start : start + 500])
    index.write(changes(docs))


def queries(docs: list[AnalysedPost]) -> list[str]:
    """Return queries made of what stands in *docs*: the same ones for the same texts."""
    rng = random.Random(20260310)
    said = Words(docs, rng)
    made = [
        *(said.word(n) for n in (1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 6, 8, 12)),
        *(said.ending() for _ in range(6)),  # of a run: the last sign has no neighbour
        *(f'"{said.stretch(n)}"' for n in (5, 8, 12, 20, 40, 60)),  # over signs and blanks
        *(f"{said.word(2)} {said.word(2)}" for _ in range(5)),
        *(f"{said.common()} AND {said.common()}" for _ in range(6)),
        *(f"{said.word(2)} OR {said.word(3)} OR {said.word(1)}" for _ in range(5)),
        *(f"{said.common()} NOT {said.common()}" for _ in range(5)),
        *(f"-{said.common()} -{said.word(1)}" for _ in range(3)),
        *(f"{said.common()} -({said.common()} OR place.street:古镇)" for _ in range(3)),
        *(f"({said.common()} OR {said.common()}) ({said.common()} OR {said.word(2)})" for _ in range(4)),
        *(f"NOT (({said.common()} {said.common()}) OR (-{said.common()} matter.topic:water))" for _ in range(3)),
        *(f"title:{said.word(2)}" for _ in range(3)),
        *(f"text:({said.common()} OR {said.word(2)})" for _ in range(3)),
        *(traditional(said.word(n)) for n in (2, 2, 3, 4)),
        *(wide(said.latin()) for _ in range(5)),
        *(said.latin().swapcase() for _ in range(4)),
        *(said.mixed() for _ in range(4)),
        *(f"{said.common()} at:{day:%Y-%m-%d}" for day in said.days(3)),
        *(f"at:[{day:%Y-%m-%d} TO {day + timedelta(days=9):%Y-%m-%d}}} {said.common()}" for day in said.days(3)),
        *(f"at:>={day:%Y-%m-%dT%H:%M}" for day in said.days(2)),
        *(f"id:{rng.choice(docs).post.id.replace(':', chr(92) + ':')}" for _ in range(2)),
    ]
    return [*made, *FIXED]


FIXED: Final = (
    "*", "的", "K3", "Gw", "😡", "🏠", "水", "停水", "供水 恢复", "换了时间的水管",
    "matter.topic:water", "matter.topic:(water OR power) 小区", "matter.topic:wat*", "-matter.topic:water",
    "matter.harm:>=H1", "matter.harm:[H1 TO H2}", "matter.harm:<H1 业主", "matter.needs_human:true 学校",
    "matter.needs_human:false", "place.street:*", "-place.street:* 问题", "place.street:文*", "source.id:bbs",
    "source.id:bbs*", "source.id:BBS*", "source.id:BBS.cn", "source.id:12345 OR source.id:app-青湖", "source.id:app-*",
    "watch:汛期", "watch:汛期 watch:供水", "-watch:*", "watch:学* 领导", "engagement.like:7", "engagement.like:>5",
    "engagement.like:[1 TO 60}", "engagement.like:{1 TO *]", "engagement.like:*", "-engagement.like:* 小区",
    "sentiment.label:neg 物业", "sentiment.p_neg:>0.5", "title:*", "-title:*", "text:*", "url:*", "lang:zh",
    "op:upsert", "privacy.classes:*", "native_id:tid*", "id:u5*", "fetched_at:>=2026-06", "at:2026-01", "at:2026",
    "at:[* TO 2025-12-24]", "at:{2026-01-01 TO 2026-01-02}", "(水 OR 电) AND (业主 OR 居民) AND NOT 物业",
    "+小区 +(停车 OR 车位) -收费", "NOT NOT 小区", "cluster.id:* OR 噪音", '"小区，业主"', '"A市 A1区"',
)  # fmt: skip


class Words:
    """Draws pieces of the texts."""

    def __init__(self, docs: list[AnalysedPost], rng: random.Random) -> None:
        self._docs = docs
        self._rng = rng
        tokens = [token for doc in docs for token in (doc.text.line.split(" ") if doc.text else ())]
        self._common = [token for token in tokens if len(token) == 2 and not token.isascii()]
        self._latin = [token for token in tokens if token.isascii() and token.isalnum() and len(token) > 1] or ["k3"]

    def word(self, length: int) -> str:
        """Return *length* signs without a gap, wherever they stand."""
        while True:
            run = self._rng.choice(runs(self._text()) or [""])
            if len(run) >= length:
                start = self._rng.randint(0, len(run) - length)
                return run[start : start + length]

    def ending(self) -> str:
        return self._rng.choice(runs(self._text()) or ["水"])[-2:]

    def stretch(self, length: int) -> str:
        text = self._text().replace("\\", " ").replace('"', " ").replace("“", " ").replace("”", " ")
        start = self._rng.randint(0, max(0, len(text) - length))
        stretch = text[start : start + length]
        return stretch if runs(stretch) else "小区"

    def common(self) -> str:
        return self._rng.choice(self._common)

    def latin(self) -> str:
        return self._rng.choice(self._latin)

    def mixed(self) -> str:
        """Return Latin and Chinese signs side by side."""
        found = [
            run for run in runs(self._text() + "K3幢") if not run.isascii() and any(sign.isascii() for sign in run)
        ]
        run = self._rng.choice(found)
        place = next(at for at, sign in enumerate(run) if sign.isascii())
        return run[max(0, place - 2) : place + 3]

    def days(self, number: int) -> list[datetime]:
        return [self._rng.choice(self._docs).post.at for _ in range(number)]

    def _text(self) -> str:
        return self._rng.choice(self._docs).post.text


_TRADITIONAL: Final = {normal(sign): sign for sign in map(chr, range(0x4E00, 0xA000)) if normal(sign) != sign}


def traditional(word: str) -> str:
    return "".join(_TRADITIONAL.get(sign, sign) for sign in word)


def wide(word: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in word)


def listed(index: PostIndex, query: str, since: datetime | None = None, until: datetime | None = None) -> object:
    """Return the total and the ids of the first two pages, in order, with what is marked in them."""
    first = index.search(query, since=since, until=until, most=100)
    second = index.search(query, since=since, until=until, most=100, after=first.after) if first.after else first
    hits = [*first.hits, *second.hits]
    return first.total, second.total, [(hit.post, hit.highlights, hit.excerpt) for hit in hits]


def test_every_query_finds_the_same_in_the_same_order(indices: Everywhere, docs: list[AnalysedPost]) -> None:
    asked = queries(docs)
    assert len(set(asked)) >= 120

    differing = [query for query in asked if listed(indices.here, query) != listed(indices.there, query)]

    assert differing == []


def test_a_range_of_time_cuts_the_same(indices: Everywhere, docs: list[AnalysedPost]) -> None:
    for place, query in enumerate(queries(docs)[::6]):
        since = docs[place * 37].post.at
        indices.same(partial(listed, query=query, since=since, until=since + timedelta(days=20)))
        indices.same(partial(listed, query=query, until=since))


def test_every_page_can_be_turned(indices: Everywhere) -> None:
    def all_ids(index: PostIndex) -> list[str]:
        ids, after = [], None
        while True:
            page = index.search("小区", most=97, after=after)
            ids += [hit.post.post.id for hit in page.hits]
            if (after := page.after) is None:
                return ids

    found = indices.same(all_ids)

    assert isinstance(found, list)
    assert len(found) == len(set(found))


def test_the_best_matches_first_are_the_same_posts_in_the_end(indices: Everywhere, docs: list[AnalysedPost]) -> None:
    for query in queries(docs)[::25]:
        here, there = (index.search(query, newest_first=False, most=5000) for index in (indices.here, indices.there))
        assert here.total == there.total
        assert {hit.post.post.id for hit in here.hits} == {hit.post.post.id for hit in there.hits}


@pytest.mark.parametrize(
    "by",
    [
        *STEPS, "source.id", "matter.topic", "matter.harm", "matter.needs_human", "place.street", "sentiment.label",
        "watch", "native_id", "lang", "op", "cluster.id",
    ],
)  # fmt: skip
def test_counts_are_the_same(indices: Everywhere, docs: list[AnalysedPost], by: str) -> None:
    for query in queries(docs)[::15]:
        indices.same(methodcaller("aggregate", query, by))
    since = docs[len(docs) // 3].post.at
    indices.same(lambda index: index.aggregate("小区", by, since=since, until=since + timedelta(days=30), most=3))


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("by", [None, *ROLLED])
def test_volumes_are_the_same(indices: Everywhere, docs: list[AnalysedPost], step: str, by: str | None) -> None:
    def counted(index: PostIndex) -> dict[tuple[str, str], int]:
        named = next(each for each in STEPS if each == step)
        rows = index.volume(docs[9].post.at, docs[-9].post.at, named, by)
        return {(row.key, row.group): row.count for row in rows}

    assert indices.same(counted)


@pytest.mark.parametrize("most", [1, 7, 50, 1000])
def test_hot_words_are_the_same(indices: Everywhere, docs: list[AnalysedPost], most: int) -> None:
    for start, end in ((0, -1), (100, 400), (1000, 1007)):
        since, until = docs[min(start, len(docs) - 9)].post.at, docs[min(end, len(docs) - 1)].post.at
        assert indices.same(methodcaller("words", since, until, most))


def test_posts_come_back_whole(indices: Everywhere, docs: list[AnalysedPost]) -> None:
    assert indices.same(lambda index: index.count())
    for doc in docs[::50]:
        indices.same(methodcaller("get", doc.post.id))
