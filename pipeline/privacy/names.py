"""Names of persons, found by what stands before or after them; nothing is known about who they are."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from pathlib import Path

from pipeline.privacy.span import Span
from pipeline.privacy.surnames import AMBIGUOUS, COMPOUND, SURNAMES

_LOOKALIKES = Path(__file__).with_name("lookalikes.txt")

_OFFICE = re.compile(
    "(?:主任|局长|书记|镇长|乡长|区长|县长|市长|省长|所长|处长|科长|部长|厅长|院长|校长|园长|队长|站长|村长|支书|主席|庭长|检察长|委员|干事|科员)[: ]?"
)
_ADDRESS = re.compile(
    "先生|女士|小姐|太太|大爷|大妈|大娘|大叔|大伯|大哥|大姐|大嫂|阿姨|叔叔|奶奶|爷爷|师傅|老师|同学|医生|大夫|护士|教练|律师|老板|经理|警官"
)
_SELF = re.compile(
    "(?:我叫|本人叫|名叫|名字叫|名字是|叫做|真名|实名|姓名|联系人|收件人|投诉人|反映人|举报人|当事人|户主|法人|法定代表人)(?:是|为)?[: ]{0,2}"
)
_KIN = re.compile(
    "(?:我是|本人|孩子|儿子|女儿|男孩|女孩|男童|女童|学生|小孩|同学|老公|丈夫|妻子|老婆|父亲|母亲|爸爸|妈妈|我爸|我妈|爱人|邻居|业主|居民|村民|老人|患者|死者|伤者"
    "|司机|护士|医生|老师|班主任|包工头|老板|房东|店主|经理)[: ]?"
)
# A given name hardly ever has these; they begin what the sentence says next, or end the name of an office.
_GOES_ON = frozenset(
    "的在是被说把对不给让跟与将到去来等也都还就没要会能以及有又拿吃打骂用今现已住因为很太这那你我他她它们了过着呢吗吧啊某收叫称问想去做从向和于等或之所其副姓联电手查"
)
_PLACE_END = frozenset("镇区市县省州乡村街道办局院校处科部委会所路组站队馆厅里园")
_ENDS = re.compile(r"[,。!?;:、\s()\[\]]|$|[在被今的是说叫于从向把给让因就年打欠跟和要拿有没去]")


def names(text: str) -> Iterator[Span]:
    """Yield names told by a person of themselves, of kin, with a form of address, and of officials."""
    for found in _OFFICE.finditer(text):
        yield from _named(text, found.end(), "OFFICIAL_NAME")
        yield from _titled(text, found.start(), "OFFICIAL_NAME")
    for found in _SELF.finditer(text):
        yield from _named(text, found.end(), "PERSON_NAME", sure=True)
    for found in _KIN.finditer(text):
        yield from _named_in_full(text, found.end())
    for found in _ADDRESS.finditer(text):
        yield from _titled(text, found.start(), "PERSON_NAME")


def _named(text: str, start: int, name: str, *, sure: bool = False) -> Iterator[Span]:
    """Yield the name that begins at *start*, if one does."""
    family = _family(text, start)
    sure = sure and (family not in AMBIGUOUS or text[start - 1] in ": 叫")
    if not family or (not sure and (family in AMBIGUOUS or _is_word(text, start))):
        return
    given = _given(text, start + len(family))
    if given:
        yield Span(start, start + len(family) + given, name)


def _named_in_full(text: str, start: int) -> Iterator[Span]:
    """Yield a name of three characters after which the sentence goes on: 孩子 and 业主 alone prove little."""
    for span in _named(text, start, "PERSON_NAME"):
        if span.end - span.start >= 3 and _ENDS.match(text, span.end):
            yield span


def _titled(text: str, end: int, name: str) -> Iterator[Span]:
    """Yield the name that ends at *end*, the longest that can be one: 王小测, 王测 or 王."""
    for start in range(max(0, end - 3), end):
        family = _family(text, start)
        given = text[start + len(family) : end]
        if not family or start + len(family) > end or family in AMBIGUOUS or _is_word(text, start):
            continue
        if _ends_a_word(text, start) or any(not _han(one) or one in _GOES_ON or one in _PLACE_END for one in given):
            continue
        yield Span(start, end, name)
        return


def _family(text: str, start: int) -> str:
    if text[start : start + 2] in COMPOUND:
        return text[start : start + 2]
    one = text[start : start + 1]
    return one if one in SURNAMES else ""


def _given(text: str, start: int) -> int:
    """Return how many characters at *start* are a given name: two, one or none."""
    length = 0
    for one in text[start : start + 2]:
        if not _han(one) or one in _GOES_ON:
            break
        length += 1
    return length


def _han(one: str) -> bool:
    return "\u4e00" <= one <= "\u9fff"


def _is_word(text: str, start: int) -> bool:
    """Say whether an ordinary word begins here: 高烧, 安排."""
    words = _lookalikes()
    return text[start : start + 2] in words or text[start : start + 3] in words


def _ends_a_word(text: str, start: int) -> bool:
    """Say whether the would-be surname ends an ordinary word: 感谢, 每周."""
    return start > 0 and text[start - 1 : start + 1] in _lookalikes()


@functools.cache
def _lookalikes() -> frozenset[str]:
    return frozenset(_LOOKALIKES.read_text(encoding="utf-8").split())
