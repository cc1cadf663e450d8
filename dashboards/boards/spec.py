"""What stands on the boards: ``spec.yaml`` read into types, with every fault named by its place."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from dashboards.boards.documents import TIME, VIEWS, View
from pipeline.errors import Fault, Misconfigured
from pipeline.model import Type

SHIPPED: Final = Path(__file__).with_name("spec.yaml")
COLUMNS: Final = 48

Face = Literal["staff", "leader"]
Kind = Literal["metric", "line", "bar", "rows", "pie", "table", "cloud", "heatmap", "list", "words"]
SPLITS: Final[dict[str, range]] = {
    "metric": range(1), "line": range(1, 3), "bar": range(1, 3), "rows": range(1, 3), "pie": range(1, 2),
    "table": range(1, 4), "cloud": range(1, 2), "heatmap": range(2, 3), "list": range(1), "words": range(1),
}  # fmt: skip
"""How many splits each kind of panel takes."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _two(value: object) -> object:
    """Read ``[中文, English]``."""
    return {"zh": value[0], "en": value[1]} if isinstance(value, list) and len(value) == 2 else value


class Both(_Part):
    """Words for people, Chinese and English."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


Words = Annotated[Both, BeforeValidator(_two)]


class Split(_Part):
    """By what a panel is divided: a step of time, or the *most* frequent values of a field (by the first measure)."""

    time: Literal["auto", "hour", "day", "week"] | None = None
    field: str = ""
    most: int = Field(default=10, ge=1, le=100)
    by_key: bool = False  # in the order of the values, not of their numbers

    @model_validator(mode="after")
    def _one(self) -> Split:
        if (self.time is None) == (not self.field):
            raise ValueError("写 time 或 field 之一 / write either time or field")
        return self


class Measure(_Part):
    """What is counted: documents, or a number in them."""

    what: Literal["count", "sum", "avg", "max", "unique", "percentile"] = "count"
    field: str = ""
    at: int = Field(default=95, ge=1, le=99)
    label: Words

    @model_validator(mode="after")
    def _field_or_none(self) -> Measure:
        if (self.what == "count") != (not self.field):
            raise ValueError("count 不带 field，其余都要 / count takes no field, all others do")
        return self


class Grid(_Part):
    x: int = Field(ge=0, lt=COLUMNS)
    y: int = Field(ge=0)
    w: int = Field(ge=1, le=COLUMNS)
    h: int = Field(ge=1)

    def overlaps(self, other: Grid) -> bool:
        apart = (
            self.x >= other.x + other.w or other.x >= self.x + self.w
            or self.y >= other.y + other.h or other.y >= self.y + self.h
        )  # fmt: skip
        return not apart


def _grid(value: object) -> object:
    return dict(zip("xywh", value, strict=True)) if isinstance(value, list) and len(value) == 4 else value


class Panel(_Part):
    """One panel. *says* is what it means, for the guide; *query* is in Lucene's syntax, the same for all servers."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{1,30}$")
    kind: Kind
    title: Words
    says: Words | None = None
    view: str = ""
    query: str = ""
    split: tuple[Split, ...] = ()
    measure: tuple[Measure, ...] = ()
    columns: tuple[str, ...] = ()
    newest: int = Field(default=50, ge=1, le=50)  # a list never shows more (DOMAIN P-28)
    words: Words | None = None
    grid: Annotated[Grid, BeforeValidator(_grid)]

    @property
    def measures(self) -> tuple[Measure, ...]:
        return self.measure or (Measure(label=Both(zh="条数", en="Count")),)

    @property
    def markdown(self) -> str:
        return self.words.zh if self.words else ""

    def fields(self) -> Iterator[str]:
        """Yield every field that the panel names, but for those in its query."""
        yield from (split.field for split in self.split if split.field)
        yield from (measure.field for measure in self.measure if measure.field)
        yield from self.columns


class Board(_Part):
    """One board in one face."""

    id: str = Field(pattern=r"^[a-z]+$")
    face: Face
    title: Words
    about: Words
    since: str = Field(default="now-7d/d", pattern=r"^now-\d+[hdw](/d)?$")
    controls: tuple[str, ...] = ()  # of the first panel's view
    panels: tuple[Panel, ...]

    @property
    def key(self) -> str:
        return f"{self.id}-{self.face}"

    @property
    def view(self) -> str:
        """The view that the controls filter."""
        return next(panel.view for panel in self.panels if panel.view)


class Spec(_Part):
    boards: tuple[Board, ...]

    def board(self, key: str) -> Board:
        """Return the board of that key (``overview-staff``). Raises KeyError."""
        return {board.key: board for board in self.boards}[key]


def read(file: Path = SHIPPED) -> Spec:
    """Return the spec in *file*. Raises Misconfigured with every fault."""
    try:
        tree = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise Misconfigured([Fault(file.name, f"读不了：{error}", f"cannot be read: {error}")]) from error
    try:
        spec = Spec.model_validate(tree)
    except ValidationError as error:
        raise Misconfigured([_fault(file, item) for item in error.errors()]) from error
    if faults := list(_faults(spec, file)):
        raise Misconfigured(faults)
    return spec


@lru_cache(maxsize=1)
def shipped() -> Spec:
    return read(SHIPPED)


def _fault(file: Path, item: Any) -> Fault:
    place = ".".join(str(step) for step in item["loc"])
    return Fault(f"{file.name}: {place}", f"写法不对：{item['msg']}", item["msg"])


def _faults(spec: Spec, file: Path) -> Iterator[Fault]:
    keys = [board.key for board in spec.boards]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield Fault(f"{file.name}: {key}", "看板写了两次", "this board is written twice")
    for board in spec.boards:
        yield from _board_faults(board, f"{file.name}: {board.key}")


def _board_faults(board: Board, place: str) -> Iterator[Fault]:
    ids = [panel.id for panel in board.panels]
    for id_ in sorted({id_ for id_ in ids if ids.count(id_) > 1}):
        yield Fault(f"{place}.{id_}", "编号重复", "this id is used twice")
    for panel in board.panels:
        yield from _panel_faults(board, panel, f"{place}.{panel.id}")
    for number, panel in enumerate(board.panels):
        for other in board.panels[number + 1 :]:
            if panel.grid.overlaps(other.grid):
                yield Fault(f"{place}.{panel.id}", f"与 {other.id} 重叠", f"overlaps {other.id}")
    for name in board.controls:
        yield from _field_faults(VIEWS[board.view], name, f"{place}.controls", split=True)
    if board.face == "leader" and board.controls:
        yield Fault(f"{place}.controls", "领导看板不设筛选", "leaders' boards have no filters (DOMAIN P-30)")


def _panel_faults(board: Board, panel: Panel, place: str) -> Iterator[Fault]:
    if panel.grid.x + panel.grid.w > COLUMNS:
        yield Fault(place, f"超出 {COLUMNS} 列", f"reaches beyond {COLUMNS} columns")
    if len(panel.split) not in SPLITS[panel.kind]:
        yield Fault(place, f"{panel.kind} 的 split 个数不对", f"a {panel.kind} takes another number of splits")
    if panel.kind == "words":
        if panel.words is None:
            yield Fault(place, "缺少 words", "words are missing")
        return
    if panel.view not in VIEWS:
        yield Fault(place, f"没有数据视图 {panel.view!r}", f"there is no view {panel.view!r}")
        return
    view = VIEWS[panel.view]
    if board.face == "leader" and (panel.view != "board" or panel.kind == "list"):
        yield Fault(place, "领导看板只用汇总", "leaders' boards show aggregates only (DOMAIN P-29)")
    if (panel.kind == "list") != bool(panel.columns):
        yield Fault(place, "columns 只用于 list", "columns belong to a list, and a list needs them")
    for split in panel.split:
        yield from _field_faults(view, split.field or TIME, place, split=True)
    for measure in panel.measure:
        yield from _measure_faults(view, measure, place)
    for name in panel.columns:
        yield from _field_faults(view, name, place)


def _measure_faults(view: View, measure: Measure, place: str) -> Iterator[Fault]:
    if not measure.field:
        return
    yield from _field_faults(view, measure.field, place, split=True)
    column = view.columns.get(measure.field)
    if column and measure.what != "unique" and column.type not in (Type.NUMBER, Type.TIME):
        yield Fault(place, f"{measure.field} 不是数", f"{measure.field} is no number")


def _field_faults(view: View, name: str, place: str, *, split: bool = False) -> Iterator[Fault]:
    column = view.columns.get(name)
    if column is None:
        near = difflib.get_close_matches(name, view.columns, 1)
        hint = (f"，是不是 {near[0]}", f"; did you mean {near[0]}") if near else ("", "")
        yield Fault(place, f"{view.name} 没有字段 {name}{hint[0]}", f"{view.name} has no field {name}{hint[1]}")
    elif split and not column.aggregatable:
        yield Fault(place, f"{name} 是正文，不能分组", f"{name} is text and cannot be counted by")
