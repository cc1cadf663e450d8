"""Feeds, read by the real Scrapy process from a real server on this machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crawlers import Outcome, RawPost, Visit
from crawlers.crawl import Crawl
from crawlers.errand import Errand
from pipeline.model import Basis, Precision
from tests.crawlers.site import NOON, Clock, Site, item, rss

Visiting = Callable[..., Visit]


@pytest.fixture
def visit(crawl: Crawl, site: Site, clock: Clock) -> Visiting:
    def go(cursor: str = "", path: str = "/rss", **options: Any) -> Visit:
        options = dict[str, Any]() | {"allow_private": True, "gap_s": 0.0, "contact": "desk@qinghu.example"} | options
        return crawl.visit(Errand(errand="feed", urls=(site.url(path),), cursor=cursor, now=clock(), **options))

    return go


def titles(posts: Sequence[RawPost]) -> list[str]:
    return [post.title for post in posts]


def test_dates_without_zone_are_the_sources_and_a_wrong_zone_is_flagged(site: Site, visit: Visiting) -> None:
    site.say(
        "/rss",
        rss(
            item("a1", "锦湖里停电", "2026-05-12 11:58:07"),
            item("a2", "路灯检修", "2026-05-12T11:40:00"),
            item("a3", "电梯开工", "Tue, 12 May 2026 11:30:00 GMT"),  # local time under a foreign label
        ),
        Date="Tue, 12 May 2026 04:00:00 GMT",
    )
    posts = {post.native_id: post for post in visit().posts}
    assert posts["a1"].published.at == datetime(2026, 5, 12, 3, 58, 7, tzinfo=UTC)
    assert posts["a2"].published.at == datetime(2026, 5, 12, 3, 40, tzinfo=UTC)
    assert posts["a1"].fetch.warnings == posts["a2"].fetch.warnings == ()
    late = posts["a3"]
    assert (late.published.at, late.published.basis) == (NOON, Basis.FETCH)
    assert late.published.raw == "Tue, 12 May 2026 11:30:00 GMT" and late.fetch.warnings == ("future_date",)


def test_words_for_a_time_count_from_the_answers_date_not_from_our_clock(
    site: Site, visit: Visiting, clock: Clock
) -> None:
    clock.now = NOON + timedelta(days=9)
    site.say(
        "/rss",
        rss(item("a1", "停水", "3&#160;分钟前"), item("a2", "停电", "昨天 23:37")),
        Date="Mon, 11 May 2026 16:02:00 GMT",
    )
    posts = {post.native_id: post for post in visit().posts}
    assert posts["a1"].published.at == datetime(2026, 5, 11, 15, 59, tzinfo=UTC)
    assert posts["a2"].published.at == datetime(2026, 5, 11, 15, 37, tzinfo=UTC)
    assert posts["a1"].published.precision is Precision.MIN
    assert posts["a1"].fetch.warnings == ("relative_date",)


@pytest.mark.parametrize("header", ["text/xml", "text/xml; charset=utf-8"])
def test_half_a_character_in_a_gb_feed_costs_one_character(site: Site, visit: Visiting, header: str) -> None:
    document = rss(item("7", "七里桥煤气味特@"), item("8", "镕喆小区𬱖经理回应"), item("9", "东湖停电")).replace(
        "UTF-8", "gb2312"
    )
    site.say("/rss", document.encode("gb18030").replace(b"@", "别".encode("gb18030")[:1]), Content_Type=header)
    seen = visit()
    assert titles(seen.posts) == ["七里桥煤气味特\ufffd", "镕喆小区𬱖经理回应", "东湖停电"]
    assert {post.fetch.charset for post in seen.posts} == {"gb18030"}
    assert seen.warnings == ("charset",)


def test_only_what_is_new_comes_a_second_time(site: Site, visit: Visiting, clock: Clock) -> None:
    site.say(
        "/rss",
        rss(item("a", "旧帖"), item("b", "要改的帖", text="一")),
        ETag='"v1"',
        Last_Modified="nonsense, not a date",
    )
    first = visit()
    assert [post.flags for post in first.posts] == [("backfill",)] * 2
    clock.wait(minutes=5)
    site.say(
        "/rss",
        rss(item("c", "新帖", "2026-05-12 12:04:00"), item("a", "旧帖"), item("b", "要改的帖", text="二")),
        ETag='"v2"',
    )
    second = visit(first.cursor)
    assert sorted(titles(second.posts)) == ["新帖", "要改的帖"]
    assert (second.outcome, second.posts[-1].flags) == (Outcome.NEWS, ())
    asked = site.visits("/rss")[-1].headers
    assert asked["if-none-match"] == '"v1"' and asked["if-modified-since"] == "nonsense, not a date"
    assert asked["user-agent"] == "yuqing/0.1 (+desk@qinghu.example)" and "cookie" not in asked


def test_304_is_quiet_and_once_a_day_the_whole_feed_is_asked_for(site: Site, visit: Visiting, clock: Clock) -> None:
    site.say("/rss", rss(item("a", "旧帖")), ETag='"v1"')
    cursor = visit().cursor
    site.say("/rss", "", status=304)
    clock.wait(minutes=5)
    assert visit(cursor) == Visit(outcome=Outcome.QUIET, posts=[], cursor=cursor)
    clock.wait(hours=24)
    site.say("/rss", rss(item("a", "旧帖"), item("b", "藏在三百零四后面")), ETag='"v1"')
    assert titles(visit(cursor).posts) == ["藏在三百零四后面"]
    assert "if-none-match" not in site.visits("/rss")[-1].headers


def test_the_same_body_under_a_new_etag_is_no_news(site: Site, visit: Visiting) -> None:
    site.say("/rss", rss(item("a", "旧帖", "3分钟前")), ETag='"x"')
    cursor = visit().cursor
    site.say("/rss", rss(item("a", "旧帖", "3分钟前")), ETag='"y"')
    assert visit(cursor).outcome is Outcome.QUIET


CHALLENGE = (
    "<!DOCTYPE html><html><head><title>人机验证</title></head><body><p>请完成滑动验证后继续</p>"
    '<script>document.cookie="k=1"</script><a rel="alternate" type="application/rss+xml" href="/trap.xml">rss</a></body></html>'
)


def test_a_page_that_checks_for_robots_is_not_read_not_solved_and_not_followed(
    site: Site, visit: Visiting, clock: Clock
) -> None:
    site.say("/rss", rss(item("a", "旧帖")), ETag='"v1"')
    cursor = visit().cursor
    clock.wait(hours=1)
    site.say("/rss", CHALLENGE, Content_Type="text/html", ETag='"zz"', Set_Cookie="chk=1; path=/")
    blocked = visit(cursor)
    assert (blocked.outcome, list(blocked.posts), blocked.cursor) == (Outcome.BLOCKED, [], cursor)
    assert blocked.next_in == timedelta(hours=24) and "安全校验" in blocked.problem
    clock.wait(hours=24)
    site.say("/rss", rss(item("b", "错过的帖", "2026-05-12 18:00:00"), item("a", "旧帖")), ETag='"v2"')
    back = visit(blocked.cursor)
    assert titles(back.posts) == ["错过的帖"]
    assert set(site.paths()) == {"/robots.txt", "/rss"}
    assert all("cookie" not in asked.headers for asked in site.asked)
    assert len({asked.headers["user-agent"] for asked in site.asked}) == 1
    assert all(asked.headers.get("if-none-match") in (None, '"v1"') for asked in site.asked)


@pytest.mark.parametrize("status", [412, 521])
def test_a_check_may_hide_behind_its_status(site: Site, visit: Visiting, status: int) -> None:
    site.say("/rss", "<script>x()</script>", status=status)
    assert visit().outcome is Outcome.BLOCKED


def test_an_article_about_captchas_in_a_feed_is_news(site: Site, visit: Visiting) -> None:
    site.say("/rss", rss(item("a", "网站要求滑动验证，居民抱怨", text="请输入验证码 访问过于频繁 __jsl_clearance")))
    assert visit().outcome is Outcome.NEWS


@pytest.mark.parametrize(
    ("status", "outcome", "hours"),
    [(401, Outcome.FORBIDDEN, None), (403, Outcome.FORBIDDEN, None), (410, Outcome.GONE, None), (404, Outcome.FAILED, 8),
     (500, Outcome.FAILED, None), (429, Outcome.FAILED, 0.25)],
)  # fmt: skip
def test_every_refusal_has_its_own_outcome_and_words(
    site: Site, visit: Visiting, status: int, outcome: Outcome, hours: float | None
) -> None:
    site.say("/rss", "no", status=status)
    seen = visit("")
    assert (seen.outcome, seen.next_in) == (outcome, timedelta(hours=hours) if hours else None)
    assert str(status) in seen.problem and not seen.posts


def test_the_third_time_a_page_is_missing_it_is_gone(site: Site, visit: Visiting) -> None:
    site.say("/rss", rss(item("a", "旧帖")))
    cursor = visit().cursor
    site.say("/rss", "no", status=404)
    outcomes: list[Outcome] = []
    for _ in range(3):
        seen = visit(cursor)
        cursor, outcomes = seen.cursor, [*outcomes, seen.outcome]
    assert outcomes == [Outcome.FAILED, Outcome.FAILED, Outcome.GONE]
    site.say("/rss", rss(item("a", "旧帖"), item("b", "新帖")))
    assert titles(visit(cursor).posts) == ["新帖"]


@pytest.mark.parametrize(
    ("wait", "expected"),
    [("90", timedelta(seconds=90)), ("31536000", timedelta(hours=24)), ("9" * 40, timedelta(hours=24)),
     ("Tue, 12 May 2026 04:20:00 GMT", timedelta(minutes=20)), ("Fri, 12 May 2028 04:20:00 GMT", timedelta(hours=24)),
     ("Mon, 11 May 2020 00:00:00 GMT", timedelta(minutes=15)), ("soon", timedelta(minutes=15)), ("-5", timedelta(minutes=15))],
)  # fmt: skip
def test_429_is_obeyed_within_reason_and_never_retried_at_once(
    site: Site, visit: Visiting, wait: str, expected: timedelta
) -> None:
    site.say("/rss", "slow down", status=429, Retry_After=wait)
    assert visit().next_in == expected
    assert len(site.visits("/rss")) == 1


def test_a_web_page_instead_of_a_feed_is_told_with_the_feed_it_names(site: Site, visit: Visiting) -> None:
    site.say(
        "/rss",
        '<html><head><link rel="alternate" type="application/rss+xml" href="/real.xml"></head><body>论坛首页</body></html>',
    )
    seen = visit()
    assert seen.outcome is Outcome.FAILED and "not a feed" in seen.problem and "/real.xml" in seen.problem
    assert "/real.xml" not in site.paths()


def test_a_login_page_stops_and_a_maintenance_page_waits(site: Site, visit: Visiting) -> None:
    site.say("/rss", "<html><body>抱歉，您需要登录才能继续</body></html>")
    assert visit().outcome is Outcome.FORBIDDEN
    site.say("/rss", "<html><body>系统维护中，请稍后访问</body></html>")
    assert visit().outcome is Outcome.FAILED


def test_broken_xml_keeps_its_good_items_and_three_times_is_told(site: Site, visit: Visiting) -> None:
    site.say(
        "/rss", "\n" + rss(item("a", "张家 & 李家&nbsp;停水")).replace("</channel></rss>", item("b", "半截")[:-30])
    )
    seen = visit()
    assert titles(seen.posts) == ["张家 & 李家 停水", "半截"] and seen.warnings[0] == "bozo"
    cursor = seen.cursor
    for guid in "cd":
        site.say("/rss", rss(item(guid, f"帖{guid} & 一")))
        seen = visit(cursor)
        cursor = seen.cursor
    assert seen.outcome is Outcome.DEGRADED and len(seen.posts) == 1 and seen.problem


def test_ids_that_name_nothing_are_replaced_by_link_and_title(site: Site, visit: Visiting) -> None:
    home = "http://bbs.example/"
    shared = [item(home, f"帖子{n}", link=f"http://bbs.example/t/{n}") for n in range(3)]
    site.say("/rss", rss(*shared, item("ok", "有编号"), item("ok", "有编号"), link=home))
    seen = visit()
    assert len(seen.posts) == 4 and len({post.native_id for post in seen.posts}) == 4
    assert "duplicate_id" in seen.warnings
    assert [post.native_id for post in seen.posts if post.title == "有编号"] == ["ok"]


def test_a_session_in_the_address_makes_no_new_post(site: Site, visit: Visiting) -> None:
    site.say("/rss", rss(item("", "停水", link="http://bbs.example/t?tid=5&amp;sid=aaa&amp;utm_source=rss")))
    first = visit()
    assert first.posts[0].native_id == first.posts[0].url == "http://bbs.example/t?tid=5"
    site.say("/rss", rss(item("", "停水", link="http://bbs.example/t?tid=5&amp;sid=bbb#top")))
    assert visit(first.cursor).outcome is Outcome.QUIET


def test_a_flood_at_the_first_visit_takes_the_newest_and_never_the_rest(site: Site, visit: Visiting) -> None:
    items = [
        item(f"n{n}", f"帖{n}", f"2026-05-{1 + n // 100:02d} {n // 60 % 24:02d}:{n % 60:02d}:00") for n in range(1000)
    ]
    site.say("/rss", rss(*items))
    first = visit(first=30)
    assert titles(first.posts)[-1] == "帖999" and len(first.posts) == 30
    site.say("/rss", rss(*items, item("new", "新帖")))
    assert titles(visit(first.cursor, first=30).posts) == ["新帖"]


def test_a_feed_that_began_empty_has_news_and_no_backfill(site: Site, visit: Visiting) -> None:
    site.say("/rss", rss())
    cursor = visit().cursor
    site.say("/rss", rss(item("a", "第一帖")))
    seen = visit(cursor)
    assert [(post.title, post.flags) for post in seen.posts] == [("第一帖", ())] and "feed_gap" not in seen.warnings


def test_nothing_in_common_with_the_last_visit_means_a_gap(site: Site, visit: Visiting) -> None:
    site.say("/rss", rss(item("a", "一")))
    cursor = visit().cursor
    site.say("/rss", rss(item("b", "二")))
    assert "feed_gap" in visit(cursor).warnings


def test_only_words_leave_a_feed(site: Site, visit: Visiting) -> None:
    text = "&lt;p onclick=x()&gt;停水&lt;script&gt;steal()&lt;/script&gt;&lt;br&gt;第二天\u202e&lt;img src=x onerror=y()&gt;"
    site.say("/rss", rss(item("a", "标题", text=text, link="javascript:alert(1)")))
    post = visit().posts[0]
    assert (post.text, post.url) == ("停水\n第二天", "")


def test_entities_of_its_own_and_files_of_ours_are_never_read(site: Site, visit: Visiting) -> None:
    secret = site.url("/secret")
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 30))
    site.say(
        "/rss",
        f'<!DOCTYPE rss [<!ENTITY l0 "哈">{laughs}<!ENTITY x SYSTEM "file:///etc/hostname"><!ENTITY y SYSTEM "{secret}">]>'
        f"<rss><channel>{item('a', '标题 &l29; &x; &y;')}</channel></rss>",
    )
    assert visit().posts[0].title == "标题 &l29; &x; &y;"
    assert "/secret" not in site.paths()
