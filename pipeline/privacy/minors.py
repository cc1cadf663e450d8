"""Says whether a text is about one particular child."""

from __future__ import annotations

import re

from pipeline.text.beside import beside

# Each way to say it begins with a plain character: the search then runs from one of these to the next.
_CHILD = re.compile(
    "(?:孩子|儿子|女儿|男孩|女孩|男童|女童|学生|同学|小孩|幼儿|小朋友|未成年|我家?的?[娃宝]|俺家?的?[娃宝]|娃娃|宝宝)(?!们)"
)
_OWN_CHILD = re.compile("(?:我家?的?|俺家?的?|邻居家?的?)(?:孩子|儿子|女儿|小孩|娃)(?!们)")
_NTH_SCHOOL = "|".join(f"{number}[小中](?!区|时|巷|路|号)" for number in "一二三四五六七八九十0123456789")
_SCHOOL = re.compile(f"小学|中学|幼儿园|{_NTH_SCHOOL}|托班|学校|初[一二三中]|高[一二三中]")
_AGE = re.compile(
    "(?<![0-9])(?:1[0-7]|[0-9])岁|(?<![十几二三四五六七八九])(?:十[一二三四五六七]?|[一二三四五六七八九两])岁"
)
_BEFORE_NAME = "(?:孩子|儿子|女儿|男孩|女孩|学生|同学|小孩|男童|女童)"
_NAMED_CHILD = re.compile(rf"\[姓名\](?:同学|小朋友|(?<={_BEFORE_NAME}\[姓名\])|(?<={_BEFORE_NAME}[: ]\[姓名\]))")
_PERHAPS_OWN = beside("我俺居", "家的", "孩儿女小娃")  # finds in a tenth of the time where to look closer


def about_a_minor(masked: str) -> bool:
    """Say whether one child can be told from others in a masked text in normal form.

    By class, by name, by age, or as somebody's child at a school. Reading the masked text, a second
    masking says the same as the first.
    """
    if "[班级]" in masked:
        return True
    told = (
        ("岁" in masked and _AGE.search(masked))
        or _NAMED_CHILD.search(masked)
        or (_PERHAPS_OWN.found(masked) and _OWN_CHILD.search(masked) and _SCHOOL.search(masked))
    )
    return bool(told and _CHILD.search(masked))
