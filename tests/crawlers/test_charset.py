from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.charset import clean, declared_in, decode

TITLE = "七里桥社区三号楼楼道有煤气味，怕出事"


@pytest.mark.parametrize("label", ["gb2312", "GBK", "gb18030", None, "utf-8"])
def test_gb_bytes_are_gb18030_whatever_they_are_called(label: str | None) -> None:
    read = decode((TITLE + "𬱖镕喆").encode("gb18030"), label, "text/xml; charset=utf-8")
    assert (read.text, read.charset) == (TITLE + "𬱖镕喆", "gb18030")


def test_a_label_that_tells_the_truth_raises_no_warning() -> None:
    assert decode(TITLE.encode("gb18030"), "gb2312").warnings == ()
    assert decode(TITLE.encode("gb18030"), "utf-8").warnings == ("charset",)
    assert decode(b"<x/>", "gb2312", "text/xml; charset=utf-8").warnings == ()  # ASCII is all of them


@pytest.mark.parametrize("tail", [b"</title>", b"]]></title>", b'" x="', b"&amp;", b"12", b"\n", b" "])
def test_half_a_character_costs_itself_and_never_the_markup_behind_it(tail: bytes) -> None:
    half = "停".encode("gb18030")[:1]
    read = decode(TITLE.encode("gb18030") + half + tail + "完".encode("gb18030"), "gb2312")
    assert read.text == TITLE + "\ufffd" + tail.decode() + "完"
    assert read.warnings == ("charset",)


def test_a_whole_character_that_ends_in_a_bracket_byte_stays_before_the_end_of_cdata() -> None:
    odd = next(chr(code) for code in range(0x4E00, 0x9FFF) if chr(code).encode("gb18030")[1:] == b"]")
    text = f"<![CDATA[{TITLE}{odd}]]>"
    assert decode(text.encode("gb18030"), "gbk").text == text


def test_half_a_character_in_utf8_does_not_make_it_gb() -> None:
    read = decode(TITLE.encode()[:-1] + b"</title>", "utf-8")
    assert read.charset == "utf-8"
    assert read.text.startswith(TITLE[:-1]) and read.text.endswith("</title>")


def test_big5_is_told_from_gb_by_what_it_reads_as() -> None:
    text = "關於路燈不亮的問題，請儘快處理，謝謝大家"
    assert decode(text.encode("big5"), None, "text/html; charset=utf-8").text == text
    assert decode(text.encode("gb18030"), "big5").text == text


def test_other_languages_are_believed_when_they_name_their_charset() -> None:
    assert decode("Café à côté".encode("latin-1"), "iso-8859-1").text == "Café à côté"
    assert decode("東京都の停電情報です".encode("shift_jis"), "shift_jis").text == "東京都の停電情報です"


@pytest.mark.parametrize("charset", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_decides_and_is_not_text(charset: str) -> None:
    assert decode(TITLE.encode(charset), "gb2312").text == TITLE


@pytest.mark.parametrize("label", ["no-such-charset", "base64", "idna", "utf_8 ", "停", "undefined", "rot13", ""])
def test_a_label_that_names_no_charset_is_no_label(label: str) -> None:
    assert decode(TITLE.encode("gb18030"), label, f"text/xml; charset={label}").text == TITLE


def test_what_no_reader_sees_is_gone_and_emoji_families_stay() -> None:
    assert clean("停\x00水\x0b\ud83d\u202e了\u200b👨\u200d👩\u200d👧\ufeff\n") == "停水了👨\u200d👩\u200d👧\n"


def test_a_document_says_its_charset_in_xml_or_in_html() -> None:
    assert declared_in(b"<?xml version='1.0' encoding='gb2312'?>") == "gb2312"
    assert declared_in(b'<html><meta http-equiv="Content-Type" content="text/html; charset=gbk">') == "gbk"
    assert declared_in(b"<rss>") is None


@given(st.binary(max_size=300), st.sampled_from([None, "gb2312", "utf-8", "big5", "utf-16", "latin-1"]))
def test_any_bytes_become_text_that_json_can_carry(body: bytes, label: str | None) -> None:
    read = decode(body, label, f"text/html; charset={label}")
    assert json.loads(json.dumps(read.text).encode()) == read.text
    assert clean(read.text) == read.text


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=40), st.data())
def test_one_lost_byte_of_gb_leaves_the_rest_of_a_tagged_line(text: str, data: st.DataObject) -> None:
    body = text.encode("gb18030")
    cut = data.draw(st.integers(0, len(text) - 1))
    broken = body[: cut * 2 + 1] + b"<a>" + body[cut * 2 + 2 :]
    read = decode("的是不了在有我他".encode("gb18030") * 20 + broken, "gb2312").text
    assert read.removeprefix("的是不了在有我他" * 20) == text[:cut] + "\ufffd<a>" + text[cut + 1 :]
