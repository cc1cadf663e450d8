"""The embedded index keeps the contract, and what only a file can get wrong."""

from __future__ import annotations

import os
import resource
import sqlite3
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import lz4.block
import pytest

from pipeline.errors import Misconfigured, Unavailable
from pipeline.index import PostIndex, open_index
from pipeline.index.rows import unpacked
from pipeline.model import Op, encode
from tests.contracts import post_index as contract
from tests.contracts.index_posts import a_post

SINCE, UNTIL = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'new' / 'index.db'}"


@pytest.fixture
def index(url: str) -> Iterator[PostIndex]:
    index = open_index(url)
    yield index
    index.close()


class TestWords(contract.Words): ...


class TestQueries(contract.Queries): ...


class TestPages(contract.Pages): ...


class TestBuckets(contract.Buckets): ...


class TestWrites(contract.Writes): ...


class TestWithheld(contract.Withheld): ...


def of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def test_what_was_written_is_there_for_others_at_once_and_after_a_kill(url: str) -> None:
    writer = (
        "import os, sys; from pipeline.index import open_index; from tests.contracts.index_posts import a_post;"
        "open_index(sys.argv[1]).write([a_post('a', '停水')]); os._exit(9)"
    )
    reader = open_index(url)

    subprocess.run(
        [sys.executable, "-c", writer, url], check=False, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    )

    assert reader.search("停水").total == 1
    reader.close()


def test_readers_see_whole_batches_only_while_another_process_writes(url: str) -> None:
    reader = open_index(url)
    writer = (
        "import sys; from pipeline.index import open_index; from tests.contracts.index_posts import a_post;"
        "index = open_index(sys.argv[1]);"
        "[index.write([a_post(f'{batch}-{i}', '停水') for i in range(50)]) for batch in range(20)]"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", writer, url], env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    )

    seen = set()
    while process.poll() is None:
        seen.add(reader.search("停水", most=1).total)

    assert process.returncode == 0
    assert {total % 50 for total in seen} == {0}
    assert reader.search("停水").total == reader.count() == 1000
    reader.close()


def test_a_kill_in_the_middle_of_a_write_leaves_nothing_half_written(url: str) -> None:
    killed = (
        "import os, sys; from pipeline.index import open_index, writing; from tests.contracts.index_posts import a_post;"
        "writing._replace_rolls = lambda *_: os._exit(9);"  # after posts, documents and words, before the roll-up
        "open_index(sys.argv[1]).write([a_post('a', '停水')])"
    )

    done = subprocess.run(
        [sys.executable, "-c", killed, url], check=False, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    )

    index = open_index(url)
    assert done.returncode == 9
    assert (index.count(), index.search("停水").total, index.get("a")) == (0, 0, None)
    index.write([a_post("a", "停水")])
    assert (index.count(), index.search("停水").total) == (1, 1)
    index.close()


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Shanghai"])
def test_days_do_not_depend_on_the_zone_of_the_machine(
    index: PostIndex, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        index.write([a_post(name, at=at) for name, at in contract.LAMPS.items()])
        days = {bucket.key: bucket.count for bucket in index.aggregate("路灯", "day")}
    finally:
        monkeypatch.undo()
        time.tzset()

    assert days == {"2026-03-09": 1, "2026-03-10": 4, "2026-03-11": 2, "2026-03-31": 1, "2026-04-01": 1}


@contextmanager
def disk_ending_at(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond *size* bytes, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_stores_nothing_of_a_batch_and_the_batch_can_come_again(index: PostIndex, url: str) -> None:
    index.write([a_post("before", "停水")])
    batch = [a_post(f"p{i}", "停电" + "很长的帖文" * 200 + str(i)) for i in range(300)]

    with disk_ending_at(of(url).stat().st_size + 200_000), pytest.raises(Unavailable):
        index.write(batch)

    assert contract.found(index, "*") == {"before"}
    assert index.count() == 1
    index.write(batch)
    assert index.search("停电").total == 300


def test_a_locked_file_is_unavailable(index: PostIndex, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    index.write([a_post("a", "停水")])
    other = sqlite3.connect(of(url), isolation_level=None)
    other.execute("begin immediate")
    monkeypatch.setattr("pipeline.index.connection.WAIT_S", 0.0)
    hasty = open_index(url)

    with pytest.raises(Unavailable, match="locked"):
        hasty.write([a_post("b")])
    assert hasty.search("停水").total == 1  # readers do not wait for a writer

    other.execute("rollback")
    hasty.write([a_post("b")])
    hasty.close()
    other.close()


def changed(url: str, *statements: str) -> None:
    with sqlite3.connect(of(url)) as db:
        for statement in statements:
            db.execute(statement)
    db.close()


def words_left(url: str) -> int:
    """Return how many words the full-text table knows, once it was found whole."""
    with sqlite3.connect(of(url)) as db:
        db.execute("insert into grams (grams) values ('integrity-check')")
        db.execute("create virtual table temp.vocabulary using fts5vocab ('main', 'grams', 'row')")
        (words,) = db.execute("select count(*) from temp.vocabulary").fetchone()
    db.close()
    return int(words)


def test_what_an_older_edition_wrote_is_computed_anew_when_the_file_is_opened(url: str) -> None:
    old = open_index(url)
    old.write([a_post(f"old{i}", "停水", like=7, topic="water") for i in range(600)])
    old.close()
    changed(
        url,
        'alter table posts drop column "engagement.like"',  # as if the field were new
        "insert into grams (grams) values ('delete-all')",  # as if texts had been cut in another way
        "update volume set topic = 'other'",
        "update about set value = 'older' where name = 'edition'",
    )

    index = open_index(url)
    assert index.search("停水 engagement.like:7 matter.topic:water").total == 600
    assert [(v.group, v.count) for v in index.volume(SINCE, UNTIL, "month", by="matter.topic")] == [("water", 600)]
    index.write([a_post(f"old{i}", op=Op.DELETE, fetched="2026-03-11") for i in range(600)])
    assert (index.count(), index.search("停水").total) == (0, 0)
    index.close()


@pytest.mark.parametrize("pack", [zlib.compress, lambda whole: b"4" + lz4.block.compress(whole)])
def test_a_file_of_an_earlier_version_is_brought_up_with_all_that_stands_in_it(
    url: str, pack: Callable[[bytes], bytes]
) -> None:
    posts = [
        a_post(f"p{i}", "停水" if i % 2 else "停电", title="通知", tokens=("通知",), topic="water") for i in range(40)
    ]
    open_index(url).write(posts)
    with sqlite3.connect(
        of(url)
    ) as db:  # as it was when the table had a post's words in another order, and no copy of them
        db.execute("drop table grams")
        db.execute(
            "create virtual table grams using fts5 (title, text, tokens, facets, content = '', tokenize = 'ascii', prefix = '1')"
        )
        for seq, body in db.execute("select seq, packed from documents").fetchall():
            said = ("通知 知", "停电 电", "通知", "opupsert")
            db.execute("insert into grams (rowid, title, text, tokens, facets) values (?, ?, ?, ?, ?)", (seq, *said))
            whole = b"\x00".join([encode(unpacked(body)), *(part.encode() for part in said)])
            db.execute("update documents set packed = ? where seq = ?", (pack(whole), seq))
        db.execute("insert or replace into about values ('layout', '1'), ('edition', 'older')")
    db.close()

    index = open_index(url)
    assert (index.search("停水").total, index.search("停电").total, index.search("title:通知").total) == (20, 20, 40)
    assert [index.get(post.post.id) for post in posts] == posts
    index.write([a_post(f"p{i}", op=Op.DELETE, fetched="2026-03-11") for i in range(40)])
    index.close()
    assert words_left(url) == 0


@pytest.mark.parametrize(
    "change",
    [
        "update about set value = '0' where name = 'layout'",
        "update about set value = 'older' where name = 'edition'",  # with posts that cannot be read any more
    ],
)
def test_a_file_that_cannot_be_read_any_more_is_refused_with_its_remedy(url: str, change: str) -> None:
    open_index(url).close()
    packed = zlib.compress(b"{}" + b"\x00" * 4)
    changed(url, f"insert into documents values (1, x'{packed.hex()}')", change)

    with pytest.raises(Misconfigured, match="重建索引"):
        open_index(url)


def test_a_file_that_is_no_database_is_refused(url: str) -> None:
    of(url).parent.mkdir()
    of(url).write_text("not a database at all, " * 100)

    with pytest.raises(Misconfigured, match=r"index\.url"):
        open_index(url)


@pytest.mark.parametrize("wrong", ["sqlite:///", "sqlite://memory", "solr://x/y", "nonsense"])
def test_a_wrong_url_names_the_setting(wrong: str) -> None:
    with pytest.raises(Misconfigured, match=r"index\.url"):
        open_index(wrong)


@pytest.mark.parametrize("zone", ["Mars/Base", "Asia/Kolkata", ""])
def test_a_zone_that_has_no_whole_hours_is_refused(url: str, zone: str) -> None:
    with pytest.raises(Misconfigured, match="timezone"):
        open_index(url, zone)


def pieces(url: str) -> int:
    """Return of how many pieces the full-text table is made; a search looks into each."""
    with sqlite3.connect(of(url)) as db:
        (count,) = db.execute("select count(distinct segid) from grams_idx").fetchone()
    db.close()
    return int(count)


def test_pieces_are_merged_in_a_quiet_moment_and_then_nothing_is_written_any_more(index: PostIndex, url: str) -> None:
    for number in range(40):
        index.write([a_post(f"p{number}")])
    assert pieces(url) == 40

    for _ in range(10):
        index.tidy()
    assert pieces(url) < 16

    with sqlite3.connect(of(url)) as db:
        db.execute("begin immediate")  # whoever wanted to write would have to wait
        index.tidy()
        db.execute("rollback")
    db.close()


def test_what_a_kill_left_in_pieces_is_merged_by_the_next_who_opens_the_file(index: PostIndex, url: str) -> None:
    for number in range(40):
        index.write([a_post(f"p{number}")])
    again = open_index(url)
    for _ in range(10):
        again.tidy()
    again.close()

    assert pieces(url) < 16


def test_without_a_quiet_moment_pieces_stay_few_enough_to_search(
    index: PostIndex, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.index.sqlite._UNTIDY", 30)
    for number in range(200):
        index.write([a_post(f"p{number}")])

    assert pieces(url) < 30 + 16


def test_trimmed_words_are_gone_from_the_file_while_others_stay(index: PostIndex, url: str) -> None:
    for day in range(1, 10):
        index.write(
            [a_post(f"p{day}-{i}", f"饕餮{i}" if day < 5 else "停水", at=f"2026-03-{day:02}") for i in range(20)]
        )
    index.write([a_post("gone", "魑魅", at="2026-03-08")])
    index.write([a_post("gone", op=Op.DELETE, fetched="2026-03-09")])

    assert index.trim(datetime(2026, 3, 5, tzinfo=UTC)) == 80

    with sqlite3.connect(of(url)) as db:
        blocks = b"".join(block for (block,) in db.execute("select block from grams_data"))
    db.close()
    assert "停水".encode() in blocks
    assert "饕餮".encode() not in blocks
    assert "魑".encode() not in blocks
    assert index.search("停水").total == 100


def test_deleted_words_are_gone_from_the_full_text_table(index: PostIndex, url: str) -> None:
    index.write([a_post(f"p{i}", f"停水{i}", tokens=("停水",)) for i in range(50)])
    index.write([a_post(f"p{i}", f"停电{i}", tokens=("停电",), fetched="2026-03-11T00:00:00") for i in range(40)])
    index.trim(datetime(2027, 1, 1, tzinfo=UTC))

    assert words_left(url) == 0


def test_status_says_what_stands_and_a_rebuild_keeps_it(index: PostIndex) -> None:
    index.prepare()
    assert (index.status().documents, index.status().oldest) == (0, None)
    index.write([a_post(f"p{n:04}", "停水", at=f"2026-03-{1 + n % 9:02}") for n in range(700)])
    told: list[tuple[int, int]] = []

    assert index.reindex(lambda done, total: told.append((done, total))) == 700

    assert told == [(500, 700), (700, 700)]
    status = index.status()
    assert (status.documents, status.stale, status.generation, status.building) == (700, 0, 1, None)
    assert status.size > 0
    assert (status.oldest, status.newest) == (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC))
    assert index.search("停水").total == 700
