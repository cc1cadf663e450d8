from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.plaintext import plain


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<p>一</p><p>二<br>三</p>", "一\n二\n三"),
        ("一<b>二</b>三 &amp; &lt;四&gt;&nbsp;五", "一二三 & <四> 五"),
        ("<style>p{}</style><script>x()</script>停<noscript>水</noscript>电", "停电"),
        ("价格<5元 & 涨了", "价格<5元 & 涨了"),
        ("a &copy b", "a &copy b"),
        ("<td>甲</td><td>乙</td>", "甲\n乙"),
        ("<!-- 注释 -->正文<img src=x onerror=alert(1)>", "正文"),
        ("停\u202e水\u200b了\n\n\n  好  的 ", "停水了\n好 的"),
        ("", ""),
    ],
)
def test_a_reader_sees_these_words(source: str, words: str) -> None:
    assert plain(source) == words


@given(st.text("<>/&;!-=\"' pdivscript停水\n", max_size=200))
def test_no_markup_breaks_it_and_words_behind_it_stay(source: str) -> None:
    words = plain(f"<p>头</p>{source}")
    assert words.startswith("头") and "\n\n" not in words
    assert plain(f"<div>{source.replace('<', ' ')}</div><p>尾</p>").endswith("尾")
