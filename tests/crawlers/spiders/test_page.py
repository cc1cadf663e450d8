from __future__ import annotations

from datetime import timedelta

from crawlers import Outcome, Visit
from crawlers.crawl import Crawl
from crawlers.errand import Errand
from tests.crawlers.site import Clock, Site

PATHS = ("/news/a.html", "/bbs/1.html", "/list?uid=9", "/news/b.html")


def around(crawl: Crawl, site: Site, clock: Clock, rounds: int) -> list[Visit]:
    """Visit as the collector does: again when the visit itself asked to."""
    visits: list[Visit] = []
    cursor = ""
    for _ in range(rounds):
        urls = tuple(map(site.url, PATHS))
        seen = crawl.visit(Errand(errand="page", urls=urls, cursor=cursor, now=clock(), allow_private=True, gap_s=0.0))
        visits, cursor = [*visits, seen], seen.cursor
        clock.now += seen.next_in or timedelta(minutes=5)
    return visits


def test_robots_rules_saved_by_notepad_are_obeyed_and_told(crawl: Crawl, site: Site, clock: Clock) -> None:
    site.say("/robots.txt", b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /bbs/\r\nDisallow: /*?uid=\r\nCrawl-delay: 12\r\n")
    for path in PATHS:
        site.say(path, f"<html><head><title>{path}</title></head><body><nav>菜单</nav><p>正文</p></body></html>")
    first, second = around(crawl, site, clock, 2)
    assert site.paths() == ["/robots.txt", "/news/a.html", "/news/b.html"]
    assert site.asked[2].at - site.asked[1].at >= timedelta(seconds=12)
    for seen in (first, second):
        assert seen.outcome is Outcome.DEGRADED
        assert "/bbs/1.html：Disallow: /bbs/（robots.txt 第 2 行）" in seen.problem
        assert "/list?uid=9：Disallow: /*?uid=（robots.txt 第 3 行）" in seen.problem
    assert [(post.title, post.text) for post in [*first.posts, *second.posts]] == [
        ("/news/a.html", "正文"),
        ("/news/b.html", "正文"),
    ]
    assert (first.next_in, second.next_in) == (timedelta(seconds=12), None)


def test_a_page_is_news_again_only_when_its_words_change(crawl: Crawl, site: Site, clock: Clock) -> None:
    for path in PATHS:
        site.say(path, f"<title>{path}</title><p>旧</p>")
    site.say("/robots.txt", "User-agent: *\nDisallow:\n")
    visits = around(crawl, site, clock, 8)
    assert [len(seen.posts) for seen in visits] == [1, 1, 1, 1, 0, 0, 0, 0]
    again = around(crawl, site, clock, 1)[0].posts[0]
    assert again.native_id == visits[0].posts[0].native_id


def test_a_page_that_is_not_there_rests_for_hours_and_the_others_are_read_on(
    crawl: Crawl, site: Site, clock: Clock
) -> None:
    for path in PATHS[1:]:
        site.say(path, f"<title>{path}</title><p>正文</p>")
    site.say("/robots.txt", "User-agent: *\nDisallow:\n")

    missing, *others = around(crawl, site, clock, 4)

    assert missing.outcome is Outcome.FAILED and "404" in missing.problem
    assert [post.title for visit in others for post in visit.posts] == list(PATHS[1:])
    assert {visit.outcome for visit in others} == {Outcome.DEGRADED}
    assert all(f"{PATHS[0]}：打不开（404），8 小时后再试" in visit.problem for visit in others)
    assert site.paths().count(PATHS[0]) == 1


def test_where_no_page_is_there_the_site_is_left_alone_for_hours(crawl: Crawl, site: Site, clock: Clock) -> None:
    visits = around(crawl, site, clock, 5)

    assert [visit.next_in for visit in visits[3:]] == [timedelta(hours=8), timedelta(0)]
    assert site.paths() == ["/robots.txt", *PATHS, PATHS[0]]


def test_robots_that_cannot_be_read_means_no_page_is(crawl: Crawl, site: Site, clock: Clock) -> None:
    site.say("/robots.txt", "busy", status=503)
    seen = around(crawl, site, clock, 1)[0]
    assert seen.outcome is Outcome.FAILED and "robots.txt" in seen.problem
    assert site.paths() == ["/robots.txt"]


def test_a_site_that_forbids_everything_is_asked_for_its_rules_once_a_day(
    crawl: Crawl, site: Site, clock: Clock
) -> None:
    site.say("/robots.txt", "User-agent: *\nDisallow: /\n")
    first, _ = around(crawl, site, clock, 2)
    assert (first.outcome, first.next_in) == (Outcome.FORBIDDEN, timedelta(hours=24))
    assert site.paths() == ["/robots.txt"] * 2
