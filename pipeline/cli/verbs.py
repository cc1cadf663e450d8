"""The verbs, their options and their help; what they do is in the modules beside this one."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pipeline import settings as settings_file
from pipeline.settings import Settings

yuqing = typer.Typer(
    name="yuqing",
    help="区县网络舆情值班台：听见居民的话，及时预警，件件有回音。\n\nA district's duty desk: hear residents, warn in time, answer every matter.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"
    CSV = "csv"


class CheckFormat(StrEnum):
    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


class Lang(StrEnum):
    ZH = "zh"
    EN = "en"


class IndexVerb(StrEnum):
    INIT = "init"
    STATUS = "status"
    REINDEX = "reindex"
    REFILL = "refill"


class LabelVerb(StrEnum):
    STATUS = "status"
    EXPORT = "export"


class DeadVerb(StrEnum):
    LIST = "list"
    REPLAY = "replay"


Config = Annotated[
    Path | None, typer.Option("--config", "-c", help="配置文件，默认当前目录的 yuqing.toml / settings file")
]
Files = Annotated[list[Path], typer.Argument(help="文件 / files")]


def _read(config: Path | None) -> Settings:
    from pipeline import log

    settings = settings_file.read(config)
    log.set_up(settings.log_level)
    return settings


rules = typer.Typer(
    help="规则工作台：为什么、回测、改动对比、试路由、转换 / the workbench for rules", no_args_is_help=True
)
yuqing.add_typer(rules, name="rules")


@yuqing.callback()
def _root() -> None:
    """区县网络舆情值班台 / a district's duty desk."""


@yuqing.command()
def demo(
    config: Config = None,
    check: Annotated[
        bool, typer.Option("--check", help="无界面走完整条线，全部成立才以 0 退出 / head-less check")
    ] = False,
    seconds: Annotated[float, typer.Option(help="检查多长的流时间（秒） / seconds of stream time for --check")] = 60.0,
    port: Annotated[int | None, typer.Option(help="网页端口 / port of the page")] = None,
) -> None:
    """一台机器上跑起来：虚构的青湖区实时说话，打开网页 / everything on one machine, an invented district talking live."""
    from pipeline.cli.demo import check_demo, run_demo

    settings = _read(config)
    raise typer.Exit(check_demo(settings, seconds) if check else run_demo(settings, port))


@yuqing.command()
def run(
    stages: Annotated[list[str] | None, typer.Argument(help="只运行这些部分 / only these parts")] = None,
    config: Config = None,
    workers: Annotated[
        int | None,
        typer.Option(
            help="analyse、match、detect、index 各几个进程，代替 engine.workers / processes of each", min=1, max=256
        ),
    ] = None,
) -> None:
    """运行值班台：全部部分，或只运行指定部分 / run the desk, all parts or only the named ones."""
    from pipeline.cli.run import run_desk

    run_desk(_read(config), tuple(stages or ()), workers)


@yuqing.command()
def health(
    parts: Annotated[list[str] | None, typer.Argument(help="只问这些部分 / only these parts")] = None,
    config: Config = None,
) -> None:
    """各部分是否在运行：全部正常以 0 退出，供容器探测 / whether the parts are at work, for a container's probe."""
    from pipeline.cli.health import tell_health

    raise typer.Exit(tell_health(settings_file.read(config).home, parts or ()))


@yuqing.command()
def check(
    config: Config = None,
    format: Annotated[CheckFormat, typer.Option(help="输出格式 / output")] = CheckFormat.TEXT,
    lang: Annotated[Lang, typer.Option(help="语言 / language")] = Lang.ZH,
    rules: Annotated[list[Path] | None, typer.Option("--rules", help="检查这些规则 / check these rules")] = None,
) -> None:
    """检查配置、信源、规则、名录、接收方：列出全部问题 / every fault in settings, sources, rules, directory, receivers."""
    from pipeline.cli.check import check_all

    raise typer.Exit(check_all(config, rules, format.value, lang.value))


@yuqing.command("test-rules")
def test_rules(
    names: Annotated[list[str] | None, typer.Argument(metavar="[RULE]...", help="只测这些规则 / only these")] = None,
    config: Config = None,
    rules: Annotated[list[Path] | None, typer.Option("--rules", help="规则文件或目录 / rule files")] = None,
) -> None:
    """运行规则自带的例句和计时测试 / run the examples inside rule files and the timed tests beside them."""
    from pipeline.cli.check import run_rule_tests

    settings = _read(config)
    raise typer.Exit(run_rule_tests(settings, rules or settings.rules, names or []))


@yuqing.command()
def train(
    task: Annotated[str, typer.Argument(help="任务：sentiment emotion department msg_kind domain / task")],
    data: Annotated[list[Path], typer.Option("--data", help="标注数据 JSONL(.gz)，可写多次 / labelled data")],
    more: Annotated[list[Path] | None, typer.Argument(help="更多标注数据 / more labelled data")] = None,
    out: Annotated[Path, typer.Option("--out", help="模型写到哪里 / where the model goes")] = Path("models"),
) -> None:
    """用标注数据训练模型，并写出模型卡 / train a model from labelled data and write its card."""
    from pipeline.cli.models import train_model

    train_model(task, [*data, *(more or ())], out)


@yuqing.command()
def evaluate(
    names: Annotated[list[str] | None, typer.Argument(help="只测这几项，如 department / only these measures")] = None,
    data: Annotated[Path, typer.Option("--data", help="标注数据所在目录 / folder of labelled sets")] = Path("data"),
    format: Annotated[Format, typer.Option(help="输出格式 / output")] = Format.TABLE,
) -> None:
    """理解得有多准：每项指标的及格线、目标和实测，用模型没见过的数据 / pass marks, and what held-out data say."""
    from pipeline.cli.evaluate import print_marks

    raise typer.Exit(print_marks(data, names or [], format.value))


@yuqing.command()
def analyse(
    config: Config = None,
    directory: Annotated[Path | None, typer.Option("--directory", help="辖区名录 / directory file")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="说明每个标签由哪些词得出 / say why")] = False,
) -> None:
    """标准输入每行一条 JSON，标准输出每行一条分析结果，顺序不变 / JSONL in, findings out, in order."""
    from pipeline.cli.analyse import analyse_lines

    settings = _read(config)
    analyse_lines(settings.model_copy(update={"directory": directory}) if directory else settings, explain)


@yuqing.command()
def replay(
    files: Files,
    config: Config = None,
    rules: Annotated[list[Path] | None, typer.Option("--rules", help="规则文件或目录 / rule files")] = None,
    directory: Annotated[Path | None, typer.Option("--directory", help="辖区名录 / directory file")] = None,
    batch: Annotated[int, typer.Option(help="一批多少条 / posts a batch", min=1)] = 256,
    shuffle: Annotated[int | None, typer.Option(metavar="SEED", help="按种子打乱到达次序 / shuffle arrivals")] = None,
    twice: Annotated[bool, typer.Option("--twice", help="每条送两次 / deliver everything twice")] = False,
    kill_every: Annotated[
        int | None, typer.Option(metavar="N", help="每 N 次总线操作“死”一次 / die every N bus operations", min=2)
    ] = None,
) -> None:
    """把录下的帖文按流时间重放一遍，打印会发出的每条通知 / recorded posts at stream time, one JSON line a notification."""
    from pipeline.cli.replay import print_replay

    settings = _read(config)
    changes = {"rules": rules or settings.rules, "directory": directory or settings.directory}
    print_replay(files, settings.model_copy(update=changes), batch, shuffle, twice, kill_every)


@yuqing.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="要导入的 CSV、JSONL 或 JSONL.gz / file to import")],
    config: Config = None,
    source: Annotated[str, typer.Option(help="记在哪个信源名下 / source id")] = "import",
    map: Annotated[Path | None, typer.Option("--map", help="列名到字段的对应表（YAML） / column mapping")] = None,
    wait: Annotated[bool, typer.Option(help="等到可检索为止 / wait until searchable")] = True,
) -> None:
    """导入表格或录下的帖文；读不懂的行写进拒收文件并说明原因 / import a table or a recording."""
    from pipeline.cli.import_ import import_one

    import_one(_read(config), file, source, map, wait)


@yuqing.command()
def search(
    query: Annotated[str, typer.Argument(help="如 停水 AND matter.topic:water，* 为全部 / Lucene-like query")],
    config: Config = None,
    since: Annotated[str | None, typer.Option(help="起（含），如 2026-03-10 / from")] = None,
    until: Annotated[str | None, typer.Option(help="止（不含） / until")] = None,
    agg: Annotated[
        str | None, typer.Option("--agg", metavar="FIELD|hour|day", help="按字段或时间汇总 / count by")
    ] = None,
    most: Annotated[int, typer.Option(help="最多几条 / at most", min=1, max=1000)] = 20,
    format: Annotated[Format, typer.Option(help="输出格式 / output")] = Format.TABLE,
) -> None:
    """检索帖文，或按字段、按小时、按天汇总 / search posts, or count them."""
    from pipeline.cli.search import print_search

    print_search(_read(config), query, since, until, agg, most, format.value)


@yuqing.command()
def index(
    verb: Annotated[IndexVerb, typer.Argument(help="做什么 / what to do")] = IndexVerb.STATUS,
    config: Config = None,
    format: Annotated[Format, typer.Option(help="status 的输出格式 / output of status")] = Format.TABLE,
) -> None:
    """索引：建立、看状态、不停机重建；丢了就用总线上还有的补回 / make the index, say how it stands, build it anew, or fill it from the bus."""
    from pipeline.cli.index import make_index, rebuild_index, refill_index, show_index

    acts = {
        IndexVerb.INIT: make_index,
        IndexVerb.STATUS: lambda settings: show_index(settings, format.value),
        IndexVerb.REINDEX: rebuild_index,
        IndexVerb.REFILL: refill_index,
    }
    raise typer.Exit(acts[verb](_read(config)))


@yuqing.command()
def cases(
    verb: Annotated[
        str, typer.Argument(help="做什么：list show ack assign return close reopen note / what to do")
    ] = "list",
    case: Annotated[str, typer.Argument(help="案件，如 C-3F7KQ / case")] = "",
    config: Config = None,
    by: Annotated[str, typer.Option(help="谁 / who")] = "值班员",
    reason: Annotated[str, typer.Option(help="理由或结果 / reason or outcome")] = "",
    unit: Annotated[str, typer.Option(help="承办单位 / unit")] = "",
    link: Annotated[str, typer.Option(help="答复链接 / link to the reply")] = "",
    state: Annotated[str, typer.Option(help="只列这种状态 / only this state")] = "",
    format: Annotated[Format, typer.Option(help="输出格式 / output")] = Format.TABLE,
) -> None:
    """在终端里看案件、签收、交办、办结 / the ledger from the terminal."""
    from pipeline.cli.cases import act_on_case, list_cases, show_case

    settings = _read(config)
    if verb == "list":
        list_cases(settings, state, format.value)
    elif verb == "show":
        show_case(settings, case, format.value)
    else:
        act_on_case(settings, verb, case, by=by, reason=reason, unit=unit, link=link)


@yuqing.command()
def label(
    verb: Annotated[LabelVerb, typer.Argument(help="做什么 / what to do")] = LabelVerb.STATUS,
    config: Config = None,
    out: Annotated[
        Path | None, typer.Option(help="export 写到哪个目录，默认标准输出 / folder for export, else standard output")
    ] = None,
    format: Annotated[Format, typer.Option(help="status 的输出格式 / output of status")] = Format.TABLE,
) -> None:
    """标注：值班台页面 /label 挑最值得标的帖文；export 写成 yuqing train 的训练数据 / what officers labelled, as training data."""
    from pipeline.cli.label import export_labels, show_labels

    settings = _read(config)
    if verb is LabelVerb.EXPORT:
        export_labels(settings, out)
    else:
        show_labels(settings, format.value)


@yuqing.command()
def dead(
    verb: Annotated[DeadVerb, typer.Argument(help="做什么 / what to do")] = DeadVerb.LIST,
    topic: Annotated[
        str, typer.Argument(help="posts understood analysed matches signals outbox；留空为全部 / topic")
    ] = "",
    config: Config = None,
    format: Annotated[Format, typer.Option(help="输出格式 / output")] = Format.TABLE,
) -> None:
    """看被搁置的消息，或修好后重放 / messages set aside: list them, or replay them once mended."""
    from pipeline.cli.dead import list_dead, replay_dead

    settings = _read(config)
    if verb is DeadVerb.REPLAY:
        replay_dead(settings, topic)
    else:
        list_dead(settings, topic, format.value)


@yuqing.command()
def backup(
    folder: Annotated[Path, typer.Argument(help="复制到哪里，空目录 / where the copy goes, an empty folder")],
    config: Config = None,
) -> None:
    """不停机备份：把数据目录里的文件一致地复制一份 / copy the files of the data folder while the desk works."""
    from pipeline.cli.backup import make_backup

    make_backup(_read(config), folder)


@yuqing.command()
def plugins(format: Annotated[Format, typer.Option(help="输出格式 / output")] = Format.TABLE) -> None:
    """列出可用的采集、分析、通知插件及其选项 / what exists, with options."""
    from pipeline.cli.plugins import list_plugins

    list_plugins(format.value)


@yuqing.command()
def bench(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            help="比哪几项：pipeline analyse rules cluster bus flow；另有 sizing scale windows reload late / which"
        ),
    ] = None,
    rounds: Annotated[int, typer.Option(help="轮数 / rounds", min=1)] = 5,
    format: Annotated[Format, typer.Option(help="输出格式 / output")] = Format.TABLE,
    bus: Annotated[str, typer.Option(help="sizing、scale 用的 kafka://主机:端口 / the Kafka of sizing and scale")] = "",
    posts: Annotated[int, typer.Option(help="sizing、scale 每轮多少条 / their posts a round", min=1)] = 20_000,
) -> None:
    """在同一次运行里与常见做法比速度 / speed as ratios measured in one run."""
    from pipeline.cli.bench import print_bench

    print_bench(names or [], rounds, format.value, posts, bus)


@rules.command("explain")
def rules_explain(
    rule: Annotated[str, typer.Argument(help="规则编号 / rule id")],
    post: Annotated[str, typer.Argument(help="索引里的帖文编号 / id of a post in the index")] = "",
    text: Annotated[str, typer.Option(help="或直接给一段文字 / or a text")] = "",
    config: Config = None,
) -> None:
    """这条规则为什么匹配或不匹配这条帖文 / why a rule matches a post, or does not."""
    from pipeline.cli.rules import explain

    explain(_read(config), rule, post, text)


@rules.command("backtest")
def rules_backtest(
    rule: Annotated[str, typer.Argument(help="规则编号 / rule id")],
    since: Annotated[str, typer.Option(help="回看多久，如 30d / how far back")] = "30d",
    labelled: Annotated[
        Path | None, typer.Option(help='标注名单，每行 {"id": …, "wanted": true} / labelled posts')
    ] = None,
    rule_files: Annotated[list[Path] | None, typer.Option("--rules", help="规则文件或目录 / rule files")] = None,
    format: Annotated[Format, typer.Option(help="输出格式 / output")] = Format.TABLE,
    config: Config = None,
) -> None:
    """用索引里的旧帖文回测：每班几次提醒、漏了哪些 / what a rule would have said of the posts of the past."""
    from pipeline.cli.rules import print_backtest

    settings = _read(config)
    chosen = settings.model_copy(update={"rules": rule_files}) if rule_files else settings
    print_backtest(chosen, rule, since, labelled, format.value)


@rules.command("diff")
def rules_diff(
    old: Annotated[Path, typer.Argument(help="原规则，文件或目录 / the old rules")],
    new: Annotated[Path, typer.Argument(help="新规则，文件或目录 / the new rules")],
    since: Annotated[str, typer.Option(help="回看多久，如 7d / how far back")] = "7d",
    format: Annotated[Format, typer.Option(help="输出格式 / output")] = Format.TABLE,
    config: Config = None,
) -> None:
    """改规则之前看一眼：哪些提醒会新增、哪些会消失 / what would appear and disappear."""
    from pipeline.cli.rules import print_difference

    print_difference(_read(config), old, new, since, format.value)


@rules.command("route-test")
def rules_route_test(
    rule: Annotated[str, typer.Argument(help="规则编号 / rule id")],
    level: Annotated[str, typer.Option(help="级别，默认规则的 / level, by default the rule's")] = "",
    topic: Annotated[str, typer.Option(help="事项代码，如 water / topic code")] = "other",
    place: Annotated[list[str] | None, typer.Option(help="地名，可多个 / places")] = None,
    format: Annotated[Format, typer.Option(help="输出格式 / output")] = Format.TABLE,
    config: Config = None,
) -> None:
    """这条规则报出来，谁会收到 / who would hear an alert of this rule."""
    from pipeline.cli.rules import print_route

    print_route(_read(config), rule, level, topic, place or [], format.value)


@rules.command("import")
def rules_import(
    file: Annotated[Path, typer.Argument(help="别的系统的规则文件 / a rule file of another system")],
    form: Annotated[str, typer.Option("--from", help="elastalert、trendradar 或 sigma")],
    owner: Annotated[str, typer.Option(help="规则归谁管 / who owns the rules")] = "值班台",
) -> None:
    """把别的系统的规则转成我们的，意思不同的一条不转、逐条列出 / convert rules of another system."""
    from pipeline.cli.rules import import_rules

    raise typer.Exit(import_rules(file, form, owner))
