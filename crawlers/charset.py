"""Bytes to text: the bytes decide, whatever a header or a declaration says.

Forums cut titles in the middle of a character every day; one bad byte costs one character, never the
feed and never the tag behind it.
"""

from __future__ import annotations

import codecs
import itertools
import re
from dataclasses import dataclass

WARNING = "charset"  # something lied about the bytes, or a byte was lost

_GB = frozenset({"gb2312", "gbk", "gb18030", "cp936", "hz", "x-gbk", "gb_2312-80"})
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(
    rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)|<meta[^>]+?charset\s*=\s*["']?([\w.:-]+)""", re.I
)
_LABEL = re.compile(r"""charset\s*=\s*["']?([\w.:-]+)""", re.I)
# Controls, lone surrogates, non-characters; marks that turn the direction of text; invisible spaces.
# The zero-width joiner stays: families and flags among the emoji are made with it.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
_SAMPLE = 4000  # characters beyond ASCII that are looked at to tell charsets apart
_EVERYDAY = frozenset(
    "的一是不了在有我他这這個个们們中来來上大为為和国國地到以说說时時要就出会會可也你对對生能而子那得于於着下自之年过過"
    "发發后後作里裡用道行所然家事成方多经經么麼去法学學如都同现現当當没沒动動面起看定天分还還进進好小部其些主样樣"
    "区區街社居民市政府路水电電停车車新闻聞工人公安月日前今本请請问問题題"
)


def _plane(charset: str, leads: range) -> frozenset[str]:
    """Return the characters of the rows *leads*: where a national set keeps the ones in common use."""
    rows = (bytes((lead, trail)) for lead in leads for trail in range(0x40, 0xFF))
    return frozenset("".join(row.decode(charset, "ignore") for row in rows))


_COMMON = (_plane("gb2312", range(0xB0, 0xD8)) | _plane("big5", range(0xA4, 0xC7))) - {chr(code) for code in range(128)}


@dataclass(frozen=True)
class Decoded:
    """The text of an answer, the charset it really had, and what was odd."""

    text: str
    charset: str
    warnings: tuple[str, ...] = ()


def decode(body: bytes, declared: str | None = None, header: str | None = None) -> Decoded:
    """Return *body* as text. *declared* is what the document says of itself, *header* the Content-Type.

    GB2312 and GBK are always read as GB18030. Controls, lone surrogates and marks that turn the
    direction of text are gone from the result. Never raises.
    """
    labels = [label for label in (_name(header and _label(header)), _name(declared)) if label]
    text, charset = _read(body, labels)
    lied = any(label != charset for label in labels) and not body.isascii()
    return Decoded(clean(text), charset, (WARNING,) if lied or "\ufffd" in text else ())


def declared_in(body: bytes) -> str | None:
    """Return the charset that an XML declaration or a meta tag names, if there is one."""
    match = _DECLARED.search(body[:2048])
    return (match[1] or match[2]).decode("ascii") if match else None


def clean(text: str) -> str:
    """Return *text* without what no reader sees and no JSON should carry."""
    return _UNWANTED.sub("", text)


def _label(header: str) -> str:
    match = _LABEL.search(header)
    return match[1] if match else ("" if "/" in header else header)


def _name(label: str | None) -> str | None:
    """Return the one name of a charset; None for one that nobody knows."""
    if not label:
        return None
    if label.lower() in _GB:
        return "gb18030"
    try:
        return codecs.lookup(label).name if label.isascii() and label.isprintable() else None
    except LookupError:
        return None


def _read(body: bytes, labels: list[str]) -> tuple[str, str]:
    for mark, charset in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(charset, "replace"), charset
    try:
        return body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    candidates = [
        ("utf-8", body.decode("utf-8", "replace")),
        ("gb18030", _gb18030(body)),
        ("big5", body.decode("big5", "replace")),
    ]
    candidates += [(label, read) for label in labels if (read := _strictly(body, label)) is not None]
    charset, text = max(candidates, key=lambda candidate: _likeness(candidate[1]) + (candidate[0] in labels) * 0.1)
    return text, charset


def _strictly(body: bytes, label: str) -> str | None:
    """Return *body* under a western, Japanese or Korean label; None if it does not fit."""
    if label in ("utf-8", "gb18030", "big5"):
        return None
    try:
        return body.decode(label)
    except (UnicodeError, LookupError):  # LookupError: a codec such as base64 is none of text
        return None


def _likeness(text: str) -> float:
    """Say how much *text* looks like something people write: common characters count, lost ones cost."""
    foreign = list(itertools.islice((character for character in text if character > "\x7f"), _SAMPLE))
    return sum(map(_weight, foreign)) / len(foreign) if foreign else 1.0


def _weight(character: str) -> float:
    if character in _EVERYDAY:
        return 1.0
    if character in _COMMON:
        return 0.7
    if character == "\ufffd" or "\ue000" <= character <= "\uf8ff" or "\x80" <= character <= "\x9f":
        return -1.0
    if "\u3000" <= character <= "\u30ff" or "\uff00" <= character <= "\uffef" or "\u00c0" <= character <= "\u024f":
        return 0.5
    return 0.1


def _gb18030(body: bytes) -> str:
    """Decode so that half a character never takes the end of a CDATA section with it.

    A lead byte may pair with ``]`` but not with ``<``: only before ``]]>`` can markup be swallowed. 0x80
    stands alone in GB18030 and means nothing.
    """
    for at in [match.start() for match in re.finditer(rb"(?<!\])\]\]>", body)][::-1]:
        if _half(body, at):
            body = body[: at - 1] + b"\x80" + body[at:]
    return body.decode("gb18030", "replace")


def _half(body: bytes, end: int) -> bool:
    """Say whether the byte before *end* is the first half of a character."""
    start = end
    while start and body[start - 1] >= 0x30:  # below, a byte is never part of a character
        start -= 1
    while start < end - 1:
        start += 1 if body[start] <= 0x80 else 4 if 0x30 <= body[start + 1] <= 0x39 else 2
    return start == end - 1 and body[end - 1] > 0x80
