"""What an officer may do to a case, what it is afterwards, and what is said if it is not allowed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import Rejected
from pipeline.model import Case, CaseState, Verb
from pipeline.notify.acts import act
from pipeline.notify.casebook import hear
from pipeline.notify.routing import Routed
from tests.pipeline.notify.world import an_act, an_alert, at


def a_case() -> Case:
    case = hear(None, None, an_alert(), Routed("water", ("waterco", "st_hd")), "停水").case
    assert case is not None
    return case


@pytest.mark.parametrize(
    ("verb", "state", "words"),
    [
        (Verb.ACK, CaseState.ACKNOWLEDGED, {}),
        (Verb.ASSIGN, CaseState.ASSIGNED, {"unit": "housing"}),
        (Verb.CLOSE, CaseState.CLOSED, {"reason": "已恢复供水"}),
        (Verb.NOTE, CaseState.OPEN, {"reason": "已电话核实"}),
    ],
)
def test_an_act_moves_the_case_and_leaves_a_line(verb: Verb, state: CaseState, words: dict[str, str]) -> None:
    case = act(a_case(), an_act(verb, a_case(), "11:10", **words))
    assert case.state is state
    assert (case.history[-1].what, case.history[-1].by) == (verb.value, "值班员甲")


@pytest.mark.parametrize(
    ("before", "verb", "words", "told"),
    [
        ([], Verb.CLOSE, {}, "结果"),
        ([], Verb.ASSIGN, {}, "单位"),
        ([], Verb.RETURN, {"reason": "不归我管"}, "没有交办"),
        ([], Verb.REOPEN, {"reason": "又停水"}, "没有办结"),
        ([], Verb.NOTE, {}, "备注"),
        ([(Verb.ACK, {})], Verb.ACK, {}, "已经签收"),
        ([(Verb.ASSIGN, {"unit": "housing"})], Verb.RETURN, {}, "理由"),
        ([(Verb.CLOSE, {"reason": "好了"})], Verb.ACK, {}, "已经办结"),
        ([(Verb.CLOSE, {"reason": "好了"})], Verb.CLOSE, {"reason": "好了"}, "已经办结"),
        ([(Verb.CLOSE, {"reason": "好了"})], Verb.REOPEN, {}, "理由"),
    ],
)
def test_what_is_not_allowed_is_refused_in_words(
    before: list[tuple[Verb, dict[str, str]]], verb: Verb, words: dict[str, str], told: str
) -> None:
    case = a_case()
    for number, (earlier, said) in enumerate(before):
        case = act(case, an_act(earlier, case, f"11:1{number}", **said))
    with pytest.raises(Rejected, match=told):
        act(case, an_act(verb, case, "11:20", **words))


def test_a_returned_case_keeps_its_signature_and_goes_to_the_named_unit() -> None:
    case = act(a_case(), an_act(Verb.ASSIGN, a_case(), "11:10", unit="housing"))
    assert case.units == ("housing", "water", "waterco", "st_hd")
    case = act(case, an_act(Verb.RETURN, case, "11:20", reason="不归我管", unit="h12345"))
    assert (case.state, case.lead_unit, "housing" in case.units) == (CaseState.ACKNOWLEDGED, "h12345", False)


def test_whoever_hands_a_case_over_has_seen_it_and_an_earlier_signature_stays() -> None:
    handed = act(a_case(), an_act(Verb.ASSIGN, a_case(), "11:10", unit="housing", by="甲"))
    signed = act(a_case(), an_act(Verb.ACK, a_case(), "11:05", by="乙"))

    assert (handed.acked_by, handed.acked_at) == ("甲", at("11:10"))
    assert act(signed, an_act(Verb.ASSIGN, signed, "11:10", unit="housing", by="甲")).acked_by == "乙"


def test_a_case_opened_again_begins_without_signature_and_outcome() -> None:
    case = a_case()
    for verb, words in ((Verb.ACK, {}), (Verb.CLOSE, {"reason": "好了"}), (Verb.REOPEN, {"reason": "又停水"})):
        case = act(case, an_act(verb, case, "11:10", **words))

    assert (case.state, case.acked, case.acked_by, case.closed_at, case.outcome) == (
        CaseState.OPEN,
        False,
        "",
        None,
        "",
    )
    assert act(case, an_act(Verb.ACK, case, "11:20")).acked


@given(
    st.lists(st.tuples(st.sampled_from(Verb), st.sampled_from(["", "housing", "water"]), st.sampled_from(["", "理由"])))
)
def test_whatever_is_clicked_nothing_is_lost_from_the_history_and_no_unit_stands_twice(
    clicks: list[tuple[Verb, str, str]],
) -> None:
    case = a_case()
    for verb, unit, reason in clicks:
        before = case
        try:
            case = act(case, an_act(verb, case, "11:10", reason=reason, unit=unit))
        except Rejected:
            continue
        assert case.history[:-1] == before.history
        assert len(set(case.units)) == len(case.units)
        assert (case.state is CaseState.CLOSED) == (case.closed_at is not None) == bool(case.outcome)
        assert case.acked == bool(case.acked_by)
