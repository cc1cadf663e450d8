"""Identity, card and telephone numbers, in digits, in groups and in Chinese numerals.

Digits that follow one another, whatever people put between them, are one run. In a run every stretch of whole groups
is tried: a check digit that holds proves a number in any grouping, without one the grouping must be a usual one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from pipeline.privacy.checks import has_date, has_region, id18_holds, luhn_holds, organisation_holds, uscc_holds
from pipeline.privacy.span import USCC, Span

GAPS: Final = r"[ \t\-—–―_.·•・*/()]"  # what people put between groups of digits
# Each begins with a plain class of characters or words: the search then runs from one of these to the next.
_RUN = re.compile(rf"\d(?:(?:{GAPS}{{0,3}}|\n)[\dx×✕]){{9,}}")
_LETTERED = re.compile(r"[1li](?<![0-9a-z].)[3-9][0-9oli]{9}(?![0-9a-z])")  # 138oo138ooo
_USCC = re.compile(r"[0-9a-hj-npqrtuwxy](?<![0-9a-z].)[0-9a-hj-npqrtuwxy]\d{6}[0-9a-hj-npqrtuwxy]{10}(?![0-9a-z])")
_AREA = r"(?:10|2\d|[3-9]\d{2})"
_LANDLINE = re.compile(
    rf"[(0+8](?<![0-9a-z.].)(?:(?<=\()0{_AREA}\)|(?<=0){_AREA}|(?:(?<=8)6|(?<=\+)86|(?<=0)086)[\- ]\(?{_AREA}\)?)(?:[\-—–―/]|[ ])?[ ]?"
    r"(?:\d{7,8}|\d{3,4}[\- ]\d{4}|\d{4}[\- ]\d{3})(?:-\d{1,4})?(?![\d元万]| \d{2,3}(?!\d))"
)
_NAMED_LANDLINE = re.compile(
    r"(?:电话|座机|固话|tel|致电|拨打)(?:号码?)?[:是为 ]{0,2}([2-8]\d{6,7}|[2-8]\d{2,3}[\- ]\d{4})(?![\d\-])"
)
_NEAR = 12  # characters before a number in which a word says what it is
_CARD_WORD = re.compile(r"(?:卡号?|账[号户]|户头|账号)(?:是|为)?[: ]{0,3}(?:尾号)?$")
_ORDER_WORD = re.compile(
    r"(?:单号?|编[号码]|流水号?|订单|工单|运单|快递|案号|文号|条码|批号|受理号|序列号|合同号?|发票号?码?|票号|户号|表号|学号|工号|凭证号?)(?:是|为)?[: ]{0,3}$"
)
_PHONE_WORD = re.compile(r"(?:电话|手机|号码?|联系方式|tel|致电|拨打?|打|回电|联系)(?:是|为)?[: ]{0,3}$")
_COUNTRY = re.compile(r"\(?(?:\+|00)?86\)?[ \-]{0,2}$|[(+]$")
_USUAL_IDS = frozenset(
    {(18,), (6, 8, 4), (6, 12), (6, 4, 4, 4), (6, 4, 2, 2, 4), (4, 4, 4, 4, 2), (14, 4), (3, 3, 4, 4, 4)}
)
_USUAL_MOBILES = frozenset(
    {(11,), (3, 4, 4), (3, 3, 5), (3, 8), (4, 4, 3), (4, 3, 4), (5, 6), (7, 4), (6, 5), (4, 7), (3, 3, 3, 2), (3, 2, 2, 2, 2), (1,) * 11}
)  # fmt: skip
_FEW_MOBILES = frozenset({(11,), (3, 4, 4), (1,) * 11})  # where the gap is a point, a stroke or a line end
_LONGEST: Final = 19  # digits of a card
_DRAWN: Final = 1000  # groups in a run from which on single digits with gaps (1-1-1-1) are a drawing, nobody's number
_LENGTHS: Final = frozenset({11, 13, 15, 18})  # of all that is no card
_CARDS: Final = "3456"  # how cards begin; others are told by a word, which only stands before a run
_LONGEST_ROW: Final = 80  # digits without a gap that are taken apart
_UNSURE_GAPS = frozenset("./\n")


class _Run(NamedTuple):
    """A run of digits: what they are, where each stands, and at which of them a group begins."""

    text: str
    digits: str
    places: tuple[int, ...]
    starts: tuple[int, ...]

    def gap(self, at: int) -> str:
        """Return what stands between digit *at* and the one before it; nothing at either end of the run."""
        return self.text[self.places[at - 1] + 1 : self.places[at]] if 0 < at < len(self.places) else ""


class _Piece(NamedTuple):
    """A stretch of a run, from digit *start* to *end*, in groups of *shape*."""

    start: int
    end: int
    shape: tuple[int, ...]


def numbers(text: str) -> Iterator[Span]:
    """Yield every number of a person in *text*; where two overlap the surer class is to be kept."""
    for found in _RUN.finditer(text):
        yield from _in_run(_run(text, found))
    for found in _LETTERED.finditer(text):
        if not found.group().isdecimal() and sum(map(str.isdecimal, found.group())) >= 5:
            yield Span(*found.span(), "CN_MOBILE")
    yield from _organisations(text)
    yield from _landlines(text)


def _run(text: str, found: re.Match[str]) -> _Run:
    written = found.group()
    if written.isascii() and written.isdecimal():  # nearly all are one group
        return _Run(text, written, tuple(range(*found.span())), (0,))
    places = tuple(at for at in range(*found.span()) if text[at].isdecimal() or text[at] in "x×✕")
    digits = "".join(map(_digit, map(text.__getitem__, places)))
    starts = tuple(
        at for at in range(len(places)) if not at or places[at] - places[at - 1] > 1 or "x" in digits[at - 1 : at + 1]
    )
    return _Run(text, digits, places, starts)


def _digit(one: str) -> str:
    if one.isascii():
        return one
    return str(int(one)) if one.isdecimal() else "x"


def _in_run(run: _Run) -> Iterator[Span]:
    """Yield the numbers of a run that stand alone in it, or beside one another."""
    found = [(piece, name) for piece in _pieces(run) if (name := _class(run, piece))]
    begins, ends = {piece.start for piece, _ in found}, {piece.end for piece, _ in found}
    for piece, name in found:
        gaps = _gaps(run, piece)
        left = run.gap(piece.start) not in gaps or piece.start in ends
        right = run.gap(piece.end) not in gaps or piece.end in begins
        if name in ("CN_ID18", "CN_ID15") or (left and right):
            yield _span(run, piece, name)
    if not found:
        yield from _glued(run)


def _gaps(run: _Run, piece: _Piece) -> set[str]:
    """Return what stands between the digits of a stretch."""
    if run.places[piece.end - 1] - run.places[piece.start] == piece.end - piece.start - 1:
        return set()
    return {run.gap(at) for at in range(piece.start + 1, piece.end)} - {""}


def _pieces(run: _Run) -> Iterator[_Piece]:
    """Yield the stretches of whole groups that are long enough and not too long."""
    bounds = (*run.starts, len(run.digits))
    most = _LONGEST + 2  # bounds of a stretch: a group has a digit or more
    drawn = len(run.starts) > _DRAWN
    for first, start in enumerate(run.starts):
        if first and bounds[first : first + 2] == (start, start + 1) and _in_a_row(run, start):
            continue
        shape: tuple[int, ...] = ()
        for begin, end in pairwise(bounds[first : first + most]):
            if run.digits[begin] == "x" and end - start != 18:
                break
            joined = end - start == 18 and run.digits[begin] == "x" and bool(shape)
            shape = (*shape[:-1], shape[-1] + 1) if joined else (*shape, end - begin)
            if end - start > _LONGEST:
                break
            if drawn and len(shape) == end - start:
                continue
            if end - start in _LENGTHS or (end - start > 11 and (run.digits[start] in _CARDS or start < _NEAR)):
                yield _Piece(start, end, shape)


def _in_a_row(run: _Run, at: int) -> bool:
    """Say whether the digit *at* stands alone between others alone: no number begins in the middle of 1 3 8 0 0."""
    return run.places[at] - run.places[at - 1] > 1 and run.gap(at) == run.gap(at + 1) == run.gap(at - 1)


def _class(run: _Run, piece: _Piece) -> str | None:
    """Say of which class a stretch of a run is; None if it is nobody's number."""
    digits = run.digits[piece.start : piece.end]
    before = run.text[max(0, run.places[piece.start] - _NEAR) : run.places[piece.start]]
    if len(digits) == 18 and has_region(digits) and has_date(digits[6:14]):
        if id18_holds(digits):
            return "CN_ID18"
        organisation = uscc_holds(digits) and organisation_holds(digits[8:17])
        usual = piece.shape in _USUAL_IDS and _stands_alone(run, piece)
        if usual and not organisation and not _ORDER_WORD.search(before):
            return "CN_ID_SUSPECT"
    if "x" in digits:
        return None
    country = {13: "86", 15: "0086"}.get(len(digits))
    if country and digits.startswith(country) and _mobile(run, piece, before):
        return "CN_MOBILE"
    if len(digits) == 11:
        return "CN_MOBILE" if _mobile(run, piece, before) else None
    if len(digits) == 15 and _old_id(run, piece, before):
        return "CN_ID15"
    return "BANK_CARD" if len(digits) >= 13 and _card(run, piece, before) else None


def _old_id(run: _Run, piece: _Piece, before: str) -> bool:
    digits = run.digits[piece.start : piece.end]
    usual = piece.shape in ((15,), (6, 6, 3)) and _stands_alone(run, piece)
    return usual and has_region(digits) and has_date(digits[6:12], "19") and not _named_otherwise(before)


def _named_otherwise(before: str) -> bool:
    return bool(_ORDER_WORD.search(before)) or "imei" in before


def _card(run: _Run, piece: _Piece, before: str) -> bool:
    """Say whether a stretch is the number of a card: by the word before it, or by its check digit."""
    if _decimal(run, piece) or not _stands_alone(run, piece):
        return False
    if _CARD_WORD.search(before):
        return True
    digits, (first, *rest) = run.digits[piece.start : piece.end], piece.shape
    even = first >= 3 and all(size == first for size in rest[:-1]) and (not rest or rest[-1] <= first)
    shaped = even or set(piece.shape) == {1} or piece.shape in ((6, 13), (6, 10), (4, 12), (4, 15))
    return shaped and len(digits) >= 15 and digits[0] in "3456" and luhn_holds(digits) and not _named_otherwise(before)


def _mobile(run: _Run, piece: _Piece, before: str) -> bool:
    digits = run.digits[piece.start : piece.end][-11:]
    if not _is_mobile(digits) or _decimal(run, piece) or before.endswith(("imei", "imei:", "imei ")):
        return False
    shape = piece.shape if piece.end - piece.start == 11 else _without_country(piece)
    unsure = not _UNSURE_GAPS.isdisjoint("".join(_gaps(run, piece)))
    return shape in (_FEW_MOBILES if unsure else _USUAL_MOBILES) or bool(_PHONE_WORD.search(before))


def _without_country(piece: _Piece) -> tuple[int, ...]:
    """Return the shape without the 86 or 0086 that is written in one with the number."""
    country = piece.end - piece.start - 11
    first, *rest = piece.shape
    return (first - country, *rest) if first > country else tuple(rest)


def _decimal(run: _Run, piece: _Piece) -> bool:
    """Say whether a stretch is what stands behind a decimal point: 3.14159265358."""
    before = run.text[max(0, run.places[piece.start] - 2) : run.places[piece.start]]
    return len(before) == 2 and before[1] == "." and before[0].isdecimal() and len(piece.shape) == 1


def _stands_alone(run: _Run, piece: _Piece) -> bool:
    """Say whether no letter stands beside: AB6200000000000005 is the number of a thing."""
    first, last = run.places[piece.start], run.places[piece.end - 1]
    return not (_latin(run.text[first - 1 : first]) or _latin(run.text[last + 1 : last + 2]))


def _latin(one: str) -> bool:
    return one.isascii() and one.isalpha()


def _span(run: _Run, piece: _Piece, name: str) -> Span:
    start, end = run.places[piece.start], run.places[piece.end - 1] + 1
    if name == "CN_MOBILE" and (country := _COUNTRY.search(run.text, max(0, start - 8), start)):
        digit_before = run.text[country.start() - 1 : country.start()].isdecimal()
        unopened = country.group() == "(" and ")" not in run.text[start:end]
        if not (digit_before or unopened):
            start = country.start()
    return Span(start, end, name)


def _glued(run: _Run) -> Iterator[Span]:
    """Yield the numbers of a row of digits that falls into whole numbers: a mobile and an identity number."""
    bounds = (*run.starts, len(run.digits))
    for start, end in pairwise(bounds):
        end += run.digits[end : end + 1] == "x"
        if 22 <= end - start <= _LONGEST_ROW:
            for first, last, name in _parted(run.digits[:end], start):
                yield Span(run.places[first], run.places[last - 1] + 1, name)


def _parted(digits: str, start: int) -> list[tuple[int, int, str]]:
    """Return whole numbers that *digits* from *start* on consist of, to the end; none if they do not."""
    for length, name, holds in _PARTS:
        end = start + length
        if end > len(digits) or not holds(digits[start:end]):
            continue
        rest = _parted(digits, end) if end < len(digits) else []
        if rest or end == len(digits):
            return [(start, end, name), *rest]
    return []


def _is_id(digits: str) -> bool:
    return has_region(digits) and has_date(digits[6:14]) and id18_holds(digits)


def _is_mobile(digits: str) -> bool:
    return digits[0] == "1" and digits[1] in "3456789" and digits.isdecimal()


def _is_card(digits: str) -> bool:
    return digits[0] in "456" and digits.isdecimal() and luhn_holds(digits)


_PARTS: Final = (
    (18, "CN_ID18", _is_id),
    (11, "CN_MOBILE", _is_mobile),
    (19, "BANK_CARD", _is_card),
    (16, "BANK_CARD", _is_card),
)


def _organisations(text: str) -> Iterator[Span]:
    return (Span(*found.span(), USCC) for found in _USCC.finditer(text) if uscc_holds(found.group()))


def _landlines(text: str) -> Iterator[Span]:
    for found in _LANDLINE.finditer(text):
        if not _ORDER_WORD.search(text[max(0, found.start() - _NEAR) : found.start()]):
            yield Span(*found.span(), "CN_LANDLINE")
    for found in _NAMED_LANDLINE.finditer(text):
        yield Span(*found.span(1), "CN_LANDLINE")
