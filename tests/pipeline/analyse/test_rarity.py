from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np

from pipeline.analyse.rarity import counted, texts_of
from pipeline.analyse.terms import BITS, TABLE, cut


def test_what_many_texts_have_is_not_rare() -> None:
    table = counted(["请尽快处理停水"] * 5 + ["翠柏澜庭停电"])
    usual, rare = (table[cut([piece]).hashes[0] >> np.uint32(32 - BITS)] for piece in ("尽快", "翠柏"))

    assert usual < rare == table.max()


def test_titles_and_questions_are_read_from_plain_and_packed_files(tmp_path: Path) -> None:
    plain, packed = tmp_path / "a.jsonl", tmp_path / "b.jsonl.gz"
    plain.write_text('{"title": "停水", "text": "两天了"}\n', encoding="utf-8")
    packed.write_bytes(gzip.compress('{"question": "几时来水"}\n'.encode()))

    assert list(texts_of([plain, packed])) == ["停水\n两天了", "\n几时来水"]


def test_the_table_that_ships_is_small_and_holds_figures_only() -> None:
    assert TABLE.stat().st_size <= 3_000_000
    assert np.load(TABLE).dtype == np.uint8
