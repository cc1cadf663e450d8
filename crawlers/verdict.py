"""What an answer means for a source: fine, try later, stopped by a check, forbidden, gone.

"200 and nothing new" is the most dangerous state a source can be in, so a page that is not what was asked
for is recognised by its words. It is never solved, its cookie never kept, its links never followed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from crawlers import Outcome
from crawlers.answer import Answer, Trouble, http_date

PAUSE = timedelta(hours=24)
_TOO_MANY = timedelta(minutes=15)  # 429 without a time
_AGAIN = timedelta(hours=8)  # a missing page is asked for three times within a day
_SHORT = 3000  # characters; a page with more text is an article that may well speak of captchas

_CHALLENGE = re.compile(
    r"安全检查|安全验证|人机验证|滑动验证|请输入验证码|正在检查您?的?浏览器|访问过于频繁|访问频次过高|操作太频繁|异常访问|请在微信客户端打开"
    r"|开启(?:脚本|javascript)|启用javascript|checking your browser|just a moment|verify you are human|enable javascript and cookies"
    r"|unusual traffic|accept (?:all )?cookies to continue|请接受cookie",
    re.I,
)
_SCRIPTED = re.compile(r"__jsl_clearance|cf-chl|_cf_chl|g-recaptcha|h-captcha|geetest|acw_sc__v2", re.I)
_LOGIN = re.compile(r"您?需要登录|请先登录|登录后(?:才能|可|继续)|没有权限访问|阅读权限|please (?:log|sign) ?in", re.I)
_MAINTENANCE = re.compile(
    r"(?:系统|网站|站点|服务器)(?:正在)?(?:维护|升级)|暂停服务|停机维护|under maintenance|temporarily unavailable", re.I
)
_MISSING = re.compile(r"(?:主题|页面|内容|帖子|文章)不存在|已被删除|page not found", re.I)
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.S | re.I)
_TAGS = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]+>", re.S | re.I)
_ALTERNATE = re.compile(r"""<link[^>]+type=["']application/(?:rss|atom)\+xml["'][^>]*>""", re.I)
_HREF = re.compile(r"""href=["']([^"']{1,500})["']""", re.I)


@dataclass(frozen=True)
class Verdict:
    """How a visit ended and what to tell the operator; *missing* says that the page was not there."""

    outcome: Outcome
    problem: str
    next_in: timedelta | None = None
    missing: bool = False


def verdict(answer: Answer, text: str, now: datetime) -> Verdict | None:
    """Return what is wrong with *answer*, whose body reads *text*; None if nothing is."""
    if answer.trouble:
        return _troubled(answer.trouble, answer.detail)
    if answer.status in (412, 521) or challenged(text):
        return _blocked()
    if 200 <= answer.status < 300:
        return _page(text)
    return _status(answer.status, answer.headers.get("retry-after", ""), now)


def missing(times: int) -> Verdict:
    """Return what it means that a page was not there *times* times in a row."""
    if times >= 3:
        return Verdict(Outcome.GONE, "网址三次都打不开（404），已停止采集。请核对网址，改好配置后会自动恢复。")
    return Verdict(
        Outcome.FAILED, f"网址打不开（404），第 {times} 次；8 小时后再试。请核对网址。", _AGAIN, missing=True
    )


def not_a_feed(answer: Answer, text: str) -> Verdict:
    """Return what to say of an answer that is fine, but no feed."""
    kind = answer.content_type.partition(";")[0] or "未注明类型"
    link = _ALTERNATE.search(text)
    href = _HREF.search(link[0]) if link else None
    advice = f"网页自己写明的订阅地址是 {href[1]}，" if href else ""
    return Verdict(Outcome.FAILED, f"这个网址返回的不是订阅源（not a feed，{kind}）。{advice}请核对配置里的 url。")


def challenged(text: str) -> bool:
    """Say whether *text* is a page that checks for robots or for people."""
    if not _is_html(text):
        return False
    words = _words(text)
    return len(words) < _SHORT and bool(
        _CHALLENGE.search(words.replace(" ", "")) or _CHALLENGE.search(words) or _SCRIPTED.search(text)
    )


def retry_after(value: str, now: datetime) -> timedelta | None:
    """Return the wait that a Retry-After asks for, at most a day; None if it asks for none."""
    if value.strip().isascii() and value.strip().isdigit():
        return min(timedelta(seconds=min(int(value[:12]), 10**9)), PAUSE)
    at = http_date(value)
    return min(max(at - now, timedelta(0)), PAUSE) if at else None


def _troubled(trouble: Trouble, detail: str) -> Verdict:
    if trouble is Trouble.ROBOTS:
        return Verdict(
            Outcome.FORBIDDEN, f"网站的 robots.txt 不允许采集：{detail}。已停止；每天只复查一次规则。", PAUSE
        )
    if trouble is Trouble.ROBOTS_AWAY:
        return Verdict(Outcome.FAILED, f"{detail}，按规矩先不采集，稍后再试。")
    if trouble is Trouble.TOO_BIG:
        return Verdict(Outcome.FAILED, f"内容超过大小上限，已拒收（{detail}）；24 小时后再试。请核对网址。", PAUSE)
    if trouble is Trouble.ADDRESS:
        return Verdict(
            Outcome.FORBIDDEN, f"这个网址不能采集：{detail}。确为本单位内网来源的，请设 allow_private = true。"
        )
    if trouble is Trouble.REDIRECT:
        return Verdict(Outcome.FAILED, f"{detail}。确认无误后请把配置里的网址改成新的。")
    if trouble is Trouble.SLOW:
        return Verdict(Outcome.FAILED, f"网站太慢，没有在时限内答完（{detail}），稍后再试。")
    return Verdict(Outcome.FAILED, f"连不上网站（{detail}），稍后再试。")


def _status(status: int, wait: str, now: datetime) -> Verdict:
    if status in (401, 403, 407, 451):
        return Verdict(
            Outcome.FORBIDDEN, f"网站拒绝访问（{status}），已停止采集。请与网站联系取得许可，改好配置后会自动恢复。"
        )
    if status == 404:
        return missing(1)
    if status == 410:
        return Verdict(Outcome.GONE, "网站声明此地址已永久取消（410），已停止采集。请更换网址。")
    if status == 429:
        after = retry_after(wait, now) or _TOO_MANY
        return Verdict(Outcome.FAILED, f"网站说我们来得太勤（429），{_spell(after)}后再来。", after)
    if status >= 500:
        return Verdict(Outcome.FAILED, f"网站出错（{status}），稍后再试。", retry_after(wait, now))
    return Verdict(Outcome.FAILED, f"看不懂网站的回答（状态 {status}），稍后再试。")


def _spell(wait: timedelta) -> str:
    minutes = max(1, round(wait / timedelta(minutes=1)))
    return f"{minutes} 分钟" if minutes < 120 else f"{round(minutes / 60)} 小时"


def _page(text: str) -> Verdict | None:
    """Judge an answer of 200 by its words: some sites say so when they are shut."""
    if not _is_html(text):
        return None
    words = _words(text)
    if len(words) > 500:
        return None
    if _LOGIN.search(words):
        return Verdict(Outcome.FORBIDDEN, "网站要求登录，已停止采集。请与网站联系取得许可，或更换公开的网址。")
    if _MAINTENANCE.search(words):
        return Verdict(Outcome.FAILED, "网站正在维护，稍后再试。")
    return missing(1) if _MISSING.search(words) else None


def _blocked() -> Verdict:
    return Verdict(
        Outcome.BLOCKED,
        "被网站的安全校验拦住（blocked by a check）：返回的是校验页，没有内容。已停采 24 小时，不会破解或绕过。"
        "请与网站联系取得许可，或改用网站提供的正式接口。",
        PAUSE,
    )


def _is_html(text: str) -> bool:
    head = text[:1000].lstrip().lower()
    return head.startswith("<") and ("<html" in head or "<!doctype html" in head or "<head" in head or "<body" in head)


def _words(text: str) -> str:
    """Return title and text of a page that is small enough to be a notice."""
    if len(text) > 200_000:
        return "长" * _SHORT
    title = _TITLE.search(text)
    return " ".join(((title[1] if title else "") + " " + _TAGS.sub(" ", text)).split())
