from __future__ import annotations

import pytest

from pipeline.text.language import language
from pipeline.text.normal import normal


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("锦湖里没水", "zh"),
        ("WiFi6信号差", "zh"),
        ("錦湖裡停水", "zh"),
        ("No water in Jinhuli", "en"),
        ("سۇ يوق", "ug"),
        ("لا يوجد ماء", "ar"),
        ("😡 123", "und"),
        ("", "und"),
    ],
)
def test_the_script_tells_the_language(text: str, code: str) -> None:
    assert language(normal(text)) == code
