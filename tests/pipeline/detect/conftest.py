from __future__ import annotations

from collections.abc import Iterator

import pytest

from pipeline.detect.memory import Memory
from pipeline.ledger import Ledger


@pytest.fixture
def memory(ledger_url: str) -> Iterator[Memory]:
    ledger = Ledger.open(ledger_url)
    session = ledger.session("detect", "matches")
    yield Memory(session)
    session.forget()
    ledger.close()
