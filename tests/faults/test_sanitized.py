"""The loops in C read what strangers wrote: at night they are compiled anew with sanitizers, under their own tests.

Whoever reads or writes where nothing is, or does what C leaves undefined, is stopped at once and named in the output.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from tests.live import do_without, nightly

ROOT = Path(__file__).parents[2]
LOOPS = sorted(path.relative_to(ROOT) for path in (ROOT / "pipeline").rglob("_*.c"))
CODE = ("pipeline", "crawlers", "rules", "dashboards", "tests")
FLAGS = (
    "-O1 -g -shared -fPIC -fno-strict-aliasing -ffp-contract=off "
    "-fsanitize=address,undefined -fno-sanitize-recover=undefined"
).split()


def own_tests(loop: Path) -> set[Path]:
    """Return the tests of its package that name a loop."""
    named = re.compile(rf"\b{loop.stem}\b")
    tests = (ROOT / "tests" / loop.parent).glob("test_*.py")
    return {path.relative_to(ROOT) for path in tests if named.search(path.read_text(encoding="utf-8"))}


def compiler() -> str:
    return shutil.which("gcc") or do_without("gcc")


def sanitizer(name: str) -> str:
    """Return where the compiler keeps a sanitizer."""
    asked = [compiler(), f"-print-file-name={name}"]
    found = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    return found if Path(found).is_absolute() else do_without(f"{name}, a part of gcc")


def test_each_loop_has_tests_of_its_own() -> None:
    assert [str(loop) for loop in LOOPS if not own_tests(loop)] == []


@nightly
def test_no_loop_leaves_its_bounds(tmp_path: Path) -> None:
    for folder in CODE:
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    include = f"-I{sysconfig.get_path('include')}"
    for loop in LOOPS:
        made = loop.with_suffix(sysconfig.get_config_var("EXT_SUFFIX"))
        subprocess.run([compiler(), *FLAGS, include, str(loop), "-o", str(made), "-lm"], cwd=tmp_path, check=True)
    watched = {
        "PYTHONPATH": str(tmp_path),
        "PYTHONMALLOC": "malloc",  # Python's own pools would hide where its objects end
        "LD_PRELOAD": f"{sanitizer('libasan.so')} {sanitizer('libubsan.so')}",
        "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1",  # Python itself keeps much to its end
        "UBSAN_OPTIONS": "print_stacktrace=1",
    }
    tests = sorted({str(path) for loop in LOOPS for path in own_tests(loop)})

    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", *tests],
        cwd=tmp_path, env={**os.environ, **watched}, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert run.returncode == 0, run.stdout[-5000:] + run.stderr[-5000:]
