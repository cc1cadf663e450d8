from __future__ import annotations

import pytest
from pydantic import ValidationError

from crawlers import options
from crawlers.connectors.feed import FeedConnector
from tests.crawlers.connectors.notebook import Notebook
from tests.crawlers.site import NOON

FEED = "https://a.example/rss"


def test_one_feed_is_one_errand_from_where_the_last_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = Notebook()
    monkeypatch.setattr(options, "shared", lambda: notebook)

    FeedConnector(url=FEED, first=7).fetch("here", NOON)

    (errand,) = notebook.errands
    assert (errand.errand, errand.urls, errand.cursor, errand.now, errand.first) == ("feed", (FEED,), "here", NOON, 7)


@pytest.mark.parametrize(
    "wrong", [{"url": "ftp://a.example/"}, {"first": 0}, {"first": 10_001}, {"start_urls": [FEED]}]
)
def test_a_wrong_option_is_named(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        FeedConnector.model_validate({"url": FEED, **wrong})
