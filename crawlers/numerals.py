"""Chinese numerals in dates: 二〇二六年十一月二十四日 is 2026年11月24日."""

from __future__ import annotations

import re

_DIGITS = {digit: number for number, digit in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "两": 2}
# Only before a unit: 周一 and 上周五 are names of days, not numbers, 上周五十点 is no fifty.
_RUN = re.compile(
    r"(?<!周)(?<!星期)[〇零○一二三四五六七八九十两]+(?=\s*(?:年|月|日|号|点|时|分|秒|天|周|个|小时|星期))"
)


def arabic(words: str) -> str:
    """Return *words* with the numerals before a unit of time in Arabic digits."""
    return _RUN.sub(lambda run: _number(run[0]), words)


def _number(run: str) -> str:
    if "十" not in run:
        return "".join(str(_DIGITS[digit]) for digit in run)
    tens, _, ones = run.partition("十")
    if len(tens) > 1 or len(ones) > 1 or ones == "十":  # no number that anybody says
        return run
    return str((_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0))
