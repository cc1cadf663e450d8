"""The ledger on SQLite keeps the contract, and says what it cannot open."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import Misconfigured, Unavailable
from pipeline.ledger import Ledger
from tests.contracts.ledger import LedgerContract


class TestSqliteLedger(LedgerContract):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def open(self) -> Ledger:
        return Ledger.open(f"sqlite:///{self.folder / 'deep' / 'ledger.db'}")


def test_a_place_that_cannot_hold_a_ledger_is_said(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").mkdir()

    with pytest.raises(Unavailable, match="账本不可用"):
        Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    with pytest.raises(Misconfigured, match=r"ledger\.url"):
        Ledger.open("clay://tablet")
