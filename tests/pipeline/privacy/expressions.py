"""Expressions that are written to be fast, beside those that one would write."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hypothesis import strategies as st


def assert_the_same(quick: re.Pattern[str], plain: str, pieces: Sequence[str], data: st.DataObject) -> None:
    """Fail if *quick* finds anything else than *plain* in a text made of *pieces*."""
    text = "".join(data.draw(st.lists(st.sampled_from(pieces), max_size=12)))

    assert [one.regs for one in quick.finditer(text)] == [one.regs for one in re.finditer(plain, text)]
