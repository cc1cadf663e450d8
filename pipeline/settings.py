"""Settings: one ``yuqing.toml``, every key optional, unknown keys are errors.

The environment overrides: ``YUQING_BUS__URL`` is ``bus.url``, and ``YUQING_BUS__URL_FILE`` names a file that
holds it, which is how passwords come from a secret store.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from pipeline.errors import Fault, Misconfigured, guess

FILE_NAME = "yuqing.toml"
PREFIX = "YUQING_"
_FROM_FILE = "_FILE"
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_NO_DURATION = "时长应写成 90s、10m、1h30m、7d（不是 {!r}） / a duration looks like 90s, 10m, 7d"


def duration(text: object) -> timedelta:
    """Read ``90s``, ``10m``, ``1h30m``, ``7d``. Raises ValueError."""
    if isinstance(text, timedelta):
        return text
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|[smhdw])", str(text))
    if not parts or "".join(number + unit for number, unit in parts) != str(text).replace(" ", ""):
        raise ValueError(_NO_DURATION.format(text))
    try:
        return timedelta(seconds=sum(float(number) * _UNITS[unit] for number, unit in parts))
    except OverflowError as error:
        raise ValueError(_NO_DURATION.format(text)) from error


Duration = Annotated[timedelta, BeforeValidator(duration)]


def time_zone(name: str) -> ZoneInfo:
    """Return the zone called *name*. Raises ValueError."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # the last: a folder of zones, such as Asia
        raise ValueError(f"没有“{name}”这个时区，如 Asia/Shanghai / unknown time zone {name!r}") from error


def _named_zone(name: str) -> str:
    time_zone(name)
    return name


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Bus(_Section):
    """Where posts wait between stages."""

    url: str = Field(
        default="",
        description="sqlite:///目录，或 kafka://主机:端口,…（TLS 用 kafkas://）；留空则为 home/bus / sqlite:///FOLDER or kafka://HOST:PORT,… (kafkas:// for TLS); empty: home/bus",
    )
    partitions: int = Field(default=4, ge=1, le=256, description="新建主题的分区数 / partitions of a new topic")
    replication: int = Field(
        default=0,
        ge=0,
        le=9,
        description="新建主题的副本数，0 表示由 Kafka 决定 / replicas of a new topic; 0: as Kafka is set",
    )
    min_insync: int = Field(
        default=0,
        ge=0,
        le=9,
        description="至少几个副本写入才算成功，0 表示由 Kafka 决定 / replicas that must have a message; 0: as Kafka is set",
    )
    retention: Duration = Field(default=timedelta(days=7), description="消息保留时长 / how long messages are kept")


class Index(_Section):
    """Where posts are searched."""

    url: str = Field(
        default="",
        description="sqlite:///文件，或 elasticsearch://主机:端口、opensearch://主机:端口；留空则为 home/index.db / sqlite:///FILE, elasticsearch://HOST:PORT or opensearch://HOST:PORT; empty: home/index.db",
    )
    retention: Duration = Field(
        default=timedelta(),
        description="帖文按发布时间在索引中保留多久，如 30d；0s 表示一直保留 / how long posts stay in the index after they were published, like 30d; 0s: for ever",
    )


class Ledger(_Section):
    """Where alerts, cases and messages are kept."""

    url: str = Field(
        default="",
        description="sqlite:///文件，或 postgresql://主机/库；留空则为 home/ledger.db / sqlite:///FILE or postgresql://HOST/DATABASE; empty: home/ledger.db",
    )


class Console(_Section):
    """The page."""

    host: str = Field(default="127.0.0.1", description="网页只在这个地址上应答 / address of the page")
    port: int = Field(default=8642, ge=0, le=65535, description="网页端口 / port of the page")
    hosts: list[str] = Field(
        default_factory=list,
        description="除 localhost 和地址外，人们用来打开网页的主机名，如 desk.example.gov.cn / names, beside localhost and addresses, under which people open the page",
    )


class Metrics(_Section):
    """Where Prometheus reads the figures of a process tree that has no page."""

    host: str = Field(default="127.0.0.1", description="指标只在这个地址上应答 / address of the figures")
    port: int = Field(
        default=0, ge=0, le=65535, description="指标端口，0 表示不开 / port of the figures; 0: none but the page's"
    )


class Engine(_Section):
    """How the stages run."""

    workers: int = Field(
        default=1,
        ge=1,
        le=256,
        description="analyse、match、detect、index 各用几个进程 / processes of each of analyse, match, detect, index",
    )
    batch: int = Field(
        default=256,
        ge=1,
        le=10_000,
        description="一批最多处理多少条（入库一批至少可到 4096 条） / most messages in one batch; into the index up to 4096 at least",
    )
    backlog_high: int = Field(
        default=50_000, ge=1, description="下游积压超过此数时暂停采集 / collecting pauses above this backlog"
    )
    late_after: Duration = Field(
        default=timedelta(minutes=10), description="晚于此时长的预警标注“补报” / later alerts are marked as late"
    )
    rule_groups: int = Field(
        default=100_000,
        ge=1,
        description="一条规则最多同时开多少个分组，多出的不计数并告知负责方 / most groups of one rule; its owner hears of more",
    )


class Calendar(_Section):
    """Days that differ from the statutory calendar: what the district adds, or a year's arrangement that came out since."""

    holidays: list[date] = Field(
        default_factory=list, description="另外放假的日子，如 2027-02-08 / further days off, such as 2027-02-08"
    )
    makeup_workdays: list[date] = Field(
        default_factory=list, description="另外上班的日子（调休） / further days that are worked"
    )


class Analyse(_Section):
    """How posts are understood."""

    segmenter: Literal["jieba", "rjieba"] = Field(default="jieba", description="用什么分词 / what cuts words")
    sentiment: Literal["linear", "snownlp"] = Field(
        default="linear",
        description="用什么判断情感；snownlp 仅供对比 / what judges sentiment; snownlp to compare only",
    )
    emotion: bool = Field(
        default=False,
        description="是否另判网上帖文的六种情绪，情感判断约慢一倍 / whether posts on the net also get one of six emotions; takes about twice as long",
    )


class SourceSettings(BaseModel):
    """A source: its own options follow its connector."""

    model_config = ConfigDict(extra="allow", frozen=True)

    id: str = Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$", description="编号，不要改动 / its id, never to be changed")
    connector: str = Field(description="连接器，见 yuqing plugins / its connector")
    class_: str = Field(default="other", alias="class", description="类别，如 forum、hotline / its class")
    enabled: bool = Field(default=True, description="是否启用 / whether it is visited")

    @property
    def options(self) -> dict[str, Any]:
        return dict(self.model_extra or {})


class ReceiverSettings(BaseModel):
    """A receiver of notifications: its own options follow its kind."""

    model_config = ConfigDict(extra="allow", frozen=True)

    name: str = Field(pattern=r"^[^\s/]{1,64}$", description="名称，给人看 / the name people see")
    kind: str = Field(description="种类，见 yuqing plugins / its kind")
    enabled: bool = Field(default=True, description="是否启用 / whether it is sent to")

    @property
    def options(self) -> dict[str, Any]:
        return dict(self.model_extra or {})


class Settings(_Section):
    """Everything that can be set, with its default."""

    home: Path = Field(
        default=Path("data"), description="数据目录；一切都在里面 / the data folder, which holds everything"
    )
    timezone: Annotated[str, AfterValidator(_named_zone)] = Field(
        default="Asia/Shanghai", description="显示与分日所用时区 / zone in which times are shown and days begin"
    )
    rules: list[Path] = Field(
        default_factory=list,
        description="规则文件或目录；留空用自带规则 / rule files or folders; empty: the shipped ones",
    )
    directory: Path | None = Field(
        default=None, description="辖区名录；留空用自带的青湖区 / directory file; empty: 青湖区"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="日志详细程度 / how much is logged"
    )
    bus: Bus = Bus()
    index: Index = Index()
    ledger: Ledger = Ledger()
    console: Console = Console()
    metrics: Metrics = Metrics()
    engine: Engine = Engine()
    analyse: Analyse = Analyse()
    calendar: Calendar = Calendar()
    sources: list[SourceSettings] = Field(default_factory=list)
    receivers: list[ReceiverSettings] = Field(
        default_factory=lambda: [
            ReceiverSettings(name="控制台", kind="console"),
            ReceiverSettings.model_validate({"name": "值班日志", "kind": "file"}),
        ]
    )

    @property
    def bus_url(self) -> str:
        return self.bus.url or f"sqlite:///{self.home / 'bus'}"

    @property
    def index_url(self) -> str:
        return self.index.url or f"sqlite:///{self.home / 'index.db'}"

    @property
    def ledger_url(self) -> str:
        return self.ledger.url or f"sqlite:///{self.home / 'ledger.db'}"


def read(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of *path* (default ``yuqing.toml`` here, if there is one) and the environment.

    Relative paths in the file count from its folder. Raises Misconfigured with every fault.
    """
    settings, faults = salvaged(path, environ)
    if faults:
        raise Misconfigured(faults)
    return settings


def salvaged(path: Path | None = None, environ: Mapping[str, str] | None = None) -> tuple[Settings, list[Fault]]:
    """Return the settings without what is wrong in them, and every fault: for those who look for more faults.

    Raises Misconfigured if the file cannot be read at all.
    """
    file = path or Path(FILE_NAME)
    environ = os.environ if environ is None else environ
    tree = _overlay(_tree(file, path), environ)
    faults: list[Fault] = []
    while True:
        try:
            return _anchored(Settings.model_validate(tree), file.parent), faults
        except ValidationError as error:
            faults += _faults(str(file), error, environ)
            _cut(tree, [item["loc"] for item in error.errors()])


def _tree(file: Path, path: Path | None) -> dict[str, Any]:
    if file.exists():
        return _parse(file)
    if path is not None:
        raise Misconfigured([Fault(str(path), "没有这个配置文件", "there is no such settings file")])
    return {}


def _cut(tree: dict[str, Any], places: Sequence[tuple[int | str, ...]]) -> None:
    """Take out what is wrong; of a list (sources, receivers) the whole entry, since half of one is none."""
    for name in {place[0] for place in places if len(place) > 1 and isinstance(place[1], int)}:
        bad = {place[1] for place in places if place[0] == name}
        tree[str(name)] = [entry for number, entry in enumerate(tree[str(name)]) if number not in bad]
        places = [place for place in places if place[0] != name]
    for *parents, last in places:
        branch = tree
        for parent in parents:
            branch = branch.get(str(parent), {})
        branch.pop(str(last), None)


def _parse(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))  # Windows editors begin it with a mark
    except OSError as error:
        raise Misconfigured([Fault(str(file), f"打不开：{error}", f"cannot be opened: {error}")]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misconfigured([Fault(str(file), f"不是有效的 TOML：{error}", f"not valid TOML: {error}")]) from error


def _overlay(tree: dict[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    for name, value in environ.items():
        if not name.startswith(PREFIX):
            continue
        if name.endswith(_FROM_FILE):
            if name.removesuffix(_FROM_FILE) in environ:
                continue
            name, value = name.removesuffix(_FROM_FILE), _secret(name, value)
        *parents, last = name.removeprefix(PREFIX).lower().split("__")
        branch = tree
        for parent in parents:
            inner = branch.get(parent)
            branch[parent] = branch = inner if isinstance(inner, dict) else {}
        branch[last] = value.split(os.pathsep) if last == "rules" and not parents else value
    return tree


def _secret(name: str, file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(
            [Fault(f"环境变量 {name}", f"读不了 {file}：{error}", f"cannot read {file}: {error}")]
        ) from error


def _anchored(settings: Settings, folder: Path) -> Settings:
    return settings.model_copy(
        update={
            "home": folder / settings.home,
            "rules": [folder / rule for rule in settings.rules],
            "directory": folder / settings.directory if settings.directory else None,
        }
    )


_CHINESE = {
    "missing": "缺少这一项",
    "extra_forbidden": "没有这一项",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "bool_parsing": "应为 true 或 false",
    "bool_type": "应为 true 或 false",
    "string_type": "应为文字（加引号）",
    "tuple_type": '应为列表，如 ["…"]',
    "too_short": "至少要有一项",
    "enum": "不在可选值之中",
    "literal_error": "不在可选值之中",
    "greater_than": "太小",
    "greater_than_equal": "太小",
    "less_than_equal": "太大",
    "string_pattern_mismatch": "格式不对，或含有不允许的字符",
}


def wrong(item: ErrorDetails) -> tuple[str, str]:
    """Say in Chinese and in English what pydantic found wrong with one value."""
    told = item["msg"].removeprefix("Value error, ")
    zh = _CHINESE.get(item["type"], "")
    return f"{zh}（{told}）" if zh else told, told


def _faults(file: str, error: ValidationError, environ: Mapping[str, str]) -> list[Fault]:
    faults = []
    for item in error.errors():
        place = _place(file, [str(step) for step in item["loc"]], environ)
        if item["type"] == "extra_forbidden":
            zh, en = guess(str(item["loc"][-1]), _known_keys())
            faults.append(Fault(place, f"没有这一项设置{zh}", f"unknown setting{en}"))
        else:
            faults.append(Fault(place, *wrong(item)))
    return faults


def _place(file: str, steps: list[str], environ: Mapping[str, str]) -> str:
    """Return where a wrong value was written: a key of *file*, or a variable of the environment that overrides it."""
    variable = PREFIX + "__".join(steps).upper()
    return f"环境变量 {variable}" if variable in environ else f"{file}: {'.'.join(steps)}"


def _known_keys() -> list[str]:
    keys = list(Settings.model_fields)
    for field in Settings.model_fields.values():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            keys += list(field.annotation.model_fields)
    return keys
