"""Writing keeps all tables of one mind: posts, documents, words, roll-ups and tombstones."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import Rejected
from pipeline.index import writing
from pipeline.index.connection import connected, transaction
from pipeline.index.rows import Roll, first_slot, row, unpacked
from pipeline.index.writing import forget, rebuild, write
from pipeline.model import AnalysedPost, Op
from tests.contracts.index_posts import a_post, moment

NINE = "2026-03-10T09:00:00+08:00"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    db = connected(tmp_path_factory.mktemp("index") / "index.db")
    yield db
    db.close()


@pytest.fixture
def db(made: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """A file in a transaction that is never ended: every test begins with an empty one."""
    with pytest.raises(InterruptedError), transaction(made):
        yield made
        raise InterruptedError


def seqs(db: sqlite3.Connection) -> dict[str, int]:
    return dict(db.execute("select id, seq from posts order by seq"))


def rolls(db: sqlite3.Connection) -> Counter[Roll]:
    return Counter({tuple(roll): n for *roll, n in db.execute("select * from volume")})


def check(db: sqlite3.Connection) -> None:
    """Hold every table to the documents."""
    kept = {seq: unpacked(body) for seq, body in db.execute("select seq, packed from documents")}
    assert seqs(db) == {doc.post.id: seq for seq, doc in kept.items()}
    assert rolls(db) == Counter(row(doc).roll for doc in kept.values())
    assert all(first_slot(doc.post.at) <= seq for seq, doc in kept.items())
    assert {seq for (seq,) in db.execute("select rowid from grams where grams match '停水'")} == {
        seq for seq, doc in kept.items() if "停水" in doc.post.text
    }


def test_posts_of_one_moment_have_rows_of_their_own_in_the_order_they_were_written(db: sqlite3.Connection) -> None:
    write(db, [a_post("b", at=NINE), a_post("a", at=NINE)])
    write(db, [a_post("c", at=NINE)])

    assert list(seqs(db).values()) == [first_slot(moment(NINE)) + n for n in range(3)]
    check(db)


def test_a_corrected_time_moves_the_row_and_leaves_nothing_at_the_old_one(db: sqlite3.Connection) -> None:
    write(db, [a_post("a", "停水", at=NINE), a_post("b", "停水", at=NINE)])
    write(db, [a_post("a", "停水", at="2026-03-09T09:00:00+08:00", fetched="2026-03-11T00:00:00")])

    assert list(seqs(db)) == ["a", "b"]
    assert sum(rolls(db).values()) == 2
    check(db)


def test_an_edit_without_another_time_keeps_its_row(db: sqlite3.Connection) -> None:
    write(db, [a_post("a", "停水", at=NINE)])
    before = seqs(db)

    write(db, [a_post("a", "停电", at=NINE, fetched="2026-03-11T00:00:00", topic="power")])

    assert seqs(db) == before
    check(db)


def test_more_posts_than_one_statement_takes_are_found_again(db: sqlite3.Connection) -> None:
    many = [a_post(f"p{n}", "停水", at=NINE) for n in range(1203)]
    write(db, many)
    write(db, [a_post("p1202", "停电", at=NINE, fetched="2026-03-11T00:00:00"), *many])

    assert len(seqs(db)) == 1203
    check(db)
    rebuild(db)
    check(db)


def test_what_is_forgotten_leaves_no_trace_and_may_come_again(db: sqlite3.Connection) -> None:
    write(db, [a_post("a", "停水", at=NINE), a_post("b", "停水", at=NINE)])

    assert forget(db, [seqs(db)["a"]]) == 1

    check(db)
    assert list(seqs(db)) == ["b"]
    write(db, [a_post("a", "停水", at=NINE)])
    check(db)
    assert forget(db, list(seqs(db).values())) == 2
    assert rolls(db) == Counter()


def test_a_moment_with_more_posts_than_there_can_be_is_rejected(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "SLOTS", 2)

    with pytest.raises(Rejected, match="one millisecond"):
        write(db, [a_post(name, at=NINE) for name in "abc"])


@st.composite
def versions(draw: st.DrawFn) -> AnalysedPost:
    return a_post(
        draw(st.sampled_from("abc")),
        draw(st.sampled_from(["停水", "停水停水", "已恢复", ""])),
        at=draw(st.sampled_from([NINE, "2026-03-10T10:00:00+08:00"])),
        fetched=f"2026-03-11T00:0{draw(st.integers(0, 5))}:00",
        op=draw(st.sampled_from([Op.UPSERT, Op.UPSERT, Op.UPSERT, Op.OBSERVE, Op.DELETE])),
        topic=draw(st.sampled_from(["water", "power"])),
        like=draw(st.none() | st.integers(0, 3)),
    )


@given(st.lists(st.lists(versions(), max_size=4), max_size=6))
def test_whatever_is_written_all_tables_stay_of_one_mind(
    made: sqlite3.Connection, batches: list[list[AnalysedPost]]
) -> None:
    with pytest.raises(InterruptedError), transaction(made):
        for batch in batches:
            write(made, batch)
            check(made)
        raise InterruptedError
