"""Times as Chinese sites write them: 刚刚, 昨天 23:37, 12-30 21:05, 12月31日 下午3:05, RFC 822, ISO, epoch.

No library reads them all (CONNECTORS §6.3), and a wrong day puts a post outside every window.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from crawlers.numerals import arabic
from pipeline.model import Basis, Precision, Published
from pipeline.model.post import FUTURE_TOLERANCE, OLDEST

_LONGEST = 120  # characters; no date is longer, and a pattern must not be fed a page

_SIMPLER = str.maketrans("鐘時週點後個剛幾們號開發佈於間禮", "钟时周点后个刚几们号开发布于间礼")
_BEFORE = re.compile(
    r"^(?:(?:最后)?(?:发表|发布|编辑|更新|回复|创建)(?:于|时间|日期)?|时间|日期|posted(?: on)?)\s*[:：]?\s*", re.I
)
_AFTER = re.compile(r"\s*(?:来自|\||·|发布$|发表$).*$", re.S)

_PM = "下午|傍晚|晚上|夜里|夜晚|深夜|晚间|晚"
_AM = "凌晨|清晨|早上|早晨|上午|早间|早"
_CLOCK = (
    rf"(?:(?P<half>{_PM}|{_AM}|中午|午后)\s*)?(?P<h>\d{{1,2}})(?:[:：时点]\s*(?P<m>\d{{1,2}})?分?(?:[:：]?(?P<s>\d{{1,2}})秒?)?)"
    r"(?:[.,]\d+)?\s*(?P<ap>[ap]\.?m\.?)?"
)
_ZONE = r"(?:\s*(?P<zone>Z|UTC|GMT|CST|[ECMP][SD]T|UT|(?:GMT|UTC)?[+-]\d{1,2}(?::?\d{2})?)(?:\s*\([^)]*\))?)?"
_CLOCK_AFTER = rf"(?:[日号]?\s*[T,，]?\s*(?:(?:周|星期)[一二三四五六日天]\s*)?{_CLOCK})?{_ZONE}"
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = rf"(?P<mon>{'|'.join(_MONTHS)})[a-z]*\.?"
_DAYS = {
    "今天": 0,
    "今日": 0,
    "today": 0,
    "昨天": 1,
    "昨日": 1,
    "昨晚": 1,
    "yesterday": 1,
    "前天": 2,
    "前日": 2,
    "大前天": 3,
}
_WEEKDAY = {day: number for number, day in enumerate("一二三四五六日")} | {"天": 6, "末": 5}
_US_ZONES = {"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
_AGO = {
    "秒": (timedelta(seconds=1), Precision.S),
    "分": (timedelta(minutes=1), Precision.MIN),
    "时": (timedelta(hours=1), Precision.HOUR),
    "天": (timedelta(days=1), Precision.DAY),
    "周": (timedelta(days=7), Precision.DAY),
    "月": (timedelta(days=30), Precision.DAY),
    "年": (timedelta(days=365), Precision.DAY),
}
_UNIT = {
    "秒": "秒", "秒钟": "秒", "second": "秒", "sec": "秒", "分": "分", "分钟": "分", "minute": "分", "min": "分",
    "小时": "时", "钟头": "时", "个小时": "时", "个钟头": "时", "hour": "时", "天": "天", "日": "天", "day": "天",
    "周": "周", "星期": "周", "个星期": "周", "week": "周", "个月": "月", "month": "月", "年": "年", "year": "年",
}  # fmt: skip


class _Then:
    """A moment read from words: local until its zone is known, with how exactly and from what it was read."""

    def __init__(self, at: datetime, precision: Precision, relative: bool = False) -> None:
        self.at, self.precision, self.relative = at, precision, relative


def read_time(raw: str, *, base: datetime, zone: str, basis: Basis = Basis.FEED) -> Published | None:
    """Return the time that *raw* says; None if it says none.

    Words such as 昨天 count from *base* (the answer's Date header) in *zone* (a name such as
    Asia/Shanghai), which also holds for times without a zone. A date without a year is the newest one
    that is not in the future. *basis* is reported for what did not depend on *base*. Never raises for
    what *raw* holds.
    """
    home = ZoneInfo(zone)
    try:
        words = _tidy(raw)
        then = next((found for found in _readings(words, base.astimezone(home), home) if found), None)
        if then is None:
            return None
        at = then.at.astimezone(UTC)
    except (ValueError, OverflowError):  # a 31st of February, a year 0, a million years ago
        return None
    return Published(at, then.precision, Basis.RELATIVE if then.relative else basis, _kept(raw))


def _tidy(raw: str) -> str:
    """Return *raw* in half width and simplified words, without 发表于 before and 来自 behind."""
    words = unicodedata.normalize("NFKC", raw[:_LONGEST]).translate(_SIMPLER)
    words = " ".join(words.replace("\u200b", "").split())
    return arabic(_AFTER.sub("", _BEFORE.sub("", words))).strip()


def _kept(raw: str) -> str:
    """Return what to keep of *raw*: without the client or place that stands behind some dates (DOMAIN P-04)."""
    return " ".join(_AFTER.sub("", raw[:_LONGEST]).split())


def _readings(words: str, base: datetime, home: tzinfo) -> Iterator[_Then | None]:
    yield _epoch(words)
    for pattern, read in _FORMS:
        if match := pattern.fullmatch(words):
            yield read(match, base, home)


def _epoch(words: str) -> _Then | None:
    match = re.fullmatch(r"(?:/Date\()?(\d{10}|\d{13})(?:\.\d+)?(?:\)/)?", words)
    if not match:
        return None
    seconds = int(match[1]) / (1000 if len(match[1]) == 13 else 1)
    return _Then(datetime.fromtimestamp(seconds, UTC), Precision.S)


def _now(match: re.Match[str], base: datetime, home: tzinfo) -> _Then:
    return _Then(base, Precision.MIN, relative=True)


def _ago(match: re.Match[str], base: datetime, home: tzinfo) -> _Then:
    """Read 3分钟前; whole days have no time of day, so they begin at midnight."""
    step, precision = _AGO[_UNIT[match["unit"].lower()]]
    count = match["n"].lower()
    if count == "半":
        return _Then(base - step / 2, _AGO["分"][1] if precision is Precision.HOUR else precision, relative=True)
    at = (
        base - step * {"几": 3, "数": 3, "a": 1, "an": 1}.get(count, 0)
        if not count.isdigit()
        else base - step * int(count)
    )
    return _Then(_midnight(at) if precision is Precision.DAY else at, precision, relative=True)


def _named_day(match: re.Match[str], base: datetime, home: tzinfo) -> _Then:
    name = match["day"].lower()
    at, precision = _with_clock(_midnight(base) - timedelta(days=_DAYS[name]), match, evening=name == "昨晚")
    return _Then(_not_quite_yet(at, base), precision, relative=True)


def _weekday(match: re.Match[str], base: datetime, home: tzinfo) -> _Then:
    day = _WEEKDAY[match["wd"]]
    monday = _midnight(base) - timedelta(days=base.weekday())
    at, precision = _with_clock(monday + timedelta(days=day - 7 * len(match["last"] or "")), match)
    if not match["last"] and at > base + FUTURE_TOLERANCE:
        at -= timedelta(days=7)
    return _Then(_not_quite_yet(at, base), precision, relative=True)


def _full(match: re.Match[str], base: datetime, home: tzinfo) -> _Then:
    day = datetime(_year(match["y"]), int(match["mo"]), int(match["d"]), tzinfo=_zone(match, home))
    return _Then(*_with_clock(day, match))


def _english(match: re.Match[str], base: datetime, home: tzinfo) -> _Then:
    month = _MONTHS.index(match["mon"].lower()) + 1
    day = datetime(_year(match["y"]), month, int(match["d"]), tzinfo=_zone(match, home))
    return _Then(*_with_clock(day, match))


def _yearless(match: re.Match[str], base: datetime, home: tzinfo) -> _Then | None:
    for year in range(base.year + 1, base.year - 9, -1):  # nine, for a 29th of February
        try:
            day = datetime(year, int(match["mo"]), int(match["d"]), tzinfo=home)
        except ValueError:
            continue
        at, precision = _with_clock(day, match)
        if at <= base + FUTURE_TOLERANCE:
            return _Then(_not_quite_yet(at, base), precision, relative=True)
    return None


def _time_only(match: re.Match[str], base: datetime, home: tzinfo) -> _Then:
    at, precision = _with_clock(_midnight(base), match)
    if at > base + FUTURE_TOLERANCE:
        at -= timedelta(days=1)
    return _Then(_not_quite_yet(at, base), precision, relative=True)


def _with_clock(day: datetime, match: re.Match[str], evening: bool = False) -> tuple[datetime, Precision]:
    """Return *day* at the time of day in *match*, and how exact that is."""
    if match["h"] is None:
        return day, Precision.DAY
    hour, minute, second = int(match["h"]), int(match["m"] or 0), int(match["s"] or 0)
    if minute > 59 or second > 60:
        raise ValueError("no such time of day")
    hour = _hour(hour, match["half"] or (match["ap"] or "").lower()[:1] or ("晚上" if evening else ""))
    if hour > 24 or (hour == 24 and match["half"] is None and (minute or second)):
        raise ValueError("no such time of day")
    # Wall time, so that a day of 23 hours does not move the clock of its afternoon.
    at = day.replace(tzinfo=None) + timedelta(hours=hour, minutes=minute, seconds=second)
    precision = Precision.S if match["s"] else Precision.MIN if match["m"] else Precision.HOUR
    return at.replace(tzinfo=day.tzinfo), precision


def _hour(hour: int, half: str) -> int:
    """Return the hour of the day, from 0 to 24; 晚上12点 is the end of the day, 上午12点 its beginning."""
    if half in ("晚上", "夜里", "夜晚", "深夜", "晚间", "晚") and hour == 12:
        return 24
    if half in ("p", "午后", *_PM.split("|")) and hour < 12:
        return hour + 12
    if half == "中午" and hour < 4:
        return hour + 12
    if half in ("a", *_AM.split("|")) and hour == 12:
        return 0
    return hour


def _not_quite_yet(at: datetime, base: datetime) -> datetime:
    """Return *at*, or *base* where two clocks only disagree by minutes: 今天 00:05 read at 00:02 is now."""
    return base if base < at <= base + FUTURE_TOLERANCE else at


def _midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def _year(digits: str) -> int:
    year = int(digits)
    return year if len(digits) == 4 else 2000 + year if year < 70 else 1900 + year


def _zone(match: re.Match[str], home: tzinfo) -> tzinfo:
    """Return the zone in *match*. CST on a Chinese site is China's, not Chicago's."""
    name = (match["zone"] or "").upper()
    if not name or (name == "CST" and str(home).startswith("Asia/")):
        return home
    if name in ("Z", "UTC", "GMT", "UT"):
        return UTC
    if name in _US_ZONES:
        return timezone(timedelta(hours=_US_ZONES[name]))
    sign, digits = (-1 if "-" in name else 1), re.sub(r"\D", "", name)
    hours, minutes = (int(digits), 0) if len(digits) < 3 else (int(digits[:-2]), int(digits[-2:]))
    return timezone(sign * timedelta(hours=hours, minutes=minutes))


_Read = Callable[[re.Match[str], datetime, tzinfo], _Then | None]
_FORMS: tuple[tuple[re.Pattern[str], _Read], ...] = tuple(
    (re.compile(pattern, re.I | re.A), read)
    for pattern, read in (
        (r"刚刚|刚才|just now|now", _now),
        (rf"(?P<n>\d+|半|几|数|an?)\s*个?(?P<unit>{'|'.join(sorted(_UNIT, key=len, reverse=True))})s?\s*(?:以?前|ago)", _ago),
        (rf"(?P<day>{'|'.join(sorted(_DAYS, key=len, reverse=True))})\s*,?\s*(?:{_CLOCK})?", _named_day),
        (rf"(?:(?P<last>上+)个?|[本这])?(?:周|星期|礼拜)(?P<wd>[一二三四五六日天末])\s*(?:{_CLOCK})?", _weekday),
        (rf"(?P<y>\d{{4}})\s*[-/.年]\s*(?P<mo>\d{{1,2}})\s*[-/.月]\s*(?P<d>\d{{1,2}}){_CLOCK_AFTER}[日号]?", _full),
        (r"(?P<y>\d{4})(?P<mo>\d\d)(?P<d>\d\d)(?:T?(?P<h>\d\d)(?P<m>\d\d)(?P<s>\d\d))?(?P<half>(?!))?(?P<ap>(?!))?" + _ZONE, _full),
        (rf"(?:[a-z]{{3,9}},?\s+)?(?P<d>\d{{1,2}})[\s-]{_MONTH}[\s-](?P<y>\d{{4}}|\d\d)(?:,?\s+{_CLOCK})?{_ZONE}", _english),
        (rf"(?:[a-z]{{3,9}},?\s+)?{_MONTH}\s+(?P<d>\d{{1,2}})\s+{_CLOCK}{_ZONE}\s+(?P<y>\d{{4}})", _english),
        (rf"{_MONTH}\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}})(?:,?\s+(?:at\s+)?{_CLOCK})?{_ZONE}", _english),
        (rf"(?P<mo>\d{{1,2}})\s*[-/月.]\s*(?P<d>\d{{1,2}})(?:[日号]?\s*(?:{_CLOCK})|[日号]?)", _yearless),
        (_CLOCK, _time_only),
    )
)  # fmt: skip


def believed(raw: str, *, base: datetime, zone: str, basis: Basis = Basis.FEED) -> tuple[Published, tuple[str, ...]]:
    """Return when a post was published, as far as that can be believed at *base*, and warnings.

    A time that is missing, unreadable, from the future or from an unset clock becomes *base*, with basis
    ``fetch``; what could be read stays in ``raw``.
    """
    published = read_time(raw, base=base, zone=zone, basis=basis)
    if published is None:  # the words may be anything, so they are not kept
        return Published(base, basis=Basis.FETCH), ("unread_date" if raw.strip() else "missing_date",)
    if published.at > base + FUTURE_TOLERANCE:
        return Published(base, published.precision, Basis.FETCH, published.raw), ("future_date",)
    if published.at < OLDEST:
        return Published(base, published.precision, Basis.FETCH, published.raw), ("unset_clock",)
    return published, ("relative_date",) if published.basis is Basis.RELATIVE else ()
