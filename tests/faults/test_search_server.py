"""The search server is away: warnings go out as fast as ever, and nothing is missing from search afterwards."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from pipeline.cli.demo_check import Inbox
from tests.crawlers.site import Clock, item, rss, running
from tests.faults.desks import a_config, a_feed, a_receiver, found
from tests.live import NIGHTLY, LiveDesk, a_live_desk, eventually, free_port, nightly
from tests.servers.search import Elasticsearch, SearchServer

IN_TIME_S = 10  # the level allows sixty; two cores run a broker's worth of processes beside it
DANGER = "柳园新村7号楼楼道煤气味特别大，头晕"
AWAY_S = 600.0 if NIGHTLY else 15.0


def chatter(count: int) -> list[str]:
    return [item(f"t{n}", f"第{n}次问路", now(), text=f"请问湖东街道便民服务中心周{n}开门吗") for n in range(count)]


def now() -> str:
    return datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S +0000")


def warnings(inbox: Inbox, words: str) -> list[float]:
    return [one.delay_s for one in inbox.received if words in one.body["title"] + one.body["text"]]


def missed(desk: LiveDesk) -> bool:
    """Say whether the health page tells that the index is away."""
    told = httpx.get(f"{desk.page}/healthz", timeout=30).json()["parts"]
    return any(part["name"] == "index" and not part["ok"] for part in told)


@pytest.mark.slow
@pytest.mark.parametrize("product", ["elasticsearch", pytest.param("opensearch", marks=nightly)])
def test_a_search_server_that_is_away_delays_no_warning_and_misses_no_post(
    tmp_path: Path, request: pytest.FixtureRequest, product: str
) -> None:
    server, port = request.getfixturevalue(product), free_port()
    assert isinstance(server, SearchServer)
    index = f'index.url = "{product}://{server.url.removeprefix("http://")}/away"\n'
    with running(Clock(datetime.now(UTC))) as site, Inbox() as inbox:
        posts = chatter(5)
        site.say("/bbs", rss(*posts), Content_Type="application/rss+xml")
        config = a_config(tmp_path, port, more=index + a_receiver("值班", inbox.url) + a_feed("bbs", site.url("/bbs")))
        with a_live_desk(config, port) as desk:
            assert eventually(lambda: found(desk, "问路") == 5, 30), desk.log()[-3000:]

            with server.away():
                posts += [item("g1", "险情", now(), text=DANGER), *chatter(9)[5:]]
                site.say("/bbs", rss(*posts), Content_Type="application/rss+xml")
                assert eventually(lambda: bool(warnings(inbox, "煤气")), 30), desk.log()[-3000:]
                assert warnings(inbox, "煤气")[0] < IN_TIME_S
                assert eventually(lambda: missed(desk), 60), desk.log()[-3000:]
                time.sleep(AWAY_S)  # as long as a restart takes; ten minutes at night

            assert eventually(lambda: found(desk, "问路") == 9 and found(desk, "煤气味") == 1, 60), desk.log()[-3000:]
            assert eventually(desk.healthy, 30)
            assert len(warnings(inbox, "煤气")) == 1


@pytest.mark.slow
def test_a_desk_starts_and_warns_while_the_search_server_is_not_there(
    tmp_path: Path, elasticsearch: Elasticsearch
) -> None:
    server, port = elasticsearch, free_port()
    index = f'index.url = "elasticsearch://{server.url.removeprefix("http://")}/late"\n'
    with running(Clock(datetime.now(UTC))) as site, Inbox() as inbox:
        site.say("/bbs", rss(item("g1", "险情", now(), text=DANGER)), Content_Type="application/rss+xml")
        config = a_config(tmp_path, port, more=index + a_receiver("值班", inbox.url) + a_feed("bbs", site.url("/bbs")))
        with server.away(), a_live_desk(config, port) as desk:
            assert eventually(lambda: bool(warnings(inbox, "煤气")), 30), desk.log()[-3000:]
            server.start()

            assert eventually(lambda: found(desk, "煤气味") == 1, 60), desk.log()[-3000:]
            assert eventually(desk.healthy, 30)
