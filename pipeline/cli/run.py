"""``yuqing run``: the supervised process tree."""

from __future__ import annotations

import difflib
import os
import shutil
import sys
from typing import TYPE_CHECKING

from pipeline.errors import Fault, Misconfigured
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.engine.tree import Tree


def run_desk(settings: Settings, names: tuple[str, ...]) -> None:
    tree = prepare(settings, names)
    tree.run()


def prepare(settings: Settings, names: tuple[str, ...] = ()) -> Tree:
    """Return the tree of the named parts (default: all), checked as far as that is possible before it starts.

    Raises Misconfigured with every fault that would keep a part from working.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    _share_metrics(settings)
    # Imported here: metrics of several processes are only added up if the folder is known before.
    from pipeline.app import PARTS, App
    from pipeline.app.parts import parts
    from pipeline.app.status import clear
    from pipeline.engine.tree import Tree

    chosen = names or PARTS
    _known(chosen, PARTS)
    App(settings).check()
    clear(settings.home)
    os.environ["YUQING__PARTS"] = " ".join(chosen)
    if "console" in chosen:
        sys.stderr.write(f"网页 / page: http://{settings.console.host}:{settings.console.port}\n")
    return Tree(parts(settings, tuple(chosen)), settings.home / "run")


def _share_metrics(settings: Settings) -> None:
    folder = settings.home / "run" / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def _known(names: tuple[str, ...], parts: tuple[str, ...]) -> None:
    faults = []
    for name in names:
        if name not in parts:
            near = difflib.get_close_matches(name, parts, 1)
            hint = f"，是不是想写 {near[0]}？" if near else f"；可用的有 {'、'.join(parts)}"
            faults.append(Fault(name, f"没有这个部分{hint}", f"no such part; there are {', '.join(parts)}"))
    if faults:
        raise Misconfigured(faults)
