from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.urls import canonical


@pytest.mark.parametrize(
    ("url", "one"),
    [
        ("HTTP://BBS.Example:80/Thread?tid=5#top", "http://bbs.example/Thread?tid=5"),
        ("https://bbs.example:443", "https://bbs.example/"),
        ("http://bbs.example:8080/x", "http://bbs.example:8080/x"),
        ("http://bbs.example/t?tid=5&PHPSESSID=1&utm_medium=rss&page=2", "http://bbs.example/t?tid=5&page=2"),
        ("http://bbs.example/t;jsessionid=AB12?x=1", "http://bbs.example/t?x=1"),
        ("http://bbs.example/t?empty=&b=%E5%81%9C", "http://bbs.example/t?empty=&b=%E5%81%9C"),
        ("http://[2606:4700::1]/x", "http://[2606:4700::1]/x"),
        ("tag:bbs.example,2026:1", "tag:bbs.example,2026:1"),
        ("http://[broken", "http://[broken"),
        ("", ""),
    ],
)
def test_one_page_has_one_address(url: str, one: str) -> None:
    assert canonical(url) == one


@given(st.text("htp:/.?&=#;%ab19停[]", max_size=40).map("http://".__add__))
def test_the_one_form_of_the_one_form_is_itself(url: str) -> None:
    assert canonical(canonical(url)) == canonical(url)
