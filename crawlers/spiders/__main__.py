"""The Scrapy process: errands come in on standard input, visits go out on standard output, one JSON line each."""

from __future__ import annotations

from scrapy.crawler import AsyncCrawlerProcess

from crawlers.politeness import SETTINGS
from crawlers.spiders.visits import VisitSpider

if __name__ == "__main__":
    process = AsyncCrawlerProcess({**SETTINGS, "ITEM_PIPELINES": {"crawlers.spiders.visits.Tell": 100}})
    process.crawl(VisitSpider)
    process.start()
