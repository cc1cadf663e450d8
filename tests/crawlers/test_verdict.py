from __future__ import annotations

import pytest

from crawlers import Outcome
from crawlers.answer import Answer, Trouble
from crawlers.verdict import challenged, verdict
from tests.crawlers.site import NOON


def page(words: str, title: str = "") -> str:
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{words}</body></html>"


@pytest.mark.parametrize(
    "words",
    ["请输入验证码后继续", "访问过于频繁，请稍后再试", "安全 验证", "请在微信客户端打开链接", "Checking your browser before accessing",
     "<noscript>请开启 JavaScript 后继续</noscript>", "<script>document.cookie='__jsl_clearance=1'</script>", "Just a moment...",
     "Please accept cookies to continue"],
)  # fmt: skip
def test_a_check_is_known_by_its_words_or_its_script(words: str) -> None:
    assert challenged(page(words))
    assert challenged(page("", title=words)) or "<" in words


def test_an_article_about_checks_is_an_article() -> None:
    assert not challenged(page("居民反映政务网站总要求滑动验证，老人不会用。" + "详细经过如下。" * 600))
    assert not challenged("<rss><channel><item><title>请输入验证码</title></item></channel></rss>")
    assert not challenged("请输入验证码")


def test_a_long_page_is_no_notice_even_if_it_speaks_of_logging_in() -> None:
    answer = Answer("http://x.example/", 200)
    assert verdict(answer, page("请先登录"), NOON) is not None
    assert verdict(answer, page("请先登录，系统维护，主题不存在。" + "这是一篇长文。" * 100), NOON) is None


@pytest.mark.parametrize("trouble", [trouble for trouble in Trouble if trouble is not Trouble.TURN])
def test_every_trouble_is_told_in_chinese_with_a_remedy(trouble: Trouble) -> None:
    bad = verdict(Answer("http://x.example/", trouble=trouble, detail="细节"), "", NOON)
    assert bad and "细节" in bad.problem and any(word in bad.problem for word in ("再试", "请", "复查"))
    assert bad.outcome in (Outcome.FAILED, Outcome.FORBIDDEN)


@pytest.mark.parametrize("status", [100, 300, 305, 400, 402, 405, 418, 451, 502, 504, 599, 999])
def test_no_odd_status_passes_for_an_answer(status: int) -> None:
    assert verdict(Answer("http://x.example/", status), "<rss/>", NOON) is not None
