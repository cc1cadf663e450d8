from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest

from dashboards.console.screenshot import browser
from pipeline.cli.picture import take_picture


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.nightly
@pytest.mark.skipif("NIGHTLY_SOAK" not in os.environ, reason="two minutes; set NIGHTLY_SOAK=1")
@pytest.mark.skipif(browser() is None, reason="no Chromium here")
def test_the_picture_of_a_desk_that_has_warned_takes_itself_and_leaves_nothing_running(tmp_path: Path) -> None:
    file = tmp_path / "made" / "console.png"

    take_picture(file, "1000x700")

    picture = file.read_bytes()
    assert struct.unpack(">II", picture[16:24]) == (1000, 700)
    assert len(picture) > 40_000, "an empty page is smaller"
