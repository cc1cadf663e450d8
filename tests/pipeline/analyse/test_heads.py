from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analyse.heads import CONTAINED, DEPTH, SHORT, SHORT_EXTRA, SHORTER, Head, Heads, Said
from pipeline.analyse.keyform import SKETCH, forms

LIFT = "锦湖里七号楼的电梯坏了一个星期,老人下不了楼,物业说在等配件"
BUS = "公交车站牌倒了好几天,等车的人都站在路中间,天黑了很危险的"
WINDOW_S = 3600.0


def said(text: str) -> Said:
    found = forms([text])
    return Said(text, None, found.grams[0], found.sketches[0])


def bands(text: str) -> list[int]:
    return [place << 32 | band for place, band in enumerate(forms([text]).bands[0].tolist())]


def like(heads: Heads, text: str, at: float = 0.0) -> str | None:
    found: tuple[Head, float] | None = heads.earliest_like(said(text), at, bands(text))
    return found[0].cluster if found else None


def holding(*posts: tuple[str, str, float], most: int = 100) -> Heads:
    heads = Heads(WINDOW_S, most)
    for cluster, text, at in posts:
        heads.add(cluster, at, said(text), bands(text))
    return heads


def test_the_earliest_head_that_says_the_same_is_found() -> None:
    heads = holding(("bus", BUS, 0), ("lift", LIFT, 1), ("later", LIFT, 2))

    assert like(heads, LIFT[:-3], 3) == "lift"
    assert like(heads, "停暖三天了,屋里只有十二度,孩子都感冒了怎么办", 3) is None


def test_what_was_said_too_long_ago_or_of_another_building_is_another_matter() -> None:
    heads = holding(("lift", LIFT.replace("七号楼", "7号楼"), 0))

    assert like(heads, LIFT, WINDOW_S) == "lift"
    assert like(heads, LIFT, WINDOW_S + 1) is None
    assert like(heads, LIFT, -WINDOW_S - 1) is None  # of two posts either may come first
    assert like(heads, LIFT.replace("七号楼", "9号楼"), 1) is None


@pytest.mark.parametrize(("part", "shared"), [(1.0, True), (0.5, True), (0.2, False)])
def test_a_quotation_that_is_much_shorter_says_less(part: float, shared: bool) -> None:
    text = LIFT + BUS

    assert bool(said(text).share(said(text[: round(len(text) * part)]))) is shared


@given(
    st.text(st.sampled_from("停水电气暖"), min_size=10, max_size=60),
    st.text(st.sampled_from("停水电气暖"), min_size=10, max_size=60),
)
def test_likeness_is_mutual_and_a_share(one: str, other: str) -> None:
    share = said(one).share(said(other))

    assert share == said(other).share(said(one))
    assert 0 <= share <= 1
    assert said(one).share(said(one)) == 1


def test_old_heads_go_with_time_and_the_oldest_with_numbers() -> None:
    heads = holding(("lift", LIFT, 0), ("bus", BUS, 10), most=1)

    heads.forget(10)
    assert (len(heads), like(heads, LIFT, 10), like(heads, BUS, 10)) == (1, None, "bus")

    heads.forget(10 + WINDOW_S + 1)
    assert (len(heads), like(heads, BUS, 10)) == (0, None)


def test_when_the_oldest_of_a_band_is_forgotten_the_next_takes_its_place() -> None:
    heads = holding(("first", LIFT, 0), ("second", LIFT, 100))

    heads.forget(WINDOW_S + 1)

    assert like(heads, LIFT, 100) == "second"


def test_a_flood_of_one_template_costs_no_more_and_the_first_and_the_newest_are_remembered() -> None:
    flood = [(f"c{number}", LIFT.replace("七号楼", f"{number}号楼"), float(number)) for number in range(1, DEPTH + 20)]
    heads = holding(*flood)

    assert like(heads, flood[0][1], 100) == "c1"
    assert like(heads, flood[-1][1], 100) == flood[-1][0]


LETTERS = st.text("停水电气煤漏泄欠薪资0123", min_size=8, max_size=120)


def counted(one: Said, other: Said) -> float:
    """Return the share of the shorter one's 3-grams that both have, by counting all of them."""
    mine, theirs = set(one.grams.tolist()), set(other.grams.tolist())
    small, large = sorted((len(mine), len(theirs)))
    share = len(mine & theirs) / small
    needed = CONTAINED + SHORT_EXTRA * max(0.0, 1 - small / SHORT)
    return share if small >= SHORTER * large and share >= needed else 0.0


@given(LETTERS, LETTERS, LETTERS)
def test_a_glance_at_the_sketches_denies_nothing_that_counting_finds(shared: str, before: str, after: str) -> None:
    one, other = said(shared + before), said(after + shared)

    assert one.share(other) == counted(one, other)


def test_a_text_with_more_3_grams_than_a_sketch_has_bits_is_still_like_itself() -> None:
    text = "".join(map(chr, range(0x4E00, 0x4E00 + SKETCH + 1_000)))

    assert said(text).share(said(text[:-500])) == 1.0
