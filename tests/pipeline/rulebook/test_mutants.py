"""Broken files are found, and named; nothing brings the reader down."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.rulebook import Rulebook
from pipeline.rulebook.read import check
from pipeline.rulebook.source import MAX_BYTES
from tests.pipeline.rulebook.mutator import SLIPS, Tree, broken

PAPERS = Path(__file__).parent / "papers"
SOUND: list[Tree] = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in sorted(PAPERS.glob("*.yaml"))]
MUTANTS = 10 * len(SLIPS)


def test_slips_are_found_and_the_message_names_what_is_wrong(tmp_path: Path) -> None:
    known = {fault.zh for fault in check([PAPERS])}
    missed, unnamed = [], []
    mutants = list(broken(SOUND, MUTANTS))
    for number, mutant in enumerate(mutants):
        file = tmp_path / f"{number}.yaml"
        file.write_text(json.dumps(mutant.tree, ensure_ascii=False, indent=1), encoding="utf-8")
        faults = [fault for fault in check([file]) if fault.zh not in known]
        if not faults:
            missed.append((mutant.slip, number))
        elif mutant.names and not any(
            mutant.names in fault.zh and mutant.names in fault.en + fault.zh for fault in faults
        ):
            unnamed.append((mutant.slip, mutant.names, [fault.say() for fault in faults]))

    assert len(mutants) >= 200
    assert len(missed) <= len(mutants) * 0.05, missed
    assert len(unnamed) <= len(mutants) * 0.05, unnamed


BOMBS = {
    "aliases": "a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
    "laughs": "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9) if n else 'x'}]\n" for n in range(9)),
    "merge": "a: &a {x: 1}\nb:\n  <<: *a\n",
    "deep lists": "rules: " + "[" * 5000 + "]" * 5000,
    "deep maps": "rules: " + "{a: " * 3000 + "1" + "}" * 3000,
    "deep block": "\n".join(" " * n + "a:" for n in range(600)),
    "tag": "schema: !!python/object/apply:os.system ['true']\n",
    "own tag": "schema: !secret x\nrules: !!set {a, b}\n",
    "binary": "schema: yuqing-rule/v1\nrules: !!binary aGVsbG8=\n",
    "two documents": "schema: yuqing-rule/v1\nrules: []\n---\nschema: yuqing-rule/v1\n",
    "only dashes": "---\n---\n",
    "huge number": "schema: yuqing-rule/v1\nrules: [{id: a.b.c, num_events: " + "9" * 5000 + "}]\n",
    "odd numbers": "schema: yuqing-rule/v1\nrules: [{id: .nan, level: .inf, num_events: 0x1F, timeframe: 1_000}]\n",
    "key is a list": "schema: yuqing-rule/v1\n? [a, b]\n: c\n",
    "null all over": "schema: yuqing-rule/v1\ndefaults: ~\nlists: ~\nvariants: ~\nrules: ~\n",
    "scalar": "停水",
    "long expression": "schema: yuqing-rule/v1\nrules: [{id: a.b.c, type: any, immediate_if: '" + "(" * 900 + "'}]\n",
    "long template": "schema: yuqing-rule/v1\nrules: [{annotations: {summary: '" + "{{ count }}" * 5000 + "'}}]\n",
    "long regex": "schema: yuqing-rule/v1\nrules: [{match: {where: {'text|re': '" + "(a|" * 3000 + "'}}}]\n",
}  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_a_fault_and_goes_off_nowhere(tmp_path: Path, bomb: str) -> None:
    file = tmp_path / "bomb.yaml"
    file.write_text(bomb, encoding="utf-8")

    assert [fault for fault in check([file]) if not fault.warning]


@pytest.mark.parametrize(
    "raw",
    [b"\x00", b"\xff\xfe\x00", b"schema: yuqing-rule/v1\x00\n", b"x" * (10 * MAX_BYTES), b"", b"\xef\xbb\xbfa: 1"],
)
def test_bytes_that_are_no_rule_file_are_a_fault(tmp_path: Path, raw: bytes) -> None:
    file = tmp_path / "noise.yaml"
    file.write_bytes(raw)

    assert [fault for fault in check([file]) if not fault.warning]


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 10**20), st.floats(), st.text("停水@|{}'\"<>:- \t.0a", max_size=8)
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text("停水any.|_", max_size=6), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers(0, 10**6), TREES)
def test_a_value_of_any_shape_anywhere_is_read_or_refused(tmp_path: Path, seed: int, value: object) -> None:
    rng = random.Random(seed)
    tree = json.loads(json.dumps(rng.choice(SOUND), ensure_ascii=False))
    _put(rng, tree, value)
    file = tmp_path / "fuzzed.yaml"
    file.write_text(yaml.safe_dump(tree, allow_unicode=True), encoding="utf-8")

    book = Rulebook.read([file])

    assert all(fault.zh and fault.en for fault in book.faults)


def _put(rng: random.Random, tree: object, value: object) -> None:
    """Put *value* somewhere into *tree*."""
    while True:
        places = list(tree) if isinstance(tree, dict) else list(range(len(tree))) if isinstance(tree, list) else []
        place = rng.choice(places) if places else None
        inner = tree[place] if place is not None else None  # type: ignore[index] # of a map or list
        if not isinstance(inner, (dict, list)) or not inner or rng.random() < 0.25:
            if place is not None:
                tree[place] = value  # type: ignore[index]
            return
        tree = inner
