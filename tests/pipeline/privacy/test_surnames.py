from __future__ import annotations

from pipeline.privacy.surnames import AMBIGUOUS, COMPOUND, NOUNS, SURNAMES, rare


def test_a_noun_that_may_be_a_surname_is_one_and_not_also_a_word_of_grammar() -> None:
    assert NOUNS <= SURNAMES
    assert not AMBIGUOUS & NOUNS


def test_compound_surnames_have_two_characters() -> None:
    assert all(len(name) == 2 for name in COMPOUND)


def test_only_what_no_ordinary_word_uses_is_rare() -> None:
    assert rare("\u3400")
    assert rare("𠮷")
    assert not any(rare(one) for one in "王龘中a1")
    assert not any(rare(one) for one in SURNAMES)
