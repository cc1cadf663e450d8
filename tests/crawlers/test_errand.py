from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from crawlers.errand import AGENT, Asked, Errand
from pipeline import __version__

NOON = datetime(2026, 3, 10, 4, tzinfo=UTC)


def an_errand(contact: str = "") -> Errand:
    return Errand(errand="feed", urls=("https://a.example/rss",), cursor="{}", now=NOON, contact=contact)


def test_a_site_learns_who_we_are_and_where_to_complain() -> None:
    assert an_errand().user_agent == f"{AGENT}/{__version__.rsplit('.', 1)[0]}"
    assert an_errand("mailto:it@a.example").user_agent.endswith(" (+mailto:it@a.example)")


def test_an_errand_arrives_in_the_other_process_as_it_was_sent() -> None:
    asked = Asked(number=7, errand=an_errand("https://a.example/"))

    assert msgspec.json.decode(msgspec.json.encode(asked), type=Asked) == asked
