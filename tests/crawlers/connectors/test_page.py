from __future__ import annotations

import pytest
from pydantic import ValidationError

from crawlers import options
from crawlers.connectors.page import PageConnector
from tests.crawlers.connectors.notebook import Notebook
from tests.crawlers.site import NOON

PAGES = ("https://a.example/1", "https://a.example/2")


def test_all_pages_go_on_one_errand_so_that_they_can_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = Notebook()
    monkeypatch.setattr(options, "shared", lambda: notebook)

    PageConnector(start_urls=PAGES).fetch("here", NOON)

    (errand,) = notebook.errands
    assert (errand.errand, errand.urls, errand.cursor, errand.now) == ("page", PAGES, "here", NOON)


@pytest.mark.parametrize("urls", [[], ["https://a.example/", "file:///etc/passwd"], "https://a.example/"])
def test_one_address_that_may_not_be_read_refuses_the_source(urls: object) -> None:
    with pytest.raises(ValidationError, match="start_urls"):
        PageConnector.model_validate({"start_urls": urls})
