"""An empty ledger is the same whether the migrations were walked for it or remembered, and one of today is left alone."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline.ledger import Ledger, upgrades
from pipeline.ledger.engines import connect
from tests.pipeline.ledger.migrations.stairs import Stairs, versions


def dump(file: Path) -> list[str]:
    """Return all that a database holds; in which order a migration makes its indexes, nobody promised."""
    engine = connect(f"sqlite:///{file}")
    try:
        with engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            return sorted(driver.iterdump())
    finally:
        engine.dispose()


def test_what_is_remembered_is_what_the_migrations_make(tmp_path: Path) -> None:
    walked, remembered = tmp_path / "walked.db", tmp_path / "remembered.db"
    engine = connect(f"sqlite:///{walked}")
    Stairs(engine).up()
    engine.dispose()
    Ledger.open(f"sqlite:///{remembered}").close()

    assert dump(remembered) == dump(walked)


def test_a_ledger_of_an_older_version_is_walked_up(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    engine = connect(f"sqlite:///{file}")
    Stairs(engine).up("0002")
    engine.dispose()

    with closing(Ledger.open(f"sqlite:///{file}")) as ledger, ledger.transaction() as connection:
        assert sa.inspect(connection).has_table("correction")


def test_the_newest_version_is_that_of_the_last_script() -> None:
    assert upgrades._newest() == versions()[-1]


def test_a_ledger_of_today_is_not_walked(ledger_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Ledger.open(ledger_url).close()
    monkeypatch.setattr(upgrades, "_walk", None)

    Ledger.open(ledger_url).close()
