"""Identity, card and telephone numbers, in digits, in groups and in Chinese numerals."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import re2

from pipeline.privacy.checks import has_date, has_region, id18_holds, luhn_holds, uscc_holds
from pipeline.privacy.span import USCC, Span

_GAP = r"[ \t\-—–_.·•*]{0,2}"  # what people put between groups of digits; never a line end
_SPLIT = r"[ \t\-—–_.·•*]{1,2}"
_ID18 = re.compile(
    rf"(?<![0-9a-z])(?:\d{{6}}{_GAP}\d{{4}}{_GAP}\d{{2}}{_GAP}\d{{2}}{_GAP}\d{{3}}[0-9x]"
    rf"|\d{{4}}{_SPLIT}\d{{4}}{_SPLIT}\d{{4}}{_SPLIT}\d{{4}}{_SPLIT}\d[0-9x])(?![0-9a-z])"
)
_ID15 = re.compile(r"(?<![0-9a-z])\d{15}(?![0-9a-z])")
_USCC = re.compile(r"(?<![0-9a-z])[0-9a-hj-npqrtuwxy]{2}\d{6}[0-9a-hj-npqrtuwxy]{10}(?![0-9a-z])")
_CARD = re.compile(rf"(?<![0-9a-z])\d{{4}}(?:{_GAP}\d{{4}}){{2}}{_GAP}\d{{1,4}}(?:{_GAP}\d{{1,3}})?(?![0-9a-z])")
_MOBILE = re.compile(
    rf"(?<!\d)(?<!\d[.])(?:\+?86{_GAP})?"
    rf"(?:1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}}|1[3-9]\d{{2}}{_SPLIT}\d{{4}}{_SPLIT}\d{{3}}"
    rf"|1[3-9]\d{_SPLIT}\d{{3}}{_SPLIT}\d{{5}}|1{_SPLIT}[3-9](?:{_SPLIT}\d){{9}})(?!\d)"
    r"|(?<![0-9a-z])1[3-9][0-9o]{9}(?![0-9a-z])"  # 138oo138ooo
)
_LANDLINE = re.compile(r"(?<!\d)(?:\(0\d{2,3}\)|0\d{2,3})[-—– ]{0,2}\d{7,8}(?![\d元万])")
_NAMED_LANDLINE = re.compile(r"(?:电话|座机|固话|tel|致电|拨打)(?:号码?)?[:是为 ]{0,2}([2-8]\d{6,7})(?!\d)")
_CARD_WORD = re.compile(r"(?:卡号?|账[号户]|户头|账号)[:是为 ]{0,3}(?:尾号)?$")
_ORDER_WORD = re.compile(r"(?:单号?|编号|流水号?|订单|工单|运单|快递|案号|文号|条码|批号)[:是为 ]{0,3}$")
_SEPARATORS = re.compile(r"[^\da-z]")  # digits of every script stay: the patterns took them for digits
_BEGINS = re.compile(r"[0-9+(]")  # as every number does
_CODE = re2.compile("[0-9a-hj-npqrtuwxy]{18}")


def numbers(text: str) -> Iterator[Span]:
    """Yield every number of a person in *text*, the surest classes first."""
    begins = [found.start() for found in _BEGINS.finditer(text)]
    yield from _ids(text, begins)
    if _CODE.search(text):
        yield from _organisations(text)
    for find in (_old_ids, _cards, _mobiles, _landlines):
        yield from find(text, begins)


def _each(pattern: re.Pattern[str], text: str, begins: Sequence[int]) -> Iterator[re.Match[str]]:
    """Yield what ``finditer`` yields, trying only where a number can begin."""
    end = 0
    for at in begins:
        if at >= end and (found := pattern.match(text, at)):
            end = found.end()
            yield found


def _ids(text: str, begins: Sequence[int]) -> Iterator[Span]:
    for found in _each(_ID18, text, begins):
        number = _SEPARATORS.sub("", found.group())
        if not (has_region(number) and has_date(number[6:14])):
            continue
        if id18_holds(number):
            yield Span(*found.span(), "CN_ID18")
        elif not uscc_holds(number):
            yield Span(*found.span(), "CN_ID_SUSPECT")


def _organisations(text: str) -> Iterator[Span]:
    return (Span(*found.span(), USCC) for found in _USCC.finditer(text) if uscc_holds(found.group()))


def _old_ids(text: str, begins: Sequence[int]) -> Iterator[Span]:
    for found in _each(_ID15, text, begins):
        number = found.group()
        if (
            has_region(number)
            and has_date(number[6:12], "19")
            and not _ORDER_WORD.search(text[max(0, found.start() - 12) : found.start()])
        ):
            yield Span(*found.span(), "CN_ID15")


def _cards(text: str, begins: Sequence[int]) -> Iterator[Span]:
    for found in _each(_CARD, text, begins):
        digits = _SEPARATORS.sub("", found.group())
        before = text[max(0, found.start() - 12) : found.start()]
        named = bool(_CARD_WORD.search(before))
        alike = digits[0] in "3456" and luhn_holds(digits) and not _ORDER_WORD.search(before)
        if 13 <= len(digits) <= 19 and (named or alike):
            yield Span(*found.span(), "BANK_CARD")


def _mobiles(text: str, begins: Sequence[int]) -> Iterator[Span]:
    return (Span(*found.span(), "CN_MOBILE") for found in _each(_MOBILE, text, begins))


def _landlines(text: str, begins: Sequence[int]) -> Iterator[Span]:
    for found in _each(_LANDLINE, text, begins):
        if not _ORDER_WORD.search(text[max(0, found.start() - 12) : found.start()]):
            yield Span(*found.span(), "CN_LANDLINE")
    for found in _NAMED_LANDLINE.finditer(text):
        yield Span(*found.span(1), "CN_LANDLINE")
