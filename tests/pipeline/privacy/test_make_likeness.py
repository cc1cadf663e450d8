from __future__ import annotations

import numpy as np

from pipeline.privacy import make_likeness
from pipeline.privacy.likeness import COMMON, as_rows, with_titles
from pipeline.privacy.make_likeness import CHOSEN, LIKENESS, chosen, common, likeness, read_words

WORDS = [
    ("停水", 500, "v"),
    ("王建国", 3, "nr"),
    ("李建国", 3, "nr"),
    ("高楼大厦", 99, "n"),
    ("先生", 900, "n"),
    ("张先生", 9, "nr"),
]


def test_a_character_of_names_is_liker_a_name_than_one_of_words() -> None:
    told = dict(likeness(WORDS))

    assert told["建"].first > told["水"].first
    assert told["王"].family > told["停"].family


def test_a_given_name_is_one_that_several_families_gave_and_no_noun() -> None:
    told = dict(chosen(WORDS))

    assert "建国" in told
    assert "先生" not in told


def test_of_a_long_word_the_ends_count_where_a_name_could_begin() -> None:
    told = dict(common(WORDS))

    assert {"停水", "先生", "高楼大"} <= told.keys()
    assert "王建国" not in told


def test_the_lists_beside_the_code_are_the_ones_it_writes() -> None:
    words = read_words()

    rows = [f"{one} {' '.join(map(str, told))}" for one, told in likeness(words) if make_likeness._han(one)]
    assert rows == LIKENESS.read_text(encoding="utf-8").splitlines()
    assert sorted(f"{given} {told}" for given, told in chosen(words)) == CHOSEN.read_text(encoding="utf-8").splitlines()
    assert np.array_equal(as_rows(with_titles(dict(common(words)))), np.load(COMMON))
