"""Run real servers at a desk: ``python -m tests.servers [SERVER …]``."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from types import FrameType

from tests.servers.install import BUILDERS, installed
from tests.servers.kafka import KafkaCluster, SecureKafka
from tests.servers.obtain import Unobtainable
from tests.servers.postgres import Postgres
from tests.servers.search import Elasticsearch, OpenSearch

KINDS: dict[str, Callable[[], KafkaCluster | Elasticsearch | OpenSearch | Postgres]] = {
    "kafka": KafkaCluster,
    "elasticsearch": Elasticsearch,
    "postgres": Postgres,
    "opensearch": OpenSearch,
    "kafka-three": lambda: KafkaCluster(3),
    "kafka-secure": SecureKafka,
}
USUAL = ("kafka", "elasticsearch", "postgres", "opensearch", "kafka-three")


def main(words: Sequence[str]) -> int:
    asked = _parser().parse_args(words)
    try:
        if asked.install_only:
            _install()
        else:
            _run(asked.servers or USUAL)
    except Unobtainable as reason:
        _say(str(reason))
        return 1
    return 0


def _install() -> None:
    for name in BUILDERS:
        _say(f"已安装 / installed: {installed(name)}")


def _run(names: Sequence[str]) -> None:
    """Run the servers named until Ctrl-C or SIGTERM; print the settings that lead to them.

    Of several servers for one setting the first is meant, the others are printed as comments.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    _say("正在启动，首次会先下载，约需一分钟 / starting; the first time they are fetched, which takes a minute")
    set_already: set[str] = set()
    try:
        with ExitStack() as running:
            for name in names:
                server = running.enter_context(closing(KINDS[name]()))
                server.start()
                key = server.setting.split("=")[0]
                print(f"# {name}: {server.setting}" if key in set_already else server.setting, flush=True)
                set_already.add(key)
            _say("全部就绪，按 Ctrl-C 结束 / all are ready; Ctrl-C ends them")
            signal.pause()
    except KeyboardInterrupt:
        _say("已结束 / ended")


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m tests.servers", description="本机的真服务器 / real servers on loopback")
    parser.add_argument(
        "servers",
        nargs="*",
        metavar="SERVER",
        type=_kind,
        help=f"{' | '.join(KINDS)}（默认 / by default: {' '.join(USUAL)}）",
    )
    parser.add_argument("--install-only", action="store_true", help="只安装，不启动 / install, start nothing")
    return parser


def _kind(name: str) -> str:
    if name not in KINDS:
        raise argparse.ArgumentTypeError(f"{name}? {' | '.join(KINDS)}")
    return name


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
