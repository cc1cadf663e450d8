"""How a database is reached: what a URL may say, how long anybody waits, and that no password is ever said."""

from __future__ import annotations

import logging
import multiprocessing
import socket
import traceback
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline.errors import Misconfigured, Unavailable
from pipeline.ledger import Ledger
from pipeline.ledger.engines import connect
from tests.servers.postgres import Database

SECRET = "correct-horse"
FAULTY = [
    f"postgresql://yuqing:{SECRET}%zz@127.0.0.1/ledger",
    f"postgresql://yuqing:{SECRET}@home@127.0.0.1/ledger",
    f"postgresql://yuqing:a/{SECRET}@127.0.0.1/ledger",
    f"postgresql://yuqing:{SECRET}@127.0.0.1/ledger?colour=red",
    f"mysql://yuqing:{SECRET}@127.0.0.1/ledger",
    f"yuqing:{SECRET}@127.0.0.1",
]


def shown(ledger: Ledger, setting: str) -> str:
    with ledger.transaction() as connection:
        return str(connection.execute(sa.text(f"show {setting}")).scalar_one())


@pytest.mark.parametrize("url", FAULTY)
def test_a_url_that_cannot_be_read_is_said_without_its_password(url: str) -> None:
    with pytest.raises(Misconfigured, match=r"ledger\.url") as refused:
        connect(url)

    said = "".join(traceback.format_exception(refused.value))
    assert SECRET not in "".join(line for line in said.splitlines() if "connect(url)" not in line)


def test_a_server_that_cannot_be_had_is_said_without_the_password(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with pytest.raises(Unavailable) as refused:
            Ledger.open(f"postgresql://yuqing:{SECRET}@127.0.0.1:{nobody.getsockname()[1]}/ledger")

    assert "refused" in str(refused.value)
    assert SECRET not in "".join(traceback.format_exception(refused.value)) + caplog.text


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_any_usual_spelling_of_the_scheme_will_do(postgres: Database, scheme: str) -> None:
    ledger = Ledger.open(f"{scheme}://{postgres.url.partition('://')[2]}")

    assert shown(ledger, "application_name") == "yuqing"
    ledger.close()


def test_nobody_waits_for_ever_and_the_url_has_the_last_word(postgres: Database) -> None:
    ledger = Ledger.open(f"{postgres.url}?application_name=probe&options=-c%20lock_timeout%3D3s")

    assert shown(ledger, "statement_timeout") == "1min"
    assert shown(ledger, "idle_in_transaction_session_timeout") == "2min"
    assert shown(ledger, "lock_timeout") == "3s"
    assert shown(ledger, "application_name") == "probe"
    ledger.close()


def test_of_several_hosts_one_that_can_be_written_to_is_enough(postgres: Database) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        hosts = f"127.0.0.1:{nobody.getsockname()[1]},127.0.0.1:{postgres.server.port}"
        user = postgres.url.partition("://")[2].partition("@")[0]
        ledger = Ledger.open(f"postgresql://{user}@{hosts}/{postgres.name}?target_session_attrs=read-write")

    assert shown(ledger, "application_name") == "yuqing"
    ledger.close()


def name_of_a_part(url: str, said: multiprocessing.Queue[str]) -> None:
    ledger = Ledger.open(url)
    said.put(shown(ledger, "application_name"))
    ledger.close()


def test_a_part_is_known_to_the_server_by_its_name(postgres: Database) -> None:
    fork = multiprocessing.get_context("fork")
    said: multiprocessing.Queue[str] = fork.Queue()
    part = fork.Process(target=name_of_a_part, args=(postgres.url, said), name="detect")
    part.start()
    assert said.get(timeout=30) == "yuqing/detect"
    part.join(30)


def test_a_database_in_another_encoding_is_refused(postgres: Database) -> None:
    with sa.create_engine(postgres.url.replace("://", "+psycopg://"), isolation_level="AUTOCOMMIT").connect() as admin:
        admin.execute(
            sa.text("create database latin encoding 'LATIN1' locale_provider libc locale 'C' template template0")
        )
        try:
            with pytest.raises(Misconfigured, match="LATIN1"):
                Ledger.open(postgres.server.url_of("latin"))
        finally:
            admin.execute(sa.text("drop database latin with (force)"))
    admin.engine.dispose()


def test_a_file_goes_where_its_folder_is_not_yet(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'deep' / 'ledger.db'}", durable=False)
    with engine.begin() as connection:
        assert connection.exec_driver_sql("pragma synchronous").scalar_one() == 0
    engine.dispose()
