"""A real browser and a real server."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboards.console.feed import Feed
from dashboards.console.screenshot import FLAGS, browser
from dashboards.console.serving import ConsoleServer
from tests.dashboards.console.district import District
from tests.e2e.page import free_port
from tests.live import do_without


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """A headless Chromium with its language set to Chinese. Missing, it skips at a desk and fails in CI."""
    program, driver = browser(), shutil.which("chromedriver")
    if program is None or driver is None:
        do_without("no Chromium or no chromedriver")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for flag in (
        *FLAGS,
        f"--user-data-dir={tmp_path_factory.mktemp('profile')}",
        "--window-size=1440,900",
        "--lang=zh-CN",
    ):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    chrome = webdriver.Chrome(options=options, service=Service(driver))
    yield chrome
    chrome.quit()


class Turning:
    """Answers 503 to the live line while the town is away."""

    def __init__(self, app: ASGIApp, town: Town) -> None:
        self._app, self._town = app, town

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._town.loop = asyncio.get_running_loop()
        turned = self._town.away and scope["type"] == "http" and scope["path"] == "/events"
        self._town.turned_away += turned
        await (Response(status_code=503) if turned else self._app)(scope, receive, send)


class Town(District):
    """A district whose console runs on a free port, at the time of the wall."""

    def __init__(self, home: Path) -> None:
        super().__init__(home, clock=lambda: datetime.now(UTC))
        self.clock.move_to(datetime.now(UTC))
        self._socket, self.url = free_port()
        self.away, self.turned_away = False, 0
        self.loop: asyncio.AbstractEventLoop | None = None
        app = self.app()
        app.add_middleware(Turning, town=self)
        self._feed: Feed = app.state.feed
        self._server = ConsoleServer(app)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)
        self._thread.start()

    def hang_up(self) -> None:
        """End the live line of every tab."""
        assert self.loop is not None
        self.loop.call_soon_threadsafe(self._feed.close)

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=15)
        super().close()


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    here = Town(tmp_path)
    yield here
    here.close()
