from __future__ import annotations

import pickle

import pytest

from pipeline.model import Level
from pipeline.rulebook import Template, TemplateError
from pipeline.rulebook.template import MAX_OUTPUT
from tests.pipeline.match.posts import a_doc

CONTEXT = {
    "count": 12,
    "doc": a_doc("文桥路停水了，没有人管", title="停水", share=800),
    "group": {"place.street": "甲街道"},
    "level": Level.L2,
    "rule": "停水断水",
}


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ group['place.street'] }} {{ count }} 人", "甲街道 12 人"),
        ("{{ doc.text | truncate(5, True, '…', 0) }}", "文桥路停…"),
        ("{{ doc.engagement.share }} {{ doc.source.class }}", "800 forum"),
        ("{{ rule }}（{{ level }}）", "停水断水（橙）"),
        ("亡 {{ doc.numbers.deaths }}", "亡 —"),
        ("{{ doc.place.street | default('街道不明') }}", "街道不明"),
        ("{% if doc.numbers.deaths >= 1 %}有亡{% else %}无亡{% endif %}", "无亡"),
        ("{{ '多' if count > 10 else '少' }}", "多"),
    ],
)
def test_a_template_is_filled_from_the_alert(source: str, text: str) -> None:
    assert Template.parse(source).render(CONTEXT) == text


@pytest.mark.parametrize(
    "source",
    [
        "{{ count",
        "{{ cuont }}",
        "{{ doc.place.stret }}",
        "{{ doc.place }}",
        "{{ count.real }}",
        "{{ doc.title.upper() }}",
        "{{ ''.__class__ }}",
        "{{ doc['text'] }}",
        "{% for i in reached %}x{% endfor %}",
        "{% set x = 1 %}",
        "{% include 'x' %}",
        "{{ 'x' * 1000000000 }}",
        "{{ 9 ** 999999999 }}",
        "{{ '%999999999d' % 1 }}",
        "{{ 'x' | center(1000000000) }}",
        "{{ 'x' | attr('__class__') }}",
        "{{ range(9) }}",
        "{{ 1 / 0 }}",
        "{{ count | nothing }}",
        "x" * 3000,
    ],
)
def test_a_template_that_could_do_harm_or_fail_is_refused(source: str) -> None:
    with pytest.raises(TemplateError):
        Template.parse(source)


def test_a_long_post_gives_a_capped_text() -> None:
    doc = a_doc("水" * 50_000)

    assert len(Template.parse("{{ doc.text }}").render({"doc": doc})) == MAX_OUTPUT


def test_a_post_cannot_write_a_template() -> None:
    doc = a_doc("{{ count }}{% for i in reached %}")

    assert Template.parse("{{ doc.text }}").render({"doc": doc, "count": 3}) == "{{ count }}{% for i in reached %}"


def test_a_failure_is_said_in_the_text_because_the_alert_must_still_go_out() -> None:
    assert "模板出错" in Template.parse("{{ 1 / count }}").render({"count": 0})


def test_a_template_travels_to_another_process() -> None:
    template = Template.parse("{{ count }} 人")

    again = pickle.loads(pickle.dumps(template))

    assert again == template
    assert again.render({"count": 3}) == "3 人"
