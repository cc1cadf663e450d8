from __future__ import annotations

from collections.abc import Iterator

import pytest

from crawlers.crawl import Crawl
from tests.crawlers.site import NOON, Clock, Site, running


@pytest.fixture(scope="session")
def crawl() -> Iterator[Crawl]:
    """One Scrapy process for all tests; every site has a port, and so a robots.txt, of its own."""
    crawl = Crawl()
    yield crawl
    crawl.close()


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def site(clock: Clock) -> Iterator[Site]:
    with running(clock) as site:
        yield site
