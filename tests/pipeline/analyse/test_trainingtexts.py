from __future__ import annotations

from pathlib import Path

import numpy as np

from pipeline.analyse.peril import Peril
from pipeline.analyse.trainingtexts import digest, public, read, squeezed
from tests.pipeline.analyse.posts import ORDINARY, a_file


def test_every_post_of_a_small_file_is_read(tmp_path: Path) -> None:
    assert sorted(reading.squeezed for reading in public([a_file(tmp_path)], None)) == sorted(ORDINARY)


def test_a_text_is_read_with_its_words_and_the_stretch_that_an_ear_hears() -> None:
    danger = "邻居躺在血里叫不醒"
    (deaf,) = read([danger], None)
    (heard,) = read([danger], Peril.read())
    assert deaf.peril is None
    assert heard.peril is not None
    assert deaf.cues == heard.cues


def test_a_line_break_ends_a_sentence_in_the_letters() -> None:
    assert squeezed(["停水了，急\n快来"]) == ["停水了急。快来"]


def test_other_weights_have_another_name() -> None:
    assert digest(np.array([1, 2], np.int16)) != digest(np.array([2, 1], np.int16))
