"""Up and down the versions of a ledger that has something in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Engine

import pipeline.ledger
from pipeline.ledger.engines import connect

SCRIPTS = Path(pipeline.ledger.__file__).with_name("migrations")
AT = "2026-03-10T04:00:00.000000Z"
Row = dict[str, object]

# A row of each table as the first version had it, with a trap or two in the texts.
ROWS: dict[str, Row] = {
    "position": {"stage": "detect", "topic": "matches", "partition": 3, "next_offset": 2**31 - 1},
    "pending": {"id": "p", "known_at": AT, "body": b"\0\xff"},
    "hit": {
        "rule": "r", "post_id": "u5:1", "grp": "g", "member": "hm:😡", "at": AT, "known_at": AT, "match_id": "m",
        "body": b"",
    },
    "episode": {
        "id": "e", "rule": "r", "grp": "g", "firing": 1, "active_at": AT, "last_at": AT, "closes_at": AT, "body": b"e",
    },
    "heard": {"id": "湖东", "at": AT},
    "case_file": {
        "id": "c", "name": "C-3F7KQ", "key": "k", "state": "open", "level": "L2", "opened_at": AT, "body": b"c",
    },
    "notice": {"alert": "a", "case_id": "c", "due": None, "body": b"n"},
    "outbox": {
        "id": "o", "alert": "a", "case_id": "c", "receiver": "值班室", "reason": "first", "level": "L2",
        "state": "pending", "due": AT, "created_at": AT, "attempts": 0, "leased_until": None, "leased_by": None,
        "ended_at": None, "last_answer": "", "body": b"o",
    },
    "audit": {"at": AT, "who": "甲", "what": "ack", "subject": "c", "words": "“好”"},
}  # fmt: skip


class Stairs:
    """A database that walks between versions."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._config = Config()
        self._config.set_main_option("script_location", str(SCRIPTS))

    def up(self, to: str = "head") -> None:
        self._walk(command.upgrade, to)

    def down(self, to: str) -> None:
        self._walk(command.downgrade, to)

    def fill(self) -> None:
        """Put a row of the first version into each table."""
        with self.engine.begin() as connection:
            for name, row in ROWS.items():
                connection.execute(sa.insert(self._table(connection, name)).values(row))

    def rows(self) -> dict[str, Row]:
        """Return what the first version knew of each row."""
        with self.engine.begin() as connection:
            found = {
                name: connection.execute(sa.select(self._table(connection, name))).mappings().one() for name in ROWS
            }
        return {name: {column: found[name][column] for column in row} for name, row in ROWS.items()}

    def columns(self, table: str) -> dict[str, sa.types.TypeEngine[object]]:
        return {column["name"]: column["type"] for column in sa.inspect(self.engine).get_columns(table)}

    def tables(self) -> set[str]:
        return set(sa.inspect(self.engine).get_table_names()) - {"alembic_version"}

    def _table(self, connection: sa.Connection, name: str) -> sa.Table:
        return sa.Table(name, sa.MetaData(), autoload_with=connection)

    def _walk(self, step: Callable[[Config, str], None], to: str) -> None:
        with self.engine.begin() as connection:
            self._config.attributes["connection"] = connection
            step(self._config, to)


def versions() -> list[str]:
    """Return all versions, the first one first."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    return [script.revision for script in reversed(list(ScriptDirectory.from_config(config).walk_revisions()))]


@pytest.fixture(params=["sqlite", "postgresql"])
def stairs(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stairs]:
    """An empty database of either kind."""
    lite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path / 'ledger.db'}" if lite else request.getfixturevalue("postgres").url
    engine = connect(url)
    yield Stairs(engine)
    engine.dispose()
