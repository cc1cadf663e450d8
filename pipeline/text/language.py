"""Which language a text is in, told from its script: enough to know whether somebody must translate it."""

from __future__ import annotations

import re

_HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
_OTHER = (
    ("ug", re.compile("[ۇۆۈۋېەىڭ]")),  # letters of Uyghur that Arabic does not have
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("bo", re.compile("[\u0f00-\u0fff]")),
    ("mn", re.compile("[\u1800-\u18af]")),
    ("ko", re.compile("[\uac00-\ud7af]")),
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("en", re.compile("[a-z]{2}")),
)


def language(normal_text: str) -> str:
    """Return an ISO 639-1 code, ``und`` for a text without letters. Chinese with foreign words is ``zh``."""
    if "\u3400" <= normal_text[:1] <= "\u9fff" or _HAN.search(normal_text):  # nearly all begin with one
        return "zh"
    return next((code for code, letters in _OTHER if letters.search(normal_text)), "und")
