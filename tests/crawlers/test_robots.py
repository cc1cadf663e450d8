from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protego import Protego

from crawlers.robots import LIMIT, Robots

HOST = "http://bbs.example"


def rules(text: str | bytes) -> Robots:
    return Robots.answered(200, text.encode() if isinstance(text, str) else text, "text/plain")


def forbidden(text: str | bytes, path: str, agent: str = "yuqing") -> bool:
    return rules(text).forbids(agent, HOST + path) is not None


def test_a_mark_from_notepad_hides_no_rule() -> None:
    saved = b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /bbs/\r\nDisallow: /*?uid=\r\nCrawl-delay: 12\r\n"
    assert forbidden(saved, "/bbs/1.html")
    assert forbidden(saved, "/list?uid=7")
    assert not forbidden(saved, "/news/1.html")
    assert rules(saved).crawl_delay("yuqing") == timedelta(seconds=12)


def test_the_rule_that_forbids_is_named_with_its_line() -> None:
    rule = rules("# 说明\nUser-agent: *\nAllow: /bbs/open\nDisallow: /bbs/\n").forbids("yuqing", f"{HOST}/bbs/1")
    assert rule and rule.words == "Disallow: /bbs/（robots.txt 第 4 行）"


def test_a_group_for_us_replaces_the_one_for_all() -> None:
    text = "User-agent: *\nDisallow: /\n\nUser-agent: Other\nUser-agent: YuQing/2.0\nDisallow: /x\n"
    assert not forbidden(text, "/news")
    assert forbidden(text, "/x1")
    assert forbidden(text, "/news", agent="somebody")


def test_two_groups_for_us_count_together() -> None:
    text = "User-agent: yuqing\nDisallow: /a\nUser-agent: *\nDisallow: /c\nUser-agent: yuqing\nDisallow: /b\n"
    assert forbidden(text, "/a") and forbidden(text, "/b") and not forbidden(text, "/c")


def test_the_longest_path_decides_and_a_tie_is_friendly() -> None:
    assert not forbidden("User-agent: *\nDisallow: /bbs\nAllow: /bbs/open\n", "/bbs/open/1")
    assert forbidden("User-agent: *\nAllow: /b\nDisallow: /bbs\n", "/bbs/1")
    assert not forbidden("User-agent: *\nDisallow: /bbs\nAllow: /bbs\n", "/bbs")


@pytest.mark.parametrize(
    ("pattern", "path", "hit"),
    [
        ("/*.php$", "/index.php", True),
        ("/*.php$", "/index.php?x=1", False),
        ("/*.php", "/index.php?x=1", True),
        ("/a*b*c", "/a1b2c3", True),
        ("/a*c*b", "/a1b2c3", False),
        ("/新闻/", "/%E6%96%B0%E9%97%BB/1", True),
        ("/%e6%96%b0%e9%97%bb/", "/新闻/1", True),
        ("/a%2Fb", "/a/b", False),
        ("/~joe", "/%7Ejoe", True),
        ("*", "/x", True),
        ("/x$", "/x", True),
        ("/x$", "/xy", False),
        ("/x*$", "/xyz", True),
    ],
)
def test_paths_match_as_the_rfc_says(pattern: str, path: str, hit: bool) -> None:
    assert forbidden(f"User-agent: *\nDisallow: {pattern}\n", path) is hit


def test_many_stars_take_no_time() -> None:
    assert not forbidden(f"User-agent: *\nDisallow: /{'*a' * 500}b$\n", "/" + "a" * 5000)


@pytest.mark.parametrize("status", [404, 410])
def test_no_robots_txt_means_no_rules(status: int) -> None:
    robots = Robots.answered(status, b"<html>User-agent: *\nDisallow: /</html>", "text/html")
    assert not robots.stop and robots.forbids("yuqing", HOST) is None


@pytest.mark.parametrize(
    ("status", "passing"), [(401, False), (403, False), (429, True), (500, True), (503, True), (302, True)]
)
def test_a_refusal_or_a_failure_means_stop(status: int, passing: bool) -> None:
    robots = Robots.answered(status, b"User-agent: *\nAllow: /\n")
    assert str(status) in robots.stop and robots.passing is passing
    assert Robots.silent("超时").passing


def test_a_login_page_in_its_place_means_stop() -> None:
    for page in (
        b"<!DOCTYPE html><html><body>login</body></html>",
        b"\xef\xbb\xbf \r\n<HTML><head>",
        b"<!-- x --><html>",
    ):
        assert Robots.answered(200, page, "text/html").stop
    assert not Robots.answered(200, b"# <html>\nUser-agent: *\n", "text/html").stop


def test_what_stands_beyond_the_limit_does_not_count_and_nothing_breaks() -> None:
    text = b"User-agent: *\nDisallow: /a\n" + b"#" * LIMIT + b"\nDisallow: /b\n"
    assert forbidden(text, "/a") and not forbidden(text, "/b")


def test_a_delay_beyond_reason_is_an_hour_and_words_are_none() -> None:
    assert rules("User-agent: *\nCrawl-delay: 99999\n").crawl_delay("yuqing") == timedelta(hours=1)
    assert rules("User-agent: *\nCrawl-delay: soon\n").crawl_delay("yuqing") == timedelta(0)


_path = st.text("ab/*$", min_size=1, max_size=6).map("/".__add__)
_line = st.tuples(st.sampled_from(["Allow", "Disallow"]), _path).map(": ".join)


@given(st.lists(_line, max_size=5), st.text("ab/", max_size=6).map("/".__add__))
def test_an_independent_parser_agrees_where_the_rfc_is_clear(lines: list[str], path: str) -> None:
    text = "User-agent: *\n" + "\n".join(line for line in lines if "$" not in line.rstrip("$") and "**" not in line)
    assert forbidden(text, path) is not Protego.parse(text).can_fetch(HOST + path, "yuqing")


@given(st.binary(max_size=300))
def test_no_bytes_break_it(body: bytes) -> None:
    Robots.answered(200, body).forbids("yuqing", f"{HOST}/a?b=%zz")
