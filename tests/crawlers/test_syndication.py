from __future__ import annotations

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.syndication import Entry, Feed, read_feed

BASE = "http://bbs.example/feed"


def read(text: str) -> Feed:
    feed = read_feed(text, BASE)
    assert feed is not None
    return feed


def rss(inside: str, spaces: str = "") -> str:
    return f'<rss version="2.0" {spaces}><channel><title>频道</title>{inside}</channel></rss>'


def test_an_entry_of_rss_is_read_with_its_longest_text_and_all_that_stands_beside() -> None:
    spaces = (
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:media="http://search.yahoo.com/mrss/"'
    )
    entry = read(rss(
        "<item><media:title>图片的标题</media:title><title>停水</title><link>/t/1</link><guid>g1</guid><dc:creator>u77</dc:creator>"
        "<description>短</description><content:encoded><![CDATA[<p>长的<b>正文</b></p>]]></content:encoded>"
        "<slash:comments>12</slash:comments><category>民生</category><pubDate>昨天 10:00</pubDate></item>", spaces,
    )).entries[0]  # fmt: skip
    assert entry == Entry(
        id="g1",
        link="http://bbs.example/t/1",
        title="停水",
        text="长的正文",
        author="u77",
        date="昨天 10:00",
        comments=12,
        tags=("民生",),
    )


def test_an_entry_of_atom_is_read_with_its_author_and_what_it_answers() -> None:
    entry = read(
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0"><title>T</title>'
        '<entry><id>tag:1</id><link rel="edit" href="/edit"/><link href="/t/1"/><title type="html">a &amp;lt; b</title>'
        '<author><name>某</name><uri>http://bbs.example/u/5</uri></author><thr:in-reply-to ref="tag:0"/>'
        '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>一</p><script>x()</script><p>二</p></div></content>'
        "<published>2026-05-01T00:00:00Z</published><updated>2026-05-02T00:00:00Z</updated></entry></feed>"
    ).entries[0]
    assert (entry.id, entry.link, entry.title, entry.text) == ("tag:1", "http://bbs.example/t/1", "a < b", "一\n二")
    assert (entry.author, entry.parent) == ("http://bbs.example/u/5", "tag:0")
    assert (entry.date, entry.updated) == ("2026-05-01T00:00:00Z", "2026-05-02T00:00:00Z")


def test_atom_text_is_text_even_if_it_looks_like_markup() -> None:
    feed = '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id><title type="text">用 &lt;b&gt; 标签</title></entry></feed>'
    assert read(feed).entries[0].title == "用 <b> 标签"


def test_entries_of_rdf_stand_beside_their_channel() -> None:
    feed = read(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>c</title><link>http://bbs.example/</link></channel>'
        '<item rdf:about="http://bbs.example/1"><title>停电</title><link>http://bbs.example/1</link><dc:date>2026-05-01</dc:date></item></rdf:RDF>'
    )
    assert feed.link == "http://bbs.example/"
    assert feed.entries == (
        Entry(id="http://bbs.example/1", link="http://bbs.example/1", title="停电", date="2026-05-01"),
    )


def test_json_feed_with_what_publishers_put_where_text_belongs() -> None:
    entries = read(
        '{"version":"https://jsonfeed.org/version/1.1","home_page_url":"http://bbs.example/","items":['
        '{"id":7,"url":"/7","title":null,"content_html":"<p>停水</p>","authors":[{"name":"某"}],"date_published":"2026-05-01T08:00:00+08:00"},'
        '"rubbish",{"id":["x"],"content_text":"a < b","tags":["一",2],"authors":"x","url":"javascript:x()"}]}'
    ).entries
    assert [(entry.id, entry.link, entry.title, entry.text, entry.author) for entry in entries] == [
        ("7", "http://bbs.example/7", "", "停水", "某"), ("", "", "", "a < b", ""),
    ]  # fmt: skip
    assert entries[1].tags == ("一", "2")


@pytest.mark.parametrize(
    "text", ["", " ", "hello", "<html><body>x</body></html>", "{}", '{"items": 3}', "{", "[]", "<x", "{" * 5000]
)
def test_what_is_no_feed_is_none(text: str) -> None:
    assert read_feed(text, BASE) is None


def test_a_bare_ampersand_keeps_its_place_and_a_link_in_cdata_its_own() -> None:
    broken = rss(
        "<item><title>A & B &nbsp;&foo; &#x505C;</title><link><![CDATA[http://bbs.example/t?a=1&b=2]]></link></item>"
    )
    feed = read(broken)
    assert feed.warnings == ("bozo",)
    assert (feed.entries[0].title, feed.entries[0].link) == ("A & B &foo; 停", "http://bbs.example/t?a=1&b=2")


def test_a_feed_cut_off_in_the_middle_keeps_what_came() -> None:
    whole = rss("".join(f"<item><guid>{n}</guid><title>帖{n}</title></item>" for n in range(9)))
    for cut in range(len(whole) - 9, len(whole) // 2, -7):
        feed = read(whole[:cut])
        assert "bozo" in feed.warnings
        assert [entry.title for entry in feed.entries][:3] == ["帖0", "帖1", "帖2"]


def test_a_doctype_is_no_fault_and_its_entities_do_not_exist() -> None:
    feed = read(
        '<!DOCTYPE rss PUBLIC "-//N//DTD" "http://my.netscape.com/x.dtd">' + rss("<item><title>停水</title></item>")
    )
    assert feed.warnings == () and feed.entries[0].title == "停水"


def test_ten_thousand_nested_elements_break_nothing() -> None:
    deep = "&lt;div&gt;" * 10_000 + "停水"
    assert len(read(rss(f"<item><title>帖</title><description>{deep}</description></item>")).entries) == 1
    assert read_feed(rss("<item><title>" + "<b>" * 10_000 + "</title></item>"), BASE) is not None


_word = st.text("停水电灯路A1 <&>'", min_size=1, max_size=8).filter(str.strip)


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@given(st.lists(st.tuples(_word, _word), max_size=5))
def test_another_reader_sees_the_same_entries(items: list[tuple[str, str]]) -> None:
    text = rss(
        "".join(
            f"<item><guid>{_escape(guid)}</guid><title>{_escape(_escape(title))}</title></item>"
            for guid, title in items
        )
    )
    theirs = feedparser.parse(text.encode(), sanitize_html=False)
    ours = read(text)
    assert [entry.id for entry in ours.entries] == [" ".join(entry.id.split()) for entry in theirs.entries]
    assert [entry.title for entry in ours.entries] == [" ".join(title.split()) for _, title in items]


@given(st.text("<>/&;![]CDATA rssitemtitle\"'={}?-", max_size=120))
def test_no_text_breaks_it(text: str) -> None:
    read_feed(text, BASE)
    read_feed(rss(text), BASE)
