"""What was found: a stretch of text and the class of personal data it is."""

from __future__ import annotations

from typing import Final, NamedTuple

# Placeholder by class. A class without one is recognised so that it is *not* masked as something else.
PLACEHOLDERS: Final[dict[str, str]] = {
    "CN_ID18": "[身份证]",
    "CN_ID15": "[身份证]",
    "CN_ID_SUSPECT": "[疑似证件号]",
    "BANK_CARD": "[银行卡]",
    "CN_MOBILE": "[手机号]",
    "CN_LANDLINE": "[电话]",
    "PLATE": "[车牌]",
    "EMAIL": "[邮箱]",
    "PASSPORT": "[证件]",
    "DEVICE": "[设备或位置]",
    "HANDLE": "[账号]",
    "ADDRESS_DOOR": "[门牌]",
    "SCHOOL_CLASS": "[班级]",
    "OFFICIAL_NAME": "[职务人员]",
    "PERSON_NAME": "[姓名]",
}
USCC: Final = "USCC"
CLASS_OF: Final[dict[str, str]] = {words: name for name, words in reversed(PLACEHOLDERS.items())}


class Span(NamedTuple):
    """A stretch from *start* to *end* (offsets into the body) of class *name*."""

    start: int
    end: int
    name: str
