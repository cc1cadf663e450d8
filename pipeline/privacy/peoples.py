"""Names of other shapes: 欧阳建华, 阿依古丽·买买提, 扎西顿珠, 老王 and Mr Smith."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pipeline.privacy.likeness import common, odds
from pipeline.privacy.span import Span
from pipeline.privacy.surnames import SURE_COMPOUND

_CALLED: Final = "王李张刘陈杨赵周吴徐孙胡朱郭何罗梁宋郑谢韩唐冯董程曹袁邓许沈曾彭吕苏卢蒋蔡贾丁魏薛余潘杜戴汪姜范姚谭廖邹郝崔邱秦侯邵孟贺龚"
_NICK = re.compile(f"[老小]([{_CALLED}])(?![{_CALLED}]?[村庄镇路街巷屯沟湾寨区坊店桥])(?!家[村庄湾沟寨店屯坪院])")
_AFTER_NICK = frozenset(
    "说讲问也都就在去来把被和跟与给让向对打骂叫家的了是有没不又还要会能想拿带已因从昨今这那他她太很真总老先住反告态欠骗偷"
)
_LETTERS: Final = "阿艾买提麦合木江热依古丽努尔帕夏吐逊库班迪力玛拉苏比拜卡斯塔孜娜祖农亚森汗肯伊敏托乎萨克沙吾肉喀米吉普凯哈巴叶布甫塞尼瓦曼别达列胡奴衣鲁扎西次仁卓桑央金洛平措多边姆顿珠约翰乔治史密汤杰安德罗伯特威廉莱恩迈格里蒂莉琳马丁露查理山依旺堆朗增旦图雅仙玉素"
_DOT: Final = "[·•・‧∙]"
_WRITTEN: Final = f"(?:阿不都|阿卜杜|[{_LETTERS}]){{2,8}}"
_DOTTED = re.compile(f"{_WRITTEN}(?:{_DOT}{_WRITTEN}){{1,2}}")
_TIBETAN: Final = "扎西|卓玛|次仁|旺堆|格桑|央金|洛桑|平措|达瓦|多吉|边巴|尼玛|拉姆|顿珠|索朗|白玛|丹增|次旺|旦增|仁青|德吉|罗布|普布|巴桑|米玛|强巴|贡嘎|晋美|土登|益西|曲珍|桑珠|群培|江措|嘉措|旺姆|才让|卓嘎"
_SERVANT: Final = "(?:阿不都|阿卜杜)(?:拉|热合曼|外力|克里木|热依木|喀德尔|米吉提|赛买提)"
_UYGHUR: Final = f"阿依古丽|买买提|艾尼瓦尔|古丽娜尔|{_SERVANT}|热依汗|吐尔逊|努尔古丽|帕提古丽|艾合买提|木拉提|玛依拉|库尔班|迪丽努尔|麦麦提|阿迪力|玉素甫|阿里木江|古丽巴哈尔|阿依努尔|艾力江|买合木提|吾斯曼|依布拉音|热合曼|帕尔哈提|迪力木拉提|古丽\\w尔"
_MONGOL: Final = "巴特尔|其其格|其木格|高娃|那日苏|苏日娜|格日勒|格日乐|乌云|阿拉腾|哈斯|巴图|朝鲁|宝音|图雅|萨仁|斯琴|孟和|额尔德尼|巴雅尔|阿古拉|娜仁|敖登|塔娜|乌日娜"
_OTHER = re.compile(
    f"(?:{_TIBETAN}){{2,3}}|(?:卓玛|央金|次仁|旺堆|丹增|旦增|索朗|洛桑)(?![路街镇县乡村寺])|(?:{_UYGHUR}){{1,2}}"
    f"|(?:{_MONGOL}){{2,3}}[花图]?|(?:巴特尔|那日苏|苏日娜|阿拉腾花|格日勒图)"
)
_COMPOUND = re.compile(f"({'|'.join(SURE_COMPOUND)})([\u3400-\u9fff]{{1,2}})")
_LATIN: Final = r"(?!(?:qq|wx|vx|tel|wechat|weixin|email|mail|app|ok|vip|wifi|id|no|none|null)\b)[a-z]{3,12}(?:[ ·.](?!(?:and|i|from|my|the|is|in|at|who|no|not|but|am|here|please|a|an|to|of|we|our|live|living)\b)[a-z]{2,12}){0,2}(?![a-z0-9@_])"
LATIN_NAME = re.compile(_LATIN)
_ENGLISH = re.compile(rf"(?:(?<![a-z])(?:mr|mrs|ms|miss)\.? ?|my name is |外教[: ]?)({_LATIN})")
_SOON: Final = 20  # odds of a given name behind a compound surname
# What a text must contain for any of these, as one expression without looking round.
TRIGGER: Final = (
    f"[老小][{_CALLED}]|{_DOT}|{'|'.join(SURE_COMPOUND)}|{_TIBETAN}|{_UYGHUR}|{_MONGOL}"
    "|mrs?[. ]|ms[. ]|miss |my name is|外教"
)
# Letters and words of which one must stand in any of these, on either side of a point or anywhere.
BESIDE_A_DOT: Final = _LETTERS + "都杜"
CALLED: Final = _CALLED
WORDS: Final = (
    *SURE_COMPOUND,
    *"|".join((_TIBETAN, _MONGOL, _UYGHUR)).replace(_SERVANT, "阿不都|阿卜杜").replace("\\w尔", "").split("|"),
    *("mr", "ms", "miss", "my name is", "外教"),
)


def other_names(text: str) -> Iterator[Span]:
    """Yield names that are no surname with a given name of the Han."""
    yield from _nicknames(text)
    for found in _COMPOUND.finditer(text):
        if length := _given_behind(found.group(1), found.group(2), text[found.end() : found.end() + 1]):
            yield Span(found.start(), found.end(1) + length, "PERSON_NAME")
    for pattern in (_DOTTED, _OTHER):
        for found in pattern.finditer(text):
            yield Span(*found.span(), "PERSON_NAME")
    for found in _ENGLISH.finditer(text):
        yield Span(*found.span(1), "PERSON_NAME")


def _nicknames(text: str) -> Iterator[Span]:
    for found in _NICK.finditer(text):
        start, end = found.span()
        before, after = text[start - 1 : start], text[end : end + 1]
        words = (before + text[start], text[end - 1] + after, text[start : end + 1], text[end : end + 2])
        goes_on = not _han(after) or after in _AFTER_NICK or words[3] in common()
        if goes_on and not any(word in common() for word in words[:3]):
            yield Span(start, end, "PERSON_NAME")


def _given_behind(family: str, given: str, after: str) -> int:
    """Return how many characters behind a compound surname are a given name."""
    for length in (2, 1):
        part, rest = given[:length], (given + after)[length : length + 2]
        cut = common().get(part[-1] + rest[:1], 0) if rest else 0
        if len(part) == length and odds(family, part) - 60 - 6 * cut > _SOON:
            return length
    return 0


def _han(one: str) -> bool:
    return "\u3400" <= one <= "\u9fff"
