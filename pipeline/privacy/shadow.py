"""The shadow copy of a text in which personal data are looked for; masks go onto the original."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

INVISIBLE: Final = (
    "[\u00ad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20e3\ufe00-\ufe0f\ufeff]"
)
_HIDDEN = re.compile(INVISIBLE)
NUMERALS: Final = "零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖⓪洞拐勾"
_DIGITS = str.maketrans(NUMERALS, "0012345678911234567890079")
_SPOKEN = re.compile(
    f"[0-9{NUMERALS}](?:(?<![0-9])[0-9 \\-_.·/—]{{0,2}}[0-9{NUMERALS}]|(?<=[0-9])[0-9][{NUMERALS}])"  # 1380013800八
)


class Shadow(NamedTuple):
    """The normal form without invisible characters; ``offsets`` is None where nothing was left out."""

    text: str
    offsets: Sequence[int] | None = None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return where a span of the shadow lies in the original."""
        if self.offsets is None:
            return start, end
        return self.offsets[start], self.offsets[end - 1] + 1


def shadow(normal_text: str) -> Shadow:
    if not _HIDDEN.search(normal_text):
        return Shadow(normal_text)
    offsets = [at for at, one in enumerate(normal_text) if not _HIDDEN.match(one)]
    return Shadow("".join(normal_text[at] for at in offsets), offsets)


def spoken(text: str) -> str | None:
    """Return *text* with Chinese numerals as digits; None if none stands in a number."""
    return text.translate(_DIGITS) if _SPOKEN.search(text) else None
