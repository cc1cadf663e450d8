from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import pipeline
from pipeline.text.compiled import slow, uncompiled
from tests.live import do_without


def test_every_loop_is_compiled_where_a_compiler_is() -> None:
    if uncompiled():
        do_without("a C compiler when yuqing was installed")


WITH_AN_AUTOMATON = [
    "pipeline.analyse._asides",
    "pipeline.analyse._cues",
    "pipeline.match._filed",
    "pipeline.privacy._glance",
]
OTHER_LAYOUT = """
import sys, types
class Automaton:
    def __init__(self, words): ...
sys.modules["pipeline.text._automaton"] = types.SimpleNamespace(Automaton=Automaton)
"""


def test_these_loops_take_an_automaton() -> None:
    root = Path(pipeline.__path__[0])
    loops = [path for path in root.rglob("_*.c") if "automaton_imported()" in path.read_text(encoding="utf-8")]

    assert [
        ".".join(path.relative_to(root.parent).with_suffix("").parts) for path in sorted(loops)
    ] == WITH_AN_AUTOMATON


@pytest.mark.parametrize("loop", WITH_AN_AUTOMATON)
def test_a_loop_takes_no_automaton_of_another_layout(loop: str) -> None:
    if loop in uncompiled():
        do_without("a C compiler when yuqing was installed")
    spec = find_spec(loop)
    assert spec is not None
    program = f"""
from importlib.util import module_from_spec, spec_from_file_location
module_from_spec(spec_from_file_location({loop.rpartition(".")[2]!r}, {spec.origin!r}))
"""

    tried = run(OTHER_LAYOUT + program)

    assert tried.returncode == 1
    assert tried.stderr.splitlines()[-1].startswith("ImportError: the automaton was compiled at another time")


def test_a_loop_that_does_not_fit_counts_as_not_compiled() -> None:
    if uncompiled():
        do_without("a C compiler when yuqing was installed")

    told = run(OTHER_LAYOUT + "from pipeline.text.compiled import uncompiled; print(*uncompiled())")

    assert told.stdout.split() == WITH_AN_AUTOMATON, told.stderr


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)


def test_a_loop_that_was_not_compiled_is_told() -> None:
    assert slow([]) == []
    [fault] = slow(["pipeline.match._filed"])

    assert fault.warning
    assert "pipeline.match._filed" in fault.zh and "gcc" in fault.zh
    assert "pipeline.match._filed" in fault.en


def test_what_c_makes_is_whole_from_the_beginning_and_stays_what_it_is() -> None:
    if uncompiled():
        do_without("a C compiler when yuqing was installed")
    root = Path(pipeline.__path__[0])
    modules = [
        import_module(".".join(path.relative_to(root.parent).with_suffix("").parts)) for path in root.rglob("_*.c")
    ]
    kinds: list[Any] = [kind for module in modules for kind in vars(module).values() if isinstance(kind, type)]

    assert kinds
    for kind in kinds:
        with pytest.raises(TypeError):
            kind.__new__(kind)  # what a curious person may do
        assert kind.__init__ is object.__init__, kind


def test_every_loop_has_types_beside_it() -> None:
    root = Path(pipeline.__path__[0])

    loops = list(root.rglob("_*.c"))

    assert loops
    assert [path.name for path in loops if not path.with_suffix(".pyi").exists()] == []
