"""A user's JSON body: whatever stands in a value, it stays a value."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.notify.json_template import JsonTemplate
from tests.contracts.notifier import NASTY, a_notification

BODY = '{"text": "{{ title }}", "level": "{{ level }}", "units": {{ units }}, "late": {{ late }}, "n": {{ count }}}'


@given(st.one_of(st.sampled_from(NASTY), st.text()))
def test_a_value_is_only_ever_a_value(words: str) -> None:
    body = json.loads(JsonTemplate(BODY).render(a_notification(title=words, units=("water", words), count=3)))

    assert body == {"text": words, "level": "yellow", "units": ["water", words], "late": False, "n": 3}


@pytest.mark.parametrize(
    "written", ["{{ title | tojson }}", '"{{ title | upper }}"', "\"{{ title ~ '' }}\"", '"{{ title | safe }}"']
)
@given(words=st.text())
def test_no_filter_lets_a_value_out_of_its_quotes(written: str, words: str) -> None:
    body = json.loads(JsonTemplate(f'{{"text": {written}, "safe": true}}').render(a_notification(title=words)))

    assert body == {"text": words.upper() if "upper" in written else words, "safe": True}


@pytest.mark.parametrize("words", ['a","level":"blue', 'x\n"'])
def test_what_a_user_calls_safe_is_no_more_trusted_than_the_rest(words: str) -> None:
    template = JsonTemplate('{"rule": "{{ rule.name | safe }}", "level": "{{ level }}"}')

    assert json.loads(template.render(a_notification(rule_name=words))) == {"rule": words, "level": "yellow"}


def test_a_template_may_ask_and_leave_out() -> None:
    template = JsonTemplate(
        '{"text": "{% if late %}补报 {% endif %}{{ case.name }}"{% if count > 1 %}, "n": {{ count }}{% endif %}}'
    )

    assert json.loads(template.render(a_notification(late=True, count=2))) == {"text": "补报 C-3F7KQ", "n": 2}
    assert json.loads(template.render(a_notification())) == {"text": "C-3F7KQ"}


@pytest.mark.parametrize(
    "source",
    [
        '{"text": {{ title }}}',  # no quotes around a text
        '{"text": "{{ titel }}"}',
        '{"text": "{{ title }"}',
        '{"text": "{{ title.__class__.__mro__ }}"}',
        '{"text": "{{ units }}"}',
        "",
    ],
)
def test_a_template_that_cannot_work_is_refused_before_the_first_alert(source: str) -> None:
    with pytest.raises(ValueError, match="模板"):
        JsonTemplate(source)


def test_a_refused_body_is_shown_with_its_sample() -> None:
    with pytest.raises(ValueError, match=r"样例：\{"):
        JsonTemplate('{"text": {{ summary }}}')
