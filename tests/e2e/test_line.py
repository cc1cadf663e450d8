"""From what residents wrote to what the officer sees: the real stages, the shipped rules, a real browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from selenium import webdriver

from crawlers import RawPost, SourceCard
from dashboards.console.serving import ConsoleServer
from pipeline.app import App
from pipeline.model import CaseState, Published
from pipeline.settings import Settings
from tests.e2e.page import Page, free_port

pytestmark = pytest.mark.browser

BBS = SourceCard(id="qh-bbs", connector="demo")
TELEPHONE = "13912345678"


class Line:
    """Every stage of the desk in this process, and its page on a free port."""

    def __init__(self, home: Path) -> None:
        self.app = App(Settings(home=home))
        self._workers = self.app.workers()
        self._socket, self.url = free_port()
        self._server = ConsoleServer(self.app.console())
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)
        self._thread.start()

    def hear(self, *texts: str) -> None:
        now = datetime.now(UTC)
        self.app.intake.accept(BBS, [_raw(n, text, now) for n, text in enumerate(texts)])
        self.settle()

    def settle(self) -> None:
        while sum(worker.step().read for worker in self._workers):
            pass

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=15)
        for worker in self._workers:
            worker.close()
        self.app.close()


def _raw(n: int, text: str, now: datetime) -> RawPost:
    at = now - timedelta(seconds=5 * n)
    return RawPost(native_id=f"n{n}", published=Published(at=at), fetched_at=now, text=text, author=f"resident-{n}")


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    here = Line(tmp_path)
    yield here
    here.close()


def test_ten_residents_without_water_become_one_case_on_the_page(chromium: webdriver.Chrome, line: Line) -> None:
    page = Page(chromium, line.url)

    line.hear(*(f"锦湖里又停水了，{n} 楼也没水，有事打 {TELEPHONE}" for n in range(1, 13)))

    page.until(lambda: page.words("#case-list .title"))
    (title,) = page.words("#case-list .title")
    assert "停水" in title and "湖东街道" in title
    assert any("区水务局" in words for words in page.words("#case-list .units"))
    page.until(lambda: len(page.words("#posts .post")) == 12)
    page.until(lambda: page.all("#chart")[0].get_attribute("data-total") == "12")
    page.until(lambda: page.words("#hot tbody tr"))
    page.picture("line")

    assert TELEPHONE not in str(page.chrome.page_source)
    page.click("#case-list [data-verb=ack]")
    page.until(lambda: line.app.bus.lag("notify", "signals"))
    line.settle()
    page.until(lambda: page.words("#case-list .title") == [])
    assert line.app.desk.cases()[0].state is CaseState.ACKNOWLEDGED
    assert page.complaints() == []
