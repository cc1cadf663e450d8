"""``yuqing run``: the supervised process tree."""

from __future__ import annotations

import atexit
import os
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import Fault, Misconfigured, Unavailable, guess
from pipeline.log import get
from pipeline.model import digest
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.engine.tree import Tree

log = get("run")


def run_desk(settings: Settings, names: tuple[str, ...], workers: int | None = None) -> None:
    """Run the named parts until told to stop; *workers* takes the place of ``engine.workers``."""
    if workers is not None:
        settings = settings.model_copy(update={"engine": settings.engine.model_copy(update={"workers": workers})})
    tree = prepare(settings, names)
    tree.run()


def prepare(settings: Settings, names: tuple[str, ...] = ()) -> Tree:
    """Return the tree of the named parts (default: all), checked as far as that is possible before it starts.

    Raises Misconfigured with every fault that would keep a part from working.
    """
    _make_home(settings)
    _share_metrics(settings)
    # Imported here: metrics of several processes are only added up if the folder is known before.
    from pipeline.app import PARTS, App
    from pipeline.app.crew import processes, usual
    from pipeline.app.desk import PARTS_VARIABLE
    from pipeline.app.exposition import metrics_part
    from pipeline.app.parts import parts
    from pipeline.app.status import clear
    from pipeline.engine.tree import Tree

    chosen = names or usual(settings, PARTS)
    _known(chosen, PARTS)
    try:
        App(settings).check(chosen)
    except Unavailable as error:  # the parts wait for it, and go on as soon as it is there
        log.warning("starting without a dependency", error=str(error))
    clear(settings.home)
    os.environ[PARTS_VARIABLE] = " ".join(processes(chosen, settings))
    running = parts(settings, tuple(chosen))
    if "console" in chosen:
        _free("console", "网页", "the page", settings.console.host, settings.console.port)
        sys.stderr.write(f"网页 / page: http://{settings.console.host}:{settings.console.port}\n")
    if settings.metrics.port:
        _free("metrics", "指标", "the metrics", settings.metrics.host, settings.metrics.port)
        running.append(metrics_part(settings.metrics.host, settings.metrics.port))
    return Tree(running, settings.home / "run")


def _free(section: str, zh: str, en: str, host: str, port: int) -> None:
    """Raise Misconfigured if a port is taken: found now, it costs a word; found later, a page that never comes."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            at = f"{host}:{port}"
            hint = ("，演示可用 --port", ", or --port for the demo") if section == "console" else ("", "")
            fault = Fault(
                f"{section}.port",
                f"{zh}地址 {at} 不能用（{error.strerror}）；请换 {section}.port 或 {section}.host{hint[0]}",
                f"{en} cannot use {at} ({error.strerror}); set another {section}.port{hint[1]}",
            )
            raise Misconfigured([fault]) from error


def _make_home(settings: Settings) -> None:
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        zh = f"数据目录 {settings.home} 建不了：{error.strerror}；请在 yuqing.toml 里把 home 改到能写的地方"
        en = (
            f"the data folder {settings.home} cannot be made: {error.strerror}; set home to a place that can be written"
        )
        raise Misconfigured([Fault("home", zh, en)]) from error


def _share_metrics(settings: Settings) -> None:
    """Name the folder in which the processes count, and forget what those counted that have ended."""
    folder = _in_memory(settings.home) or settings.home / "run" / "metrics"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _forget_ended(folder)
    atexit.register(_leave, folder, os.getpid())
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def _forget_ended(folder: Path, also: int = 0) -> None:
    for file in folder.glob("*.db"):
        pid = file.stem.rpartition("_")[2]
        if pid == str(also) or not Path(f"/proc/{pid}").exists():
            file.unlink(missing_ok=True)


def _leave(folder: Path, pid: int) -> None:
    """Take our own counts away at the end; another tree on the same data keeps its own."""
    if os.getpid() == pid:
        _forget_ended(folder, also=pid)
        with suppress(OSError):  # not empty: the other tree
            folder.rmdir()


def _in_memory(home: Path) -> Path | None:
    """Return a folder that no data can fill up: where these files cannot grow, the kernel ends the process (SIGBUS)."""
    memory = Path("/dev/shm")  # noqa: S108 # not shared with others: the folder in it is ours alone
    if not os.access(memory, os.W_OK):
        return None
    return memory / f"yuqing-{os.getuid()}-{digest(str(home.resolve()))[:16]}"


def _known(names: tuple[str, ...], parts: tuple[str, ...]) -> None:
    unknown = {name: guess(name, parts, or_all=True) for name in names if name not in parts}
    if unknown:
        raise Misconfigured(Fault(name, f"没有这个部分{zh}", f"no such part{en}") for name, (zh, en) in unknown.items())
