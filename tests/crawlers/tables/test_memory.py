from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from crawlers.tables.memory import ImportMemory, fingerprint
from pipeline.errors import Unavailable
from pipeline.model import Author, Basis, Engagement, Post, Published
from tests.build import NOON, a_post


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[ImportMemory]:
    memory = ImportMemory(tmp_path / "imports" / "seen.db")
    yield memory
    memory.close()


def test_what_was_remembered_is_no_news_after_a_restart(memory: ImportMemory, tmp_path: Path) -> None:
    memory.remember([a_post("a")])
    again = ImportMemory(tmp_path / "imports" / "seen.db")

    assert [post.native_id for post in again.news([a_post("a"), a_post("b")])] == ["b"]
    again.close()


def test_one_id_with_two_contents_is_two_and_the_same_twice_is_one(memory: ImportMemory) -> None:
    posts = [a_post("a", "停水"), a_post("a", "来水"), a_post("a", "停水")]

    assert len(memory.news(posts)) == 2


def test_what_was_only_looked_at_stays_news(memory: ImportMemory) -> None:
    memory.news([a_post("a")])

    assert len(memory.news([a_post("a")])) == 1


def test_no_word_of_a_post_is_written(memory: ImportMemory, tmp_path: Path) -> None:
    memory.remember([a_post("a", "锦湖里又停水了")])
    memory.close()

    on_disk = b"".join(file.read_bytes() for file in (tmp_path / "imports").iterdir())
    assert "停水".encode() not in on_disk


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"fetched_at": NOON + timedelta(days=1)}, True),
        ({"author": Author(key="hm:next-epoch")}, True),
        ({"engagement": Engagement(like=3)}, False),
        ({"published": Published(at=NOON + timedelta(days=1))}, False),
        ({"title": "停水"}, False),
    ],
)
def test_only_when_we_read_it_and_its_authors_key_may_differ(change: dict[str, object], same: bool) -> None:
    changed: Post = msgspec.structs.replace(a_post("a"), **change)

    assert (fingerprint(changed) == fingerprint(a_post("a"))) is same


def test_a_time_that_is_only_the_time_of_reading_tells_nothing_apart() -> None:
    first, second = (Published(at=NOON + timedelta(hours=hours), basis=Basis.FETCH) for hours in (0, 5))

    assert fingerprint(msgspec.structs.replace(a_post("a"), published=first)) == fingerprint(
        msgspec.structs.replace(a_post("a"), published=second)
    )


def test_a_file_that_cannot_be_opened_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "seen.db").mkdir()

    with pytest.raises(Unavailable, match="再导入一次"):
        ImportMemory(tmp_path / "seen.db")
