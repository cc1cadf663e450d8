"""Run real servers at a desk: ``python -m tests.servers [kafka|kafka-three|elasticsearch|opensearch|postgres …]``."""

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

Made = KafkaCluster | Elasticsearch | OpenSearch | Postgres

KINDS: dict[str, Callable[[], Made]] = {
    "kafka": KafkaCluster,
    "kafka-three": lambda: KafkaCluster(3),
    "kafka-secure": SecureKafka,
    "elasticsearch": Elasticsearch,
    "opensearch": OpenSearch,
    "postgres": Postgres,
}
USUAL = ("kafka", "elasticsearch", "postgres")


def main(words: Sequence[str]) -> int:
    asked = _parser().parse_args(words)
    try:
        for name in BUILDERS:
            print(f"安装 / installed: {installed(name)}", flush=True)
        if not asked.install_only:
            _run(asked.servers or USUAL)
    except Unobtainable as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0


def _run(names: Sequence[str]) -> None:
    """Run the servers named until Ctrl-C or SIGTERM."""
    signal.signal(signal.SIGTERM, _interrupt)
    with ExitStack() as running:
        try:
            for name in names:
                server = running.enter_context(closing(KINDS[name]()))
                server.start()
                print(server.setting, flush=True)
            print("全部就绪，按 Ctrl-C 结束 / all ready; Ctrl-C ends them", file=sys.stderr, flush=True)
            signal.pause()
        except KeyboardInterrupt:
            print("正在结束 / ending", file=sys.stderr)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m tests.servers", description="本机真实服务器 / real servers on loopback")
    parser.add_argument(
        "servers",
        nargs="*",
        metavar="SERVER",
        choices=[[], *KINDS],
        help=f"{'|'.join(KINDS)}（默认 / default: {' '.join(USUAL)}）",
    )
    parser.add_argument("--install-only", action="store_true", help="只安装，不启动 / install, start nothing")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
