"""Test files beside rule files (``停水.yaml`` ↔ ``停水.test.yaml``), read and checked (RULES §3.5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from pipeline.errors import Fault, Misconfigured
from pipeline.model import FIELDS, MISSING, Level
from pipeline.rulebook import SHIPPED
from pipeline.settings import Duration, wrong

_SHORTHANDS = {"author": "author.key", "cluster": "cluster.id"}
_CONTROL = ("at", "repeat", "ingest_delay")


def _level(word: object) -> Level:
    try:
        return Level.read(str(word))
    except KeyError as error:
        raise ValueError(f"没有这个级别：{word} / no such level") from error


def _fields(values: dict[str, Any]) -> dict[str, Any]:
    """Return *values* by the names of §5.1. Raises ValueError for a name that nothing produces."""
    named = {_SHORTHANDS.get(name, name): value for name, value in values.items()}
    for name in named:
        if name not in FIELDS:
            raise ValueError(f"没有字段 {name} / unknown field {name}")
    return named


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Repeat(_Entry):
    """The same post *count* times, *every* so long; ``{n}`` in its values counts from 0."""

    count: int = Field(ge=1, le=100_000)
    every: Duration = timedelta(0)


class InputDoc(_Entry):
    """One post: when it was published (from the start of the test), when it was collected, what is known of it."""

    at: Duration
    repeat: Repeat = Repeat(count=1)
    ingest_delay: Duration = timedelta(0)
    values: Annotated[dict[str, Any], AfterValidator(_fields)] = Field(default_factory=dict)

    @classmethod
    def read(cls, tree: dict[str, Any]) -> InputDoc:
        values = {key: value for key, value in tree.items() if key not in _CONTROL}
        return cls.model_validate({key: tree[key] for key in _CONTROL if key in tree} | {"values": values})


class ExpectedAlert(_Entry):
    """An alert that must be firing; what is left out does not matter."""

    level: Annotated[Level, BeforeValidator(_level)]
    group: tuple[str, ...] = ()
    active_at: Duration | None = None
    late: bool | None = None


class Check(_Entry):
    """At *eval_time* exactly these alerts are firing; an empty list means quiet."""

    eval_time: Duration
    exp_alerts: tuple[ExpectedAlert, ...]


class CalendarDays(_Entry):
    """A calendar of a test's own, so that it does not depend on how a real year was arranged."""

    holidays: tuple[date, ...] = ()
    makeup_workdays: tuple[date, ...] = ()


class RuleTest(_Entry):
    """A history of posts, and what must be firing when.

    *directory* has the lists that the rule expects to hear from; a ``since`` such as ``0d`` counts from the start.
    *calendar* names one of the file's calendars; without a name the first of them counts, without any the statutory.
    """

    name: str
    rule: str
    start_timestamp: AwareDatetime
    directory: dict[str, tuple[dict[str, Any], ...]] = Field(default_factory=dict)
    calendar: str = ""
    doc_defaults: Annotated[dict[str, Any], AfterValidator(_fields)] = Field(default_factory=dict)
    input_docs: tuple[Annotated[InputDoc, BeforeValidator(InputDoc.read)], ...] = ()
    alert_rule_test: tuple[Check, ...] = Field(min_length=1)


class TestFile(_Entry):
    """One file of tests; *rule_files* count from its folder."""

    __test__ = False  # for people's rules, not one of pytest's

    rule_files: tuple[Path, ...] = Field(min_length=1)
    timezone: str = "Asia/Shanghai"
    calendars: dict[str, CalendarDays] = Field(default_factory=dict)
    tests: tuple[RuleTest, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _known_calendars(self) -> TestFile:
        unknown = sorted({test.calendar for test in self.tests} - {"", *self.calendars})
        if unknown:
            raise ValueError(f"没有日历 {'、'.join(unknown)} / unknown calendar")
        return self

    def calendar_of(self, test: RuleTest) -> CalendarDays | None:
        """Return the calendar that *test* counts by; None for the statutory one."""
        return self.calendars[test.calendar] if test.calendar else next(iter(self.calendars.values()), None)


@dataclass(frozen=True)
class FoundTest:
    """A test with the file it stands in and the rule files it is about."""

    file: Path
    rule_files: tuple[Path, ...]
    test: RuleTest
    calendar: CalendarDays | None = None


def find_tests(paths: Sequence[Path]) -> list[FoundTest]:
    """Return the tests that stand beside the rule files in *paths*. Raises Misconfigured with every fault."""
    faults: list[Fault] = []
    found: list[FoundTest] = []
    for file in _test_files(paths or [SHIPPED]):
        try:
            read = TestFile.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            faults.append(Fault(str(file), f"不是有效的 YAML：{error}", f"not valid YAML: {error}"))
            continue
        except ValidationError as error:
            faults += [Fault(f"{file}: {'.'.join(map(str, item['loc']))}", *wrong(item)) for item in error.errors()]
            continue
        rule_files = tuple(file.parent / rule_file for rule_file in read.rule_files)
        found += [FoundTest(file, rule_files, test, read.calendar_of(test)) for test in read.tests]
    if faults:
        raise Misconfigured(faults)
    return found


def _test_files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(path.rglob("*.test.y*ml"))
        else:
            yield from sorted(path.parent.glob(f"{path.stem}.test.y*ml"))


def group_of(values: tuple[str, ...]) -> tuple[str, ...]:
    """Return a group as alerts have it: an empty value is a missing one."""
    return tuple(value or MISSING for value in values)
