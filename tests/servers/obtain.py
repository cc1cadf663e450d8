"""What a machine must have before a server can be had on it."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path


class Unobtainable(Exception):
    """This server cannot be had on this machine; the message says why, and what would help."""


@dataclass(frozen=True)
class Java:
    home: Path
    release: int

    def tool(self, name: str) -> str:
        return str(self.home / "bin" / name)


def a_java(at_least: int) -> Java:
    """Return the oldest JDK of this machine that is new enough."""
    found = [java for home in _homes() if (java := _java(home)) and java.release >= at_least]
    if not found:
        raise Unobtainable(
            f"需要 JDK {at_least} 或更新（用环境变量 JDK25 或 JAVA_HOME 指明） / "
            f"a JDK of {at_least} or newer is needed (name one in JDK25 or JAVA_HOME)"
        )
    return min(found, key=lambda java: java.release)


def a_program(name: str, package: str, *folders: Path) -> Path:
    """Return the path of program *name*, which Debian's *package* brings, from *folders* or the search path."""
    path = os.pathsep.join([*map(str, folders), os.environ.get("PATH", "")])
    if not (found := shutil.which(name, path=path)):
        raise Unobtainable(f"没有 {name}，请安装 {package} / {name} is missing: apt-get install {package}")
    return Path(found)


def _homes() -> list[Path]:
    named = [Path(os.environ[name]) for name in ("JDK25", "JAVA_HOME") if os.environ.get(name)]
    on_path = shutil.which("javac")
    return [*named, *sorted(Path("/usr/lib/jvm").glob("*")), *([Path(on_path).resolve().parents[1]] if on_path else [])]


def _java(home: Path) -> Java | None:
    """Read which Java stands in *home*; None if none does that can compile."""
    try:
        words = (home / "release").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    version = next((word.split("=", 1)[1].strip('"') for word in words if word.startswith("JAVA_VERSION=")), "")
    if not version or not (home / "bin" / "javac").exists():
        return None
    return Java(home, int(version.split(".")[0]))
