from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analyse.finder import CONTAINED, SHORT, SHORT_EXTRA, SHORTER, WIDTH
from pipeline.analyse.heads import BLOCK, Heads, Said
from pipeline.analyse.keyform import forms
from pipeline.analyse.veto import NOWHERE

LIFT = "锦湖里七号楼的电梯坏了一个星期,老人下不了楼,物业说在等配件"
BUS = "公交车站牌倒了好几天,等车的人都站在路中间,天黑了很危险的"


def said(text: str) -> Said:
    return Said(forms([text]).words[0])


def holding(*posts: tuple[int, str], most: int = 1_000) -> Heads:
    """Return heads that were given one at a time."""
    heads = Heads(most)
    for cluster, text in posts:
        meet(heads, text)
        heads.add(0, cluster)
        heads.settle()
    return heads


def meet(heads: Heads, *texts: str) -> list[int]:
    formed = forms(texts)
    return heads.meet(formed.traces, formed.words, [NOWHERE] * len(texts), [0.0] * len(texts))


def met(heads: Heads, text: str) -> list[int]:
    meet(heads, text)
    return clusters(heads, 0)


def clusters(heads: Heads, row: int) -> list[int]:
    return sorted(head.cluster for _, head in heads.heads(row))


def letter(number: int) -> str:
    """Return texts that have nothing in common."""
    return "".join(chr(0x4E00 + (number * 40 + at) % 20_000) for at in range(40))


def test_texts_that_share_most_words_meet_and_strangers_do_not() -> None:
    heads = holding((1, BUS), (2, LIFT))

    assert met(heads, LIFT[:-3]) == [2]
    assert met(heads, "停暖三天了,屋里只有十二度,孩子都感冒了怎么办") == []


@pytest.mark.parametrize("more", [0, BLOCK - 1, BLOCK, 3 * BLOCK])
def test_a_head_is_met_before_and_after_it_goes_to_its_shelf(more: int) -> None:
    heads = holding((-1, LIFT), *((number, letter(number)) for number in range(more)))

    assert met(heads, LIFT[2:]) == [-1]
    assert heads.room >= 1


def test_the_oldest_go_when_there_are_too_many() -> None:
    heads = holding((-1, LIFT), *((number, letter(number)) for number in range(30)), most=20)

    assert met(heads, LIFT) == []
    assert met(heads, letter(29)) == [29]


def test_what_takes_the_place_of_a_head_that_was_just_met_is_met_as_itself() -> None:
    heads = holding((1, LIFT), (2, BUS), (3, letter(1)), (4, letter(2)), most=4)
    meet(heads, LIFT, letter(7), letter(7)[2:])

    assert clusters(heads, 0) == [1]
    heads.add_all(1, range(9, 10))
    assert clusters(heads, 2) == [9]
    assert clusters(heads, 0) == []


def test_of_a_flood_of_one_form_letter_the_newest_are_remembered() -> None:
    flood = [(number, LIFT.replace("七号楼", f"{number}号楼")) for number in range(1, BLOCK + 20)]
    heads = holding(*flood)

    found = met(heads, flood[-1][1])

    assert flood[-1][0] in found
    assert len(found) <= WIDTH + 2


@pytest.mark.parametrize(("part", "shared"), [(1.0, True), (0.5, True), (0.2, False)])
def test_a_quotation_that_is_much_shorter_says_less(part: float, shared: bool) -> None:
    text = LIFT + BUS

    assert bool(said(text).share(said(text[: round(len(text) * part)]))) is shared


def test_a_text_is_fuller_than_what_was_cut_from_it_and_not_than_a_part_of_a_digest() -> None:
    assert said(LIFT).fuller(said(LIFT[: len(LIFT) // 2]))
    assert not said(LIFT[:-2]).fuller(said(LIFT))
    assert not said(LIFT + BUS + letter(1)).fuller(said(LIFT))


LETTERS = st.text("停水电气煤漏泄欠薪资0123", min_size=8, max_size=120)


@given(LETTERS, LETTERS, LETTERS)
def test_likeness_is_mutual_and_the_share_of_the_shorter_ones_words(shared: str, before: str, after: str) -> None:
    one, other = said(shared + before), said(after + shared)
    short, long = sorted((len(one.words), len(other.words)))
    ours, theirs = ({said.words[at : at + 3] for at in range(len(said.words) - 2)} for said in (one, other))
    small = min(len(ours), len(theirs))
    share = len(ours & theirs) / small
    needed = CONTAINED + SHORT_EXTRA * max(0.0, 1 - small / SHORT)

    assert one.share(other) == other.share(one) == (share if short >= SHORTER * long and share >= needed else 0.0)
    assert one.share(one) == 1


def test_a_post_that_has_nothing_in_common_with_others_is_no_doubtful_one() -> None:
    assert meet(holding((1, LIFT[:-2])), LIFT, BUS, LIFT[2:], letter(1)) == [0, 2]


def test_a_head_tells_who_said_what_and_when_in_the_batch_and_after_it() -> None:
    heads = Heads(10)
    formed = forms([BUS, LIFT, LIFT[1:]])
    known = [NOWHERE, ("湖东街道", None, None, None, None), NOWHERE]
    expected = Said(formed.words[1], known[1], 2.5, 7)
    heads.meet(formed.traces, formed.words, known, [1.5, 2.5, 3.5])
    heads.add_all(1, range(7, 8))

    assert [head for _, head in heads.heads(2)] == [expected]
    heads.settle()
    meet(heads, LIFT)
    assert [head for _, head in heads.heads(0)] == [expected]


@pytest.mark.parametrize(("one", "other", "apart"), [("4号楼停电了", "14号楼停电了", True), (LIFT[9:], LIFT, False)])
def test_a_piece_speaks_of_the_same_unless_a_number_was_cut(one: str, other: str, apart: bool) -> None:
    assert said(one).contradicts(said(other), 1.0) is said(other).contradicts(said(one), 1.0) is apart
