from __future__ import annotations

import pickle
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.directory import Directory
from pipeline.model import Level
from pipeline.rulebook import SHIPPED, Rulebook, RuleType, assemble, check, run_examples
from tests.pipeline.rulebook.rules import a_rule, codes, read, read_text

HEAD = "schema: yuqing-rule/v1\ndefaults: {owner: 值班台}\nrules:\n"
FREQUENCY = {"type": "frequency", "num_events": 3, "timeframe": "2h"}


def test_the_shipped_rules_are_sound_and_every_example_holds() -> None:
    book = Rulebook.read(directory=Directory.read())

    assert book.faults == ()
    assert len(book.rules) >= 5
    assert all(len(rule.match) >= 3 and len(rule.no_match) >= 3 for rule in book.rules)
    assert all(result.passed for result in run_examples(book.rules))


def test_the_shipped_rules_name_no_place_of_any_district() -> None:
    files = [file for file in SHIPPED.glob("*.yaml") if not file.name.endswith(".test.yaml")]
    words = "".join(file.read_text(encoding="utf-8") for file in files)

    directory = Directory.read()
    names = [place.name for place in directory.places] + [directory.territory.name, *directory.outside]

    assert [name for name in names if name in words] == []


def test_defaults_of_the_language_are_those_of_the_paper(tmp_path: Path) -> None:
    rule = read(tmp_path, a_rule(**FREQUENCY)).rules[0]

    assert rule.type is RuleType.FREQUENCY
    assert (rule.count_by, rule.group_by, rule.num_events) == ("id", (), 3)
    assert rule.resolve_after == timedelta(hours=2)  # as long as the window, at least an hour
    assert rule.manner.group_wait_s == 30
    assert rule.manner.repeat_interval_s == 4 * 3600
    assert rule.manner.open_case
    assert rule.allowed_lateness == timedelta(hours=24)


@pytest.mark.parametrize(
    ("spelling", "level"), [("red", Level.L1), ("橙", Level.L2), ("黄色", Level.L3), ("L4", Level.L4)]
)
def test_levels_may_be_spelt_as_people_say_them(tmp_path: Path, spelling: str, level: Level) -> None:
    assert read(tmp_path, a_rule(level=spelling)).rules[0].level is level


def test_a_red_rule_does_not_wait_and_a_blue_one_opens_no_case(tmp_path: Path) -> None:
    red, blue = read(tmp_path, a_rule(level="red"), a_rule(id="test.blue", level="blue")).rules

    assert red.manner.group_wait_s == 0
    assert not blue.manner.open_case


def test_an_unmentioned_status_means_that_nobody_is_notified(tmp_path: Path) -> None:
    assert read(tmp_path, a_rule(status=None)).rules[0].shadow


def test_a_timeframe_may_be_written_the_elastalert_way(tmp_path: Path) -> None:
    rule = read(tmp_path, a_rule(type="frequency", num_events=2, timeframe={"hours": 1, "minutes": 10})).rules[0]

    assert rule.timeframe == timedelta(minutes=70)


@pytest.mark.parametrize("zone", ["Asia/Shangai", "Asia", "../x"])
def test_a_time_zone_that_is_none_is_an_error_in_a_rule_and_in_the_defaults(tmp_path: Path, zone: str) -> None:
    assert codes(read(tmp_path, a_rule(timezone=zone))) == ["E03"]
    assert codes(read(tmp_path, a_rule(), defaults={"owner": "值班台", "timezone": zone})) == ["E03"]


@pytest.mark.parametrize("key", ["query_key", "group-by"])
def test_other_spellings_of_group_by_work_and_are_pointed_out(tmp_path: Path, key: str) -> None:
    book = read(tmp_path, a_rule(**{key: "place.street"}))

    assert book.rules[0].group_by == ("place.street",)
    assert [fault.warning for fault in book.faults] == [True]


def test_a_fault_in_one_rule_spares_the_others(tmp_path: Path) -> None:
    book = read(tmp_path, a_rule(id="test.bad", level="purple"), a_rule(id="test.good"))

    assert list(book.by_id) == ["test.good"]
    assert codes(book) == ["E06"]


@pytest.mark.parametrize(
    "sections", [{"defaults": {"owner": "x", "match": {"where": {"place.stret": "x"}}}}, {"lsits": {}}]
)
def test_a_fault_in_what_all_rules_of_a_file_share_stops_them_all(tmp_path: Path, sections: dict[str, object]) -> None:
    book = read(tmp_path, a_rule(), **sections)

    assert (book.rules, len(book.errors)) == ((), 1)


def test_a_key_given_twice_inside_a_rule_does_not_quietly_drop_one(tmp_path: Path) -> None:
    read(tmp_path, a_rule())
    text = (tmp_path / "rules.yaml").read_text(encoding="utf-8").replace('"id"', '"level": "red", "id"')

    book = read_text(tmp_path, text)

    assert (book.rules, codes(book)) == ((), ["E01"])


def test_all_faults_are_told_at_once_each_with_its_line_and_column(tmp_path: Path) -> None:
    text = HEAD + "  - id: Test!\n    nmae: 测试\n    level: purple\n    match: {text: {any: [停水]}}\n    type: any\n"

    faults = read_text(tmp_path, text).faults

    places = {(fault.code, fault.place.removeprefix(f"{tmp_path / 'rules.yaml'}:")) for fault in faults}
    assert {("E05", "4:9"), ("E02", "5:5"), ("E06", "6:12"), ("E04", "4:5")} <= places
    assert [fault.place for fault in faults] == sorted(fault.place for fault in faults)  # in the order of the file
    assert "是不是想写 name" in next(fault.zh for fault in faults if fault.code == "E02")


def test_every_fault_speaks_chinese_and_english(tmp_path: Path) -> None:
    book = read(tmp_path, a_rule(level="purple", extra=1, type="spike", match={"where": {"place.stret": "x"}}))

    assert len(book.faults) >= 3
    assert all(not fault.zh.isascii() and fault.en.isascii() for fault in book.faults)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": None}, "E04"),
        ({"match": None}, "E04"),
        ({"annotations": None}, "E04"),
        ({"type": "frequency", "timeframe": "1h"}, "E04"),
        ({"id": "No"}, "E05"),
        ({"type": "often"}, "E06"),
        ({"status": "stabel"}, "E06"),
        ({"spike_height": 3}, "E07"),
        ({"name": True}, "E09"),
        ({"match": {}}, "E20"),
        ({"match": {"where": {"place.stret": "x"}}}, "E21"),
        ({"group_by": ["place.stret"]}, "E21"),
        ({"count_by": "author"}, "E21"),
        ({"match": {"where": {"numbers.deaths": "3"}}}, "E23"),
        ({"match": {"where": {"numbers.deaths|contains": 3}}}, "E22"),
        ({"match": {"where": {"watch": "专题"}}}, "E22"),
        ({"match": {"where": {"url|re": "(a"}}}, "E18"),
        ({"level_if": [{"when": "count >", "level": "red"}]}, "E24"),
        ({"level_if": [{"when": "delta > 3", "level": "red"}]}, "E24"),
        ({"immediate_if": "signal['无']"}, "E25"),
        ({"signals": {"甲": {"text": {"any": ["停电"]}}}}, "E25"),
        ({"annotations": {"summary": "{{ cuont }}"}}, "E26"),
        ({"annotations": {"summary": "{{ group['place.street'] }}"}}, "E26"),
        ({"type": "frequency", "num_events": 3, "timeframe": "0s"}, "E31"),
        ({"type": "frequency", "num_events": 3, "timeframe": "5wd"}, "E31"),
        ({"num_events": 3}, "E34"),
        ({"type": "frequency", "num_events": 0, "timeframe": "1h"}, "E34"),
        ({"level_if": [{"when": "count > 3", "level": "blue"}]}, "E51"),
        ({"level": "red", "notify": {"group_wait": "30s"}}, "E52"),
        ({"examples": {"match": ["停水了"]}}, "E61"),
        ({"examples": {"match": ["停电了"], "no_match": ["来水了"]}}, "E62"),
        ({"examples": {"match": ["停水了"], "no_match": ["没停水"]}}, "E62"),
    ],
)
def test_a_rule_that_cannot_work_is_refused(tmp_path: Path, changes: dict[str, object], code: str) -> None:
    book = read(tmp_path, a_rule(**changes))

    assert code in codes(book)
    assert book.rules == ()


def test_an_example_that_fails_says_which_words_hit_and_which_were_voided(tmp_path: Path) -> None:
    match = {"text": {"any": ["停水"], "except": ["暂停水果"], "none": ["通知"]}}
    book = read(tmp_path, a_rule(match=match, examples={"match": ["暂停水果，有通知"], "no_match": ["来水了"]}))

    assert "被屏蔽（暂停水果）：停水" in book.faults[0].zh
    assert "出现排除词：通知" in book.faults[0].zh


def test_an_example_may_give_the_fields_that_decide(tmp_path: Path) -> None:
    match = {"text": {"any": ["停水"]}, "where": {"source.class|not_in": ["official"]}}
    official = {"text": "停水公告", "source.class": "official"}

    assert read(tmp_path, a_rule(match=match, examples={"match": ["停水"], "no_match": [official]})).faults == ()
    assert codes(read(tmp_path, a_rule(match=match, examples={"match": [official], "no_match": ["无"]}))) == ["E62"]


def test_an_id_used_twice_is_refused_across_files(tmp_path: Path) -> None:
    read(tmp_path, a_rule())
    (tmp_path / "second.yaml").write_bytes((tmp_path / "rules.yaml").read_bytes())

    book = Rulebook.read([tmp_path])

    assert len(book.rules) == 1
    assert codes(book) == ["E05"]


def test_test_files_and_other_schemas_in_a_folder_are_passed_over(tmp_path: Path) -> None:
    read(tmp_path, a_rule())
    (tmp_path / "rules.test.yaml").write_text("rule_files: [rules.yaml]", encoding="utf-8")
    (tmp_path / "platform.yaml").write_text("schema: yuqing-platform/v1", encoding="utf-8")

    book = Rulebook.read([tmp_path])

    assert (len(book.rules), book.faults) == (1, ())


@pytest.mark.parametrize("schema", ["", "schema: yuqing-rules/v1\n", "schema: yuqing-rule/v2\n"])
def test_a_file_without_a_known_schema_is_a_mistake_not_a_silence(tmp_path: Path, schema: str) -> None:
    book = read_text(tmp_path, schema + "rules: []\n")

    assert len(book.errors) == 1


def test_a_missing_path_is_a_fault(tmp_path: Path) -> None:
    assert [fault.code for fault in check([tmp_path / "nowhere"])] == ["E01"]


def test_the_revision_changes_with_what_decides_and_with_nothing_else(tmp_path: Path) -> None:
    def rev(**changes: object) -> str:
        return read(tmp_path, a_rule(**changes)).rules[0].rev

    assert rev() == rev(name="别名", annotations={"summary": "别的话"}, description="说明")
    assert rev() != rev(match={"text": {"any": ["停水", "断水"]}})
    assert rev() != rev(level="orange")
    assert rev(**FREQUENCY) != rev(**{**FREQUENCY, "num_events": 4})


def test_a_changed_word_list_changes_the_revision(tmp_path: Path) -> None:
    rule = a_rule(match={"text": {"any": ["@词"]}})

    assert (
        read(tmp_path, rule, lists={"词": ["停水"]}).rules[0].rev
        != read(tmp_path, rule, lists={"词": ["停水", "断水"]}).rules[0].rev
    )


def test_a_rulebook_travels_to_a_worker_process() -> None:
    book = Rulebook.read()

    assert pickle.loads(pickle.dumps(book)) == book


def test_the_defaults_of_a_file_hold_unless_a_rule_names_the_same_field(tmp_path: Path) -> None:
    defaults = {"owner": "值班台", "match": {"where": {"place.street": "甲街道", "kind": "post"}}}
    other = {"text": {"any": ["停水"]}, "where": {"place.street": "乙街道"}}

    first, second = read(tmp_path, a_rule(), a_rule(id="test.other", match=other), defaults=defaults).rules

    assert [(test.field, test.value) for test in first.condition.where[0]] == [
        ("place.street", "甲街道"),
        ("kind", "post"),
    ]
    assert [(test.field, test.value) for test in second.condition.where[0]] == [
        ("kind", "post"),
        ("place.street", "乙街道"),
    ]


def test_a_place_that_the_directory_does_not_know_is_warned_of(tmp_path: Path) -> None:
    read(tmp_path, a_rule(match={"text": {"any": ["停水"]}, "where": {"place.street": "湖西街道"}}))

    book = Rulebook.read([tmp_path], Directory.read())

    assert [("湖西街道" in fault.zh, fault.warning) for fault in book.faults] == [(True, True)]
    assert len(book.rules) == 1


def test_a_right_used_must_not_make_a_matter_louder(tmp_path: Path) -> None:
    book = read(tmp_path, a_rule(match={"text": {"any": ["停水", "上访"]}}))

    assert codes(book) == ["W08"]


@pytest.mark.parametrize(("field", "found"), [("author.key", ["P-01", "W09"]), ("lang", ["W09"])])
def test_a_condition_on_who_wrote_is_pointed_out(tmp_path: Path, field: str, found: list[str]) -> None:
    book = read(tmp_path, a_rule(match={"text": {"any": ["停水"]}, "where": {field: "x"}}))

    assert sorted(codes(book)) == found


def test_rules_that_inhibit_each_other_in_a_circle_are_refused_and_others_are_not(tmp_path: Path) -> None:
    rules = [a_rule(id="r.one", suppress=[{"inhibited_by": "r.two", "action": "merge"}]),
             a_rule(id="r.two", suppress=[{"inhibited_by": "r.one", "action": "merge"}], group_by=["kind"]),
             a_rule(id="r.six", suppress=[{"inhibited_by": "r.one", "action": "merge"}], group_by=["platform"])]  # fmt: skip

    book = read(tmp_path, *rules)

    assert codes(book) == ["E57", "E57"]
    assert [rule.id for rule in book.rules] == ["r.six"]


def test_the_ten_rules_of_our_paper_are_sound_as_they_stand_there() -> None:
    book = Rulebook.read([Path(__file__).parent / "papers"])

    assert book.errors == ()
    assert len(book.rules) == 10
    assert {rule.type.value for rule in book.rules} == {
        "any", "frequency", "sequence", "spike", "growth", "flatline", "deadline"
    }  # fmt: skip
    assert all(result.passed for result in run_examples(book.rules))


def test_what_cannot_be_read_as_a_file_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()

    assert [fault.code for fault in check([tmp_path])] == ["E01"]


_ANY_KEY = (
    "text where any must none except near min a b within fields same ordered fold when level route group_wait open key "
    "summary advice match no_match minutes title place.street numbers.deaths|gte watch|contains text|re at|gt"
).split()
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text("停水@!{}'0159dh|. ", max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_ANY_KEY), inner, max_size=4),
    max_leaves=12,
)


@given(key=st.sampled_from([*assemble.RULE_KEYS, "spike_height"]), value=_JSON)
@settings(max_examples=500, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_nothing_that_people_can_write_brings_the_reader_down(tmp_path: Path, key: str, value: object) -> None:
    book = read(tmp_path, a_rule(**{key: value}), a_rule(id="test.other"))

    assert "test.other" in book.by_id
    assert "test.rule" in book.by_id or book.errors


@given(section=st.sampled_from(["defaults", "lists", "variants", "schema"]), value=_JSON)
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_section_of_a_file_brings_the_reader_down(tmp_path: Path, section: str, value: object) -> None:
    book = read(tmp_path, a_rule(owner="值班台"), **{section: value})

    assert book.rules or book.faults
