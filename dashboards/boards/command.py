"""The command behind ``python -m dashboards.boards``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from dashboards.boards import grafana, kibana, opensearch, roles
from dashboards.boards.check import check
from dashboards.boards.importing import READY_WITHIN_S, Kibana
from dashboards.boards.objects import CONSOLE, PREFIX
from dashboards.boards.page import WIDTH, page, picture, tall
from dashboards.boards.spec import shipped
from pipeline.errors import Fault, Misconfigured, Unavailable
from pipeline.index.elastic.address import Address
from pipeline.index.elastic.drivers import connected
from pipeline.index.elastic.gateway import Gateway

ZONE: Final = ZoneInfo("Asia/Shanghai")
ROOT: Final = Path(__file__).parents[1]
_SET_UP_WRONG: Final = 1
_AWAY: Final = 75  # EX_TEMPFAIL: the same again later


def made() -> dict[str, str]:
    """Return every file that is made from the spec: its place below ``dashboards/``, and its content."""
    found = {f"kibana/{name}": text for name, text in kibana.files(shipped()).items()}
    found |= {f"opensearch/{name}": text for name, text in opensearch.files(shipped()).items()}
    found |= {f"grafana/{name}": _json(tree) for name, tree in grafana.sheets().items()}
    found |= {"kibana/roles.json": _json(roles.elasticsearch()), "opensearch/roles.json": _json(roles.opensearch())}
    return found


def write(root: Path = ROOT) -> None:
    """Write every file below *root*."""
    for name, text in made().items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


def main(arguments: Sequence[str]) -> int:
    """Do what *arguments* ask and return the exit code: 0 done, 1 something is wrong, 75 Kibana is away."""
    options = _parser().parse_args(arguments)
    try:
        return _done(options)
    except Misconfigured as error:
        return _told(error.faults)
    except Unavailable as error:
        _say(str(error))
        return _AWAY


def _done(options: argparse.Namespace) -> int:
    if options.check:
        return _checked(options.check)
    if options.do == "import":
        if not options.kibana:
            raise Misconfigured([Fault("--kibana", "缺少 Kibana 的地址", "the address of Kibana is missing")])
        return _imported(options)
    if options.do == "preview":
        return _previewed(options)
    write(options.root)
    _say(f"已写好 {len(made())} 个文件 / {len(made())} files written")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m dashboards.boards", description="生成、检查、导入看板 / make, check, import the boards"
    )
    parser.add_argument(
        "do", nargs="?", choices=["make", "import", "preview"], default="make", help="默认 make / by default make"
    )
    parser.add_argument("--check", nargs="+", type=Path, metavar="FILE", help="检查改过的文件 / judge changed files")
    parser.add_argument("--root", type=Path, default=ROOT, help="写到哪里 / where files are written")
    parser.add_argument("--kibana", metavar="URL", default="", help="http://用户:口令@主机:5601")
    parser.add_argument("--user", default="", help="Kibana 的用户名 / user")
    parser.add_argument("--password-file", type=Path, help="口令文件 / file that holds the password")
    parser.add_argument("--prefix", default=PREFIX, help="索引名前缀，同 index.url / prefix, as in index.url")
    parser.add_argument("--console", default=CONSOLE, help="值守网页的地址，链接用 / the desk's page, for links")
    parser.add_argument("--search", metavar="URL", default="", help="preview: elasticsearch://主机:9200/前缀")
    parser.add_argument("--until", metavar="TIME", default="", help="preview: 看到何时为止，默认现在 / up to when")
    parser.add_argument("--to", type=Path, default=Path("docs/images"), help="preview: 图存到哪里 / folder of pictures")
    parser.add_argument(
        "--wait", type=float, default=READY_WITHIN_S, metavar="S", help="等 Kibana 几秒 / seconds to wait"
    )
    return parser


def _checked(files: Sequence[Path]) -> int:
    faults: list[Fault] = []
    for file in files:
        try:
            faults += check(file)
        except OSError as error:
            faults.append(Fault(str(file), f"打不开：{error}", f"cannot be opened: {error}"))
    if not faults:
        _say(f"{len(files)} 个文件没有问题 / {len(files)} files, no fault")
    return _told(faults)


def _imported(options: argparse.Namespace) -> int:
    target = Kibana.at(options.kibana, options.user, _password(options.password_file))
    _say("等待 Kibana 就绪 / waiting for Kibana")
    target.wait(options.wait)
    content = kibana.files(shipped(), prefix=options.prefix, console=options.console)
    for face in ("staff", "leader"):
        many = target.bring(face, content[f"{face}.ndjson"], options.prefix)
        _say(f"{face}：已导入 {many} 个对象 / {many} objects imported")
    return 0


def _previewed(options: argparse.Namespace) -> int:
    """Draw every board with what the search server holds, and take a picture of each."""
    if not options.search:
        raise Misconfigured([Fault("--search", "缺少检索服务器的地址", "the address of the search server is missing")])
    address = Address.read(options.search)
    until = _moment(options.until) if options.until else datetime.now(UTC)
    with closing(Gateway(connected(address))) as search:
        for board in shipped().boards:
            drawn = page(board, search, address.prefix, until, ZONE)
            picture(drawn, options.to / f"boards-{board.key}.png", (WIDTH, tall(board)))
    _say(f"已画好 {len(shipped().boards)} 张 / {len(shipped().boards)} pictures")
    return 0


def _password(file: Path | None) -> str:
    try:
        return file.read_text(encoding="utf-8").strip() if file else ""
    except OSError as error:
        raise Misconfigured([Fault("--password-file", f"读不了：{error}", f"cannot be read: {error}")]) from error


def _moment(text: str) -> datetime:
    """Return the time that *text* writes; without a zone it is the district's."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise Misconfigured([Fault("--until", "时间应写成 2026-03-10T08:00", "write 2026-03-10T08:00")]) from error
    return at if at.tzinfo else at.replace(tzinfo=ZONE)


def _told(faults: Sequence[Fault]) -> int:
    for fault in faults:
        _say(f"{fault.place}: {fault.zh} / {fault.en}")
    return _SET_UP_WRONG if faults else 0


def _say(words: str) -> None:
    sys.stderr.write(words + "\n")


def _json(tree: Mapping[str, Any]) -> str:
    return json.dumps(tree, ensure_ascii=False, indent=1) + "\n"
