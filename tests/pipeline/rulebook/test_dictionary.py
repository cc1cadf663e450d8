from __future__ import annotations

import subprocess
import sys

from pipeline.rulebook.dictionary import common, holding, look_up


def test_a_word_is_looked_up_as_a_whole() -> None:
    found = look_up("问题")

    assert found is not None
    assert found.frequency > 10_000
    assert look_up("问题水") is None


def test_what_everybody_says_is_common_and_a_matter_is_not() -> None:
    assert common("今天")
    assert not common("停水")


def test_longer_words_are_named_and_never_the_word_itself() -> None:
    assert "变质岩" in holding("变质")
    assert "变质" not in holding("变质")
    assert holding("没有这样的词") == ()


def test_looking_a_word_up_loads_no_segmenter() -> None:
    program = "import sys; from pipeline.rulebook.dictionary import look_up; look_up('问题'); print(*sys.modules)"

    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    assert "pipeline.rulebook.dictionary" in loaded.split()
    assert "jieba" not in loaded.split()
