"""Names of persons, found by what stands before or after them; nothing is known about who they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from string import ascii_lowercase
from typing import Final

from pipeline.privacy.likeness import chosen, common, longer, odds
from pipeline.privacy.peoples import LATIN_NAME
from pipeline.privacy.span import Span
from pipeline.privacy.surnames import AMBIGUOUS, COMPOUND, GIVEN, NOUNS, SURNAMES, rare
from pipeline.privacy.titles import ADDRESS, BEFORE_ONLY, KIN, OFFICE, SELF
from pipeline.text.automaton import apart, automaton


def _words(name: str) -> frozenset[str]:
    return frozenset(Path(__file__).with_name(name).read_text(encoding="utf-8").split())


_LOOKALIKES: Final = _words("lookalikes.txt")
_NOT_GIVEN: Final = _words("not_given.txt")
_OFFICE, _ADDRESS, _SELF, _KIN = frozenset(OFFICE), frozenset(ADDRESS), frozenset(SELF), frozenset(KIN)
_TITLED: Final = _OFFICE | _ADDRESS
_COMPOUND: Final = frozenset(COMPOUND)
_MAY_FOLLOW: Final = SURNAMES.union(*COMPOUND, ": 是为叫", ascii_lowercase)  # how what is announced begins
TITLES: Final = tuple(sorted(_OFFICE | _ADDRESS | _SELF | _KIN))
_TITLE = re.compile("|".join(sorted(_OFFICE | _ADDRESS, key=len, reverse=True)))
_TITLES = automaton(TITLES)
_OFFICE_BEHIND = re.compile("|".join(sorted(_OFFICE - BEFORE_ONLY, key=len, reverse=True)))
_OFFICE_AHEAD = re.compile(f"(?<!班)(?:{'|'.join(sorted(_OFFICE))})[: ]?$")
_COLON = re.compile("[: ]?")
_COPULA = re.compile("(?:是|为|叫)?[: ]{0,2}")
# A name beside what a form asks of people: 王测试,男 · 王测试 电话.
_RECORD = re.compile(
    "(?:(?<![\u3400-\u9fff])|(?<=[是叫为和与]))([\u3400-\u9fff]{2,4})[ ,:(/]{0,2}(?=[男女][,。 \\d)/]|身份证|手机|电话|联系方式|1[3-9][0-9]{9})"
)
# A given name hardly ever has these; they begin what the sentence says next, or end the name of an office.
_GOES_ON = frozenset(
    "的在是被说把对不给让跟与将到去来等也都还就没要会能以及有又拿吃打骂用今现已住因为很太这那你我他她它们了过着地得呢吗吧啊某收叫称问想做从向和于或之所其副姓联电手查拒违涉骗殴欠偷诈辞两"
)
# But parents do choose these; 测试 is the given name of all invented people.
_CHOSEN = frozenset(
    "测试 会英 会兰 会芳 会玲 会珍 来福 来顺 来喜 来生 有才 有福 有财 有志 有成 有德 为民 为国 向东 向阳 向前 向荣 向红 和平 将军 用之 以诚 得胜 得志 得福 登高 志和 志会 学会 不凡 不群".split()
)
_PLACE_END = frozenset("镇区市县省州乡街局处科厅馆巷")
_AFTER_TITLE = _PLACE_END | frozenset("村道办院校部委会所路组站队里园")
_PLACE = re.compile(
    "(?:大桥|大道|公路|大街|街道|广场|小区|社区|花园|花苑|家园|医院|学校|小学|中学|大学|分校|校区|幼儿园|车站|公园|公司|酒店|宾馆|商场|超市|市场|路口|路段|中路|东路|西路|南路|北路"
    "|工业|开发|新区|新城|新村|分局|支行|项目|村民|村委|湾|流域|两岸|沿岸|隧道|高速|县|镇|区政府|市政府)|路(?![过上边旁])|街(?![上边坊])|巷|桥(?![上下])"
)
_ENDS = re.compile(r"[,。!?;:、\s()\[\]\"“”]|$|[在被今的是说叫于从向把给让因就年打欠跟和要拿有没去来也都已还将对到称]")
_NAMELIKE = frozenset(
    "王国 高明 高峰 高远 高洁 黄河 黄海 江海 江涛 白云 白雪 石林 龙飞 田野 林海 雷鸣 马力 金山 江山 万里 马超 李子 张开".split()
)
# Of the ambiguous, those that hardly ever begin a name in a sentence.
_FUNCTION = frozenset("于和向从连时全应能单师过占")
_LEADS = frozenset("谢找问给对向和跟与请的是让被由到见位系叫托据经")  # one speaks with or of 石女士
_LONGEST = 2  # characters of a given name
_SURE: Final = 40  # odds of a name of two characters that a word follows
_SURER: Final = 55  # and of one that anything may follow
_HAN: Final = "[\u3400-\u9fff]"
_SOME_ONE: Final = "某x×*△○口"  # 李某某, 王xx
_UNNAMED = re.compile(f"[{_SOME_ONE}]{{1,2}}")
# What may not stand behind the name of a family, and what not between one and a form of address.
NO_GIVEN: Final = (
    _GOES_ON - GIVEN - frozenset(_SOME_ONE) - {given[0] for given in _CHOSEN} - {given[0] for given in chosen()}
)
NOT_BETWEEN: Final = _AFTER_TITLE


def names(text: str) -> Iterator[Span]:
    """Yield names told by a person of themselves, of kin, with a form of address, and of officials."""
    for start, end, index in apart(_TITLES.find(text)):
        title = TITLES[index]
        if text[end : end + 1] in _MAY_FOLLOW:
            yield from _announced(text, title, start, end)
        if title in _TITLED and _han(text[start - 1 : start]):
            office = title in _OFFICE and title not in BEFORE_ONLY and not _inside_a_word(text, start, end)
            if office or title in _ADDRESS:
                yield from _titled(text, start, "OFFICIAL_NAME" if office else "PERSON_NAME")


def in_office(text: str, start: int, end: int) -> bool:
    """Say whether the name from *start* to *end* stands beside the title of an office."""
    return bool(_OFFICE_BEHIND.match(text, end) or _OFFICE_AHEAD.search(text, max(0, start - 6), start))


def _announced(text: str, title: str, start: int, end: int) -> Iterator[Span]:
    """Yield the name behind a title, a word for oneself or for kin."""
    if title in _OFFICE and not _inside_a_word(text, start, end):
        yield from _named(text, _after(_COLON, text, end), "OFFICIAL_NAME")
    if title in _SELF:
        begin = _after(_COPULA, text, end)
        yield from _named(text, begin, "PERSON_NAME", sure=True)
        if found := LATIN_NAME.match(text, begin):
            yield Span(*found.span(), "PERSON_NAME")
    if title in _KIN:
        yield from _named_in_full(text, _after(_COLON, text, end))


def _after(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


def _named(text: str, start: int, name: str, *, sure: bool = False) -> Iterator[Span]:
    """Yield the name that begins at *start*, if one does."""
    family = _family(text, start)
    if not family:
        return
    begin = start + len(family)
    if unnamed := _UNNAMED.match(text, begin):
        yield Span(start, unnamed.end(), name)
        return
    given = _given(text, begin) if sure or _may_be_family(family, text[begin : begin + _LONGEST]) else 0
    end = begin + given
    if not given or text[start] == text[begin]:  # 汪汪
        return
    if (sure and text[start - 1] in ": 叫") or (
        _likely(text, start, family, end) and (sure or not _is_a_place(text, begin, end))
    ):
        yield Span(start, end, name)


def _may_be_family(family: str, given: str) -> bool:
    """Say whether a word is a family before *given*, if it is a usual name: 老人和孩子 names nobody. Else none is likely."""
    return family not in AMBIGUOUS or family == "于" or (family not in _FUNCTION and _usual(given))


def _likely(text: str, start: int, family: str, end: int) -> bool:
    """Say whether the characters from *start* to *end* are rather a name than ordinary words."""
    given = text[start + len(family) : end]
    if text[start:end] in common():
        return False
    usual = len(given) == _LONGEST and _usual(given) and text[start : start + 3] not in _LOOKALIKES
    if family == "于" and odds(family, given) >= _SURE:
        return True
    if family in AMBIGUOUS:
        return usual and family not in _FUNCTION
    if family in NOUNS:
        return usual or (given in GIVEN and not _is_word(text, start))
    return usual or len(family) > 1 or not _is_word(text, start)


def _usual(given: str) -> bool:
    """Say whether a given name is one that many have."""
    return given in _CHOSEN or given in chosen() or all(one in GIVEN for one in given)


def _named_in_full(text: str, start: int) -> Iterator[Span]:
    """Yield a name after which the sentence goes on: 孩子 and 业主 alone prove little."""
    for span in _named(text, start, "PERSON_NAME"):
        in_full, given = span.end - span.start >= 3, text[span.end - 1]
        sure = given in GIVEN or given in "某x*" or odds(text[start], given) >= _SURE
        usual = in_full and _usual(text[span.end - 2 : span.end])
        if (
            usual
            or (_goes_on(text, span.end) and (in_full or sure))
            or (not in_full and odds(text[start], given) >= _SURER)
        ):
            yield span


def _goes_on(text: str, at: int) -> bool:
    """Say whether a word begins at *at*, so that one ends there."""
    two, three = text[at : at + 2], text[at : at + 3]
    return (
        bool(_ENDS.match(text, at)) or two in _NOT_GIVEN or two in common() or three in common() or two[:1] in _GOES_ON
    )


def _titled(text: str, end: int, name: str) -> Iterator[Span]:
    """Yield the name that ends at *end*, the longest that can be one: 欧阳小测, 王小测, 王测 or 王."""
    for start in range(max(0, end - 4), end):
        family = _family(text, start)
        given = text[start + len(family) : end]
        if not family or start + len(family) > end or len(given) > _LONGEST or not _fits(text, start, family, given):
            continue
        if any(not _han(one) or one in _AFTER_TITLE for one in given) or not _may_be_given(given):
            continue
        yield Span(start, end, name)
        return


def _fits(text: str, start: int, family: str, given: str) -> bool:
    """Say whether a surname can stand at *start*, before a form of address."""
    before = text[start - 1 : start]
    begins = not _han(before) or before in _LEADS
    if (family in AMBIGUOUS and not (family == "于" and begins)) or _ends_a_word(text, start):
        return False
    if len(family) == 1 and _is_word(text, start):
        return len(given) == _LONGEST and _usual(given) and text[start : start + 3] not in _LOOKALIKES
    if family in NOUNS and given in SURNAMES:  # 搭建方赵女士
        return False
    return family not in NOUNS or bool(given) or begins


def records(text: str) -> Iterator[Span]:
    """Yield names beside a sex, a telephone or an identity card, as on a form."""
    for found in _RECORD.finditer(text):
        start, end = found.span(1)
        family = _family(text, start)
        given = text[start + len(family) : end]
        named = bool(family) and 1 <= len(given) <= _LONGEST and _likely(text, start, family, end)
        if named and _may_be_given(given) and not _PLACE_END.intersection(given):
            yield Span(start, end, "PERSON_NAME")


def _family(text: str, start: int) -> str:
    if (two := text[start : start + 2]) in _COMPOUND:
        return two
    one = text[start : start + 1]
    return one if one in SURNAMES else ""


def _given(text: str, start: int) -> int:
    """Return how many characters at *start* are a given name: two, one or none."""
    two = text[start : start + 2]
    if two in _CHOSEN or two in chosen() or (two[:1] == two[1:] and two[:1] in GIVEN):
        return 2
    if two in _NOT_GIVEN or _TITLE.match(text, start) or not _begins_given(two[:1]):
        return 0
    if (
        not _begins_given(two[1:])
        or _TITLE.match(text, start + 1)
        or (two[1] not in GIVEN and text[start + 1 : start + 3] in _NOT_GIVEN)
        or not longer(two, text[start + 2 : start + 4])
    ):
        return 1
    return 2


def _begins_given(one: str) -> bool:
    return bool(one) and _han(one) and one not in _GOES_ON


def _may_be_given(given: str) -> bool:
    return (
        given in _CHOSEN
        or given in chosen()
        or given[:1] == given[1:]
        or (given not in _NOT_GIVEN and not _GOES_ON.intersection(given))
    )


def _is_a_place(text: str, start: int, end: int) -> bool:
    """Say whether the would-be given name from *start* to *end* is or begins the name of a place: 江大桥."""
    if _PLACE_END.intersection(text[start:end]) and text[start:end] not in _CHOSEN:
        return True
    return any(_PLACE.match(text, at) for at in range(start, end + 1))


def _han(one: str) -> bool:
    return "\u4e00" <= one <= "\u9fff" or rare(one)


def _is_word(text: str, start: int) -> bool:
    """Say whether an ordinary word begins here: 高烧, 安排."""
    if text[start : start + 3] in _LOOKALIKES:
        return True
    two = text[start : start + 2]
    return two in _LOOKALIKES and not (two in _NAMELIKE and _ends_in_given(text, start + 2))


def _ends_in_given(text: str, at: int) -> bool:
    return text[at : at + 1] in GIVEN and bool(_ENDS.match(text, at + 1))


def _ends_a_word(text: str, start: int) -> bool:
    """Say whether the would-be surname ends an ordinary word: 感谢, 每周."""
    return start > 0 and text[start - 1 : start + 1] in _LOOKALIKES


def _inside_a_word(text: str, start: int, end: int) -> bool:
    """Say whether the last character of an office begins another word: 市长江大桥, 处长沙路, 业主任何."""
    return text[end - 1 : end + 1] in _CROSSING and not _family_name_follows(text, end)


def _family_name_follows(text: str, end: int) -> bool:
    """Say whether, all the same, a full name follows: 市长江小测在会上."""
    two = text[end + 1 : end + 3]
    given = _given(text, end + 1)
    if given == 1 and odds(text[end], two[0]) >= _SURE:
        return _goes_on(text, end + 2)
    in_full = given == 2 and not _is_a_place(text, end + 1, end + 3)
    return in_full and (two in chosen() or (two[1:] in GIVEN and bool(_ENDS.match(text, end + 3))))


_CROSSING: Final = frozenset(
    "长江 长安 长沙 长龙 长宁 长石 长葛 长平 长丰 长明 长白 长阳 长乐 长岛 长毛 长时 长方 长辛 长单 长于 长武 长连 任何 任意 任务 任命 任职 任教 任由 记者 记得 记住 记录 席卷 员工 事故 事情 事项 事件 事业 干部 队列"
    " 任选 任期 任性".split()
)
