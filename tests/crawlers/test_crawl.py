from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler

import msgspec
import pytest

from crawlers import Outcome
from crawlers.crawl import Crawl
from crawlers.errand import Asked, Errand, Told
from tests.crawlers.site import Clock, Reply, Site, item, rss


def errand(site: Site, clock: Clock, path: str = "/rss", **options: float) -> Errand:
    urls = (site.url(path),)
    return Errand(errand="feed", urls=urls, cursor='{"bozo":1}', now=clock(), allow_private=True, gap_s=0.0, **options)  # type: ignore[arg-type]  # only floats are passed


def test_a_killed_process_fails_its_visits_keeps_their_cursors_and_is_replaced(site: Site, clock: Clock) -> None:
    crawl, reached = Crawl(), threading.Event()

    def stuck(request: BaseHTTPRequestHandler) -> None:
        reached.set()
        threading.Event().wait(0.5)

    site.replies["/stuck"] = Reply(write=stuck)
    site.say("/rss", rss(item("a", "停水")))

    def kill() -> None:
        assert reached.wait(10) and crawl.pid
        os.kill(crawl.pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        seen = crawl.visit(errand(site, clock, "/stuck"))
        killer.join()
        assert (seen.outcome, seen.cursor) == (Outcome.FAILED, '{"bozo":1}')
        assert crawl.visit(errand(site, clock)).outcome is Outcome.NEWS
    finally:
        crawl.close()


def test_a_process_that_says_nothing_is_given_up(site: Site, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawlers.crawl._SLACK_S", 0.2)
    crawl = Crawl((sys.executable, "-c", "import sys; sys.stdin.read()"))
    seen = crawl.visit(errand(site, clock, deadline_s=0.0))
    assert (seen.outcome, crawl.pid) == (Outcome.FAILED, None)


def test_a_bug_of_ours_is_no_outcome_of_a_source(crawl: Crawl, site: Site, clock: Clock) -> None:
    site.say("/rss", rss(item("a", "停水")))
    broken = Errand(errand="feed", urls=(site.url("/rss"),), cursor="not a cursor", now=clock(), allow_private=True)
    with pytest.raises(RuntimeError, match="DecodeError in"):
        crawl.visit(broken)
    assert crawl.visit(errand(site, clock)).outcome is Outcome.NEWS


def test_the_process_ends_when_its_parent_is_gone(crawl: Crawl, site: Site, clock: Clock) -> None:
    site.say("/rss", rss(item("a", "停水")))
    line = msgspec.json.encode(Asked(number=7, errand=errand(site, clock)))
    process = subprocess.run(
        (sys.executable, "-m", "crawlers.spiders"), input=line + b"\n", capture_output=True, timeout=30
    )
    told = msgspec.json.decode(process.stdout, type=Told)
    assert (process.returncode, told.number) == (0, 7) and told.visit and told.visit.outcome is Outcome.NEWS
    assert process.stderr == b""


def test_threads_share_one_process_and_get_their_own_answers(crawl: Crawl, site: Site, clock: Clock) -> None:
    for n in range(12):
        site.say(f"/{n}", rss(item(f"g{n}", f"帖{n}")))
    with ThreadPoolExecutor(6) as pool:
        seen = list(pool.map(lambda n: crawl.visit(errand(site, clock, f"/{n}")), range(12)))
    assert [visit.posts[0].native_id for visit in seen] == [f"g{n}" for n in range(12)]
