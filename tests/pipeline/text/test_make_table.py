from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from pipeline.text.make_table import SURROGATES, TABLE, fold, pairs

SIMPLE = {"後": "后", "髮": "发", "著": "着", "國": "国"}
MODERN = {"国": "國", "髪": "髮"}


def folded(character: str) -> str:
    return fold(character, lambda one: SIMPLE.get(one, one), lambda one: MODERN.get(one, one))


@pytest.mark.parametrize(
    ("character", "read"),
    [
        ("Ａ", "a"),
        ("髮", "发"),
        ("髪", "发"),  # by way of the traditional one
        ("国", "国"),  # in plain use, so no variant of anything
        ("著", "著"),  # two things in simplified text
        ("…", "…"),  # three dots would shift every offset behind it
        ("㎡", "㎡"),
        ("İ", "İ"),  # two characters in small letters
    ],
)
def test_a_character_is_read_as_one_or_stays(character: str, read: str) -> None:
    assert folded(character) == read


def test_pairs_are_folded_until_nothing_changes_and_hold_nothing_twice() -> None:
    chain = {"A": "b", "b": "c"}

    assert dict(pairs(lambda one: chain.get(one, one))) == {"A": "c", "b": "c"}


def test_the_table_beside_the_code_is_the_one_it_writes() -> None:
    opencc = pytest.importorskip("opencc")
    simplify: Callable[[str], str] = opencc.OpenCC("t2s").convert
    modernise: Callable[[str], str] = opencc.OpenCC("jp2t").convert
    table = {line[0]: line[1] for line in TABLE.read_bytes().decode("utf-8").split("\n") if line}
    some = [code for code in random.Random(1).sample(range(0x30000), 20_000) if code not in SURROGATES]

    def read_as(one: str) -> str:
        while (further := fold(one, simplify, modernise)) != one:
            one = further
        return one

    assert [one for one in {*table, *map(chr, some)} if read_as(one) != table.get(one, one)] == []
