from __future__ import annotations

from pipeline.analyse import harm, verdict
from pipeline.analyse.alike import told
from pipeline.analyse.cues import Lexicon
from pipeline.analyse.tiers import LOWER, TIERS, odds
from pipeline.text.normal import normal, squeeze

LEXICON = Lexicon.read()
EVEN = [0.0] * len(TIERS)
NOTHING = {verdict.SOUND + name: 0.0 for name in (*LOWER, *verdict.sound_of_danger(EVEN, EVEN))} | {verdict.BIAS: 0.0}


def facts(text: str) -> frozenset[str]:
    reading = LEXICON.read_text(normal(text), *squeeze(normal(text)))
    return verdict.facts_of_danger(reading, harm.weighed(reading), told(reading))


def test_a_word_that_stands_and_one_that_is_taken_back_are_different_facts() -> None:
    assert "live.harm.H3" in facts("楼上着火了")
    assert {"all.doubted", "doubt.rehearsed", "near.drill"} <= facts("消防演练，模拟着火")
    assert "unnamed" in facts("里面的人敲着玻璃")


def test_what_stands_in_an_aside_is_no_fact() -> None:
    assert facts("楼上着火了，领导曾经来过") == facts("楼上着火了")


def test_weights_of_what_holds_and_of_the_sound_add_up() -> None:
    weights = NOTHING | {"live.harm.H3": 1.0, "near.drill": -3.0, verdict.SOUND + "odds": 0.5, verdict.BIAS: 0.25}
    weighs = verdict.danger(weights, frozenset({"live.harm.H3", "unknown"}), [0.0, 0.0, 0.0, 4.0], EVEN)
    assert weighs == 1.25 + 0.5 * odds([0.0, 0.0, 0.0, 4.0])


def test_what_words_say_stands_unless_another_tier_is_clearly_likelier() -> None:
    even = dict.fromkeys(LOWER, NOTHING)
    assert verdict.Below(even).tier("H1", (), EVEN) == "H1"
    for_h0 = verdict.Below(even | {"H0": NOTHING | {"some": 1.0}})
    assert for_h0.tier("H1", ("some",), EVEN) == "H0"
    assert for_h0.tier("H2", ("some", verdict.LOSS), EVEN) == "H2"


def test_a_tier_below_danger_is_what_facts_and_sounds_weigh_asked_once_or_again() -> None:
    weights = {
        tier: NOTHING | {"some": one, verdict.SOUND + tier: 1.0}
        for tier, one in zip(LOWER, (0.0, 1.5, 0.5), strict=True)
    }
    below = verdict.Below(weights)
    for sounds, tier in (([3.0, 1.0, 0.0, 0.0], "H0"), ([1.0, 1.0, 0.0, 9.0], "H1"), ([0.0, 0.0, 2.5, 0.0], "H2")) * 2:
        assert below.tier("H1", ("some",), sounds) == tier
