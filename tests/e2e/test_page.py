"""The page as an officer sees it, in a real browser."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from selenium import webdriver
from selenium.webdriver.common.keys import Keys

from pipeline.model import CaseState, MatterFinding, Part, PrivacyFinding, Reason
from tests.dashboards.console.district import a_doc, an_alert
from tests.e2e.conftest import Town
from tests.e2e.page import Page

pytestmark = pytest.mark.browser

HOSTILE = (
    '<img src=x onerror="document.title=1"><script>window.pwned=1</script>停水 \u202egnp.exe\u202c 零\u200b宽 <b>粗</b>'
)


def lately(minutes: float = 0) -> datetime:
    return datetime.now(UTC) - timedelta(minutes=minutes)


def test_a_burst_appears_live_is_acknowledged_by_a_click_and_stands_in_the_chart(
    chromium: webdriver.Chrome, town: Town
) -> None:
    town.say(a_doc("old", "昨晚停过水", at=lately(90)))
    page = Page(chromium, town.url)
    assert page.words("#case-list .title") == []

    town.say(*(a_doc(f"p{n}", f"锦湖里又停水了 {n}", at=lately(n / 60), author=f"u{n}") for n in range(12)))
    town.warn(an_alert(level="L2", at=lately()))

    page.until(lambda: page.words("#case-list .title") == ["锦湖里停水集中反映"])
    page.until(lambda: len(page.words("#posts .post")) == 13)
    page.until(lambda: page.all("#chart")[0].get_attribute("data-total") == "13")
    page.until(lambda: page.all("#chart .flag.L2"))
    assert page.words("#tally .count.L2 b") == ["1"]
    page.picture("burst")

    page.click("#case-list [data-verb=ack]")
    page.until(lambda: town.bus.lag("notify", "signals"))
    town.settle()

    page.until(lambda: page.words("#case-list .title") == [])
    assert town.desk.cases()[0].state is CaseState.ACKNOWLEDGED
    assert town.desk.cases()[0].acked_by == "值班员"
    assert page.complaints() == []


def test_a_hostile_post_is_only_text(chromium: webdriver.Chrome, town: Town) -> None:
    town.say(a_doc("p1", HOSTILE, title=HOSTILE, at=lately(1)))
    town.warn(an_alert(summary="<img src=x onerror=alert(1)>停水", why="<script>1</script>", at=lately(1)))
    page = Page(chromium, town.url)
    page.until(lambda: page.words("#posts .text"))

    (text,) = page.words("#posts .text")
    page.click("#case-list .title")
    page.until(lambda: page.words("#drawer h2"))

    assert "<img src=x onerror=" in text and "gnp.exe" in text
    assert "\u202e" not in text and "\u200b" not in text
    assert page.all("#posts img, #posts script, #posts b.粗, #drawer img, #drawer script, #case-list img") == []
    assert chromium.execute_script("return window.pwned") is None
    assert chromium.title != "1"
    assert page.complaints() == []


def test_a_post_that_is_withheld_later_goes_from_the_page_at_once(chromium: webdriver.Chrome, town: Town) -> None:
    doc = a_doc("p1", "锦湖里又停水了", at=lately(1))
    town.say(doc)
    page = Page(chromium, town.url)
    page.until(lambda: page.words("#posts .text") == ["锦湖里又停水了"])

    town.say(msgspec.structs.replace(doc, privacy=PrivacyFinding(minor=True)))

    page.until(lambda: page.words("#posts .text") == ["〔封存：涉未成年人，正文不在看板显示〕"])


def test_a_page_that_was_turned_away_for_a_moment_is_live_again(chromium: webdriver.Chrome, town: Town) -> None:
    page = Page(chromium, town.url)
    page.until(lambda: page.words("#link") == ["实时"])

    town.away = True  # as behind a proxy while the desk starts anew
    town.hang_up()
    page.until(lambda: page.words("#link") == ["连接中断，重连中"] and town.turned_away)
    town.away = False
    town.say(a_doc("p1", "锦湖里又停水了", at=lately(1)))

    page.until(lambda: page.words("#posts .text") == ["锦湖里又停水了"])
    page.until(lambda: page.words("#link") == ["实时"])


def test_the_keyboard_is_enough(chromium: webdriver.Chrome, town: Town) -> None:
    town.warn(
        an_alert("one", "L2", summary="第一件", at=lately(2)), an_alert("two", "L3", summary="第二件", at=lately(1))
    )
    page = Page(chromium, town.url)
    page.until(lambda: len(page.words("#case-list .title")) == 2)

    page.press("j")
    assert page.words("#case-list [data-picked] .title") == ["第二件"]
    page.press("k", "a")
    page.until(lambda: town.bus.lag("notify", "signals"))
    town.settle()
    page.until(lambda: page.words("#case-list .title") == ["第二件"])

    page.press(Keys.ENTER)
    page.until(lambda: page.words("#drawer h2") == ["第二件"])
    page.press(Keys.ESCAPE)
    page.until(lambda: not page.all("#drawer")[0].is_displayed())

    page.press("/")
    assert chromium.switch_to.active_element.get_attribute("id") == "quick-q"


def test_a_case_leads_to_the_others_of_the_same_article(chromium: webdriver.Chrome, town: Town) -> None:
    town.warn(
        an_alert("one", "L4", summary="收费不公开", at=lately(2), part_of="u5:article"),
        an_alert("two", "L2", summary="开挖不围挡", at=lately(1), part_of="u5:article"),
        an_alert("three", "L4", summary="另一件", at=lately(3)),
    )
    page = Page(chromium, town.url)
    page.until(lambda: len(page.words("#case-list .title")) == 3)
    page.click("#case-list .title")
    page.until(lambda: page.words("#drawer h2") == ["开挖不围挡"])
    assert ["收费不公开" in words for words in page.words("#drawer .others li")] == [True]
    page.click("#drawer .others button")
    page.until(lambda: page.words("#drawer h2") == ["收费不公开"])
    assert ["开挖不围挡" in words for words in page.words("#drawer .others li")] == [True]


def test_a_post_tells_each_matter_of_a_long_article(chromium: webdriver.Chrome, town: Town) -> None:
    doc = a_doc("p1", "收费不公开。开挖不围挡。", at=lately(1))
    parts = (
        Part(start=0, end=6, matter=MatterFinding(topic="market", harm="H1", why=(Reason("收费不公开", 3.0, 0, 5),))),
        Part(start=6, end=12, matter=MatterFinding(topic="traffic", harm="H1")),
    )
    town.say(msgspec.structs.replace(doc, parts=parts))
    page = Page(chromium, town.url)
    page.click("#posts [data-why]")
    page.until(lambda: page.words("#drawer .whys [data-field='parts.topic'] b"))
    assert page.words("#drawer .whys [data-field='parts.topic'] b") == ["市场监管", "交通出行"]
    assert "第 0 字起" in page.words("#drawer .whys [data-field='parts.topic'] p")[0]


def test_closing_asks_for_the_outcome_and_keeps_it(chromium: webdriver.Chrome, town: Town) -> None:
    town.warn(an_alert(at=lately(1)))
    page = Page(chromium, town.url)

    page.click("#case-list [data-verb=close]")
    page.until(lambda: page.all("#drawer textarea"))
    page.all("#drawer textarea")[0].send_keys("已恢复供水")
    page.click("#drawer [data-verb=close-now]")
    page.until(lambda: town.bus.lag("notify", "signals"))
    town.settle()

    page.until(lambda: town.desk.cases()[0].state is CaseState.CLOSED)
    page.until(lambda: any("已恢复供水" in words for words in page.words("#drawer .history li")))


def test_search_highlights_counts_and_explains_a_wrong_query(chromium: webdriver.Chrome, town: Town) -> None:
    town.say(a_doc("p1", "湖东😡停水两天", at=lately(1)), a_doc("p2", "停电", topic="power", at=lately(2)))
    page = Page(chromium, town.url)

    page.press("/")
    page.press("停水", Keys.ENTER)
    page.until(lambda: page.words("#hits mark") == ["停水"])
    assert page.words("#facets li span") == ["供水"]
    page.picture("search")

    box = page.all("#search-q")[0]
    box.clear()
    box.send_keys("(停水", Keys.ENTER)
    page.until(lambda: any("括号" in words for words in page.words("#search-fault")))
    assert all("400" in words for words in page.complaints())


def test_the_stream_pauses_and_filters(chromium: webdriver.Chrome, town: Town) -> None:
    town.say(a_doc("p1", "停水一", at=lately(3)), a_doc("p2", "停电", topic="power", label="pos", at=lately(2)))
    page = Page(chromium, town.url)
    page.until(lambda: len(page.words("#posts .post")) == 2)

    page.press("p")
    town.say(a_doc("p3", "停水二", at=lately(1)))
    page.until(lambda: any(words.startswith("1") for words in page.words("#fresh")))
    assert len(page.words("#posts .post")) == 2
    page.press("p")
    page.until(lambda: len(page.words("#posts .post")) == 3)

    page.all("#stream-q")[0].send_keys("停水")
    page.until(lambda: page.words("#posts .text") == ["停水二", "停水一"])


def test_the_page_speaks_english_when_asked(chromium: webdriver.Chrome, town: Town) -> None:
    page = Page(chromium, town.url)

    page.click("#lang")

    assert page.words("#cases-title") == ["Alerts and cases"]
    assert chromium.execute_script("return document.documentElement.lang") == "en"


def test_a_phone_shows_one_pane_without_sideways_scrolling(chromium: webdriver.Chrome, town: Town) -> None:
    town.warn(an_alert(at=lately(1)))
    page = Page(chromium, town.url)
    phone = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
    chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
    try:
        page.until(lambda: page.all(".dock")[0].is_displayed() and page.all("#case-list .case"))
        assert page.all("#case-list .case")[0].is_displayed() and not page.all("#posts")[0].is_displayed()
        page.click("[data-pick=stream]")
        assert page.all("#stream-title")[0].is_displayed() and not page.all("#case-list")[0].is_displayed()
        assert chromium.execute_script("return document.documentElement.scrollWidth") <= phone["width"]
        page.picture("phone")
    finally:
        chromium.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
